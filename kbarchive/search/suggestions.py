"""Did you mean: a query with its misspelt words as the articles spell them, and its values as the fields have them.

A word is misspelt where no article has it, or next to none while a neighbour is in many. Candidates are the words of the
archive one edit away (Norvig, How to Write a Spelling Corrector), two where there is none, and the word cut in two; the one
that most articles have wins, most of all articles that have the other words of the query. A word that is kept by its stem
alone, such as relai, is misspelt as well.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import islice, pairwise

from kbarchive.index.analysis import fold, word_terms
from kbarchive.index.reader import IndexReader
from kbarchive.index.values import SPELLING, TEXT
from kbarchive.search import fields
from kbarchive.search.expansion import alike
from kbarchive.search.nodes import And, Field, Near, Node, Or, Phrase, Word
from kbarchive.search.slips import one_edit

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_PLAIN_VALUE = re.compile(r"[\w-]+")
_FIELD = re.compile(rf"-?(?:{'|'.join(fields.NAMES)}):[^\s]")
_QUOTED = re.compile(r'(?<![^\s(])"([^"]*)"')
_NAME = re.compile(r"[a-z]{2}[a-z0-9]*\d[a-z0-9]*")  # a name with digits, such as msvcrt40; no code

# Shorter words have too many neighbours, longer ones are data. Words two edits away are looked for from a length on.
_SHORTEST, _LONGEST = 4, 30

_TWO_EDITS = 6

# The shortest words whose spelling the index has.
_SHORTEST_KEPT = 3

# Where more words are misspelt, others are corrected by one edit only: each of two takes some 10 ms.
_MOST_FAR = 4

# So many values are looked at: to go through all those of a field takes up to 15 ms.
_MOST_VALUES = 4

# A pasted page is no query with a slip in it.
_MOST_WORDS = 20

# A word in as few articles may be a slip of theirs, where a neighbour is in so many times as many; for one two edits away
# in fewer still.
_SELDOM = 20
_VERY_SELDOM = 2
_MORE_FREQUENT = 100

# What is in fewer than one of so many articles may be a slip itself.
_ARTICLES_OF_A_WORD = 10_000

# What makes another form of a word, one letter away.
_ENDINGS = ("s", "d", "r")

# Two words are written as one, where articles with the one are so many times those with the two.
_JOINED = 10

_CANDIDATES = 12
_NEIGHBOURS = 4

# By how much a candidate's worth, a logarithm of articles, falls with slips that people seldom make.
_OTHER_FIRST_LETTER = 3.0
_SECOND_EDIT = 2.0
_NO_SWAP = 1.5
_NO_MISSING_LETTER = 0.7


class Spelling:
    """Corrects queries by the words of one index."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader

    def suggestions(self, query: str, tree: Node) -> tuple[str, ...]:
        """The query with its misspelt words and values corrected; empty where none is."""
        corrected = self._with_known_words(self._with_known_values(query, tree), tree)
        return (corrected,) if corrected != query else ()

    def _with_known_words(self, query: str, tree: Node) -> str:
        typed = {_plain(word): word for text in _texts(tree) for word in _WORD.findall(text)}
        words = list(typed)
        if len(words) > _MOST_WORDS:
            return query
        near: dict[str, AbstractSet[str]] = {}
        for word in words:
            others = self._near(word, two_edits=len(near) < _MOST_FAR)
            if others is not None:
                near[word] = others
        context: list[frozenset[int]] = []
        if near:
            known = (self._documents(word) for word in words if word not in near)
            context = sorted(filter(None, known), key=len)[:_NEIGHBOURS]
            # Of one that belongs there all articles are found by a word of the same stem, too.
            near = {
                word: {other for other in others if _same_stem(word, other)} if self._belongs(word, context) else others
                for word, others in near.items()
            }
        corrected = query
        for first, second in pairwise(words):
            joined = _replaced(corrected, rf"{typed[first]}\s+{typed[second]}", first + second)
            if joined != corrected and self._belong_together(first, second, near):
                corrected = joined
                near = {word: others for word, others in near.items() if word not in (first, second)}
        for word, others in near.items():
            if best := self._best(word, others, context):
                corrected = _replaced(corrected, typed[word], best)
                context.append(self._documents(best))
        return corrected

    def _with_known_values(self, query: str, tree: Node) -> str:
        for name, value in islice(_values(tree), _MOST_VALUES):
            text = " ".join(value.text.casefold().split())
            if best := self._best_value(name, [prefix + text for prefix in fields.PREFIXES]):
                plain = isinstance(value, Phrase) or _PLAIN_VALUE.fullmatch(best)
                query = _replaced(query, re.escape(value.text), best if plain else f'"{best}"')
        return query

    def _best_value(self, name: str, asked: Sequence[str]) -> str | None:
        """The value of a field that is most like one that was asked for, in one of several spellings; None where it has one."""
        if any(self._reader.count(name, text) for text in asked) or len(asked[0]) > _LONGEST:
            return None
        known = "\n".join({value for shard in self._reader.shards for value in shard.values(name)})
        near = [(other, text) for text in asked for other in alike(text)(known) if _digits(other) == _digits(text)]
        best = max(near, key=lambda pair: (pair[0] in one_edit(pair[1]), self._reader.count(name, pair[0]), pair), default=None)
        return best and best[0]

    def correction(self, word: str) -> str | None:
        """The word most like one that no article has; None where there is none, or it is no plain word."""
        folded = word.lower()
        near = self._near(folded, two_edits=True) if folded.isalpha() else None
        best = self._best(folded, near, ()) if near else None
        return best if best and best.isalpha() else None

    def _near(self, word: str, two_edits: bool) -> AbstractSet[str] | None:
        """What a word may be a slip for; None where it is none, empty where nothing is near."""
        if not _SHORTEST <= len(word) <= _LONGEST:
            return None
        if not word.isalpha():
            return self._near_names(word) if _NAME.fullmatch(word) and not self._articles(word) else None
        found = self._count(word)
        if found > _SELDOM:
            return None
        stems = self._articles(word)
        least = max(_MORE_FREQUENT * found, self._least + 1)

        def likely(other: str) -> bool:
            if (found or stems) and word[0] != other[0] and sorted(word) != sorted(other):
                return False  # pviewer and zorder are names
            # A stem says nothing where the two words have it in common; but an ending that is new is no slip.
            if _same_stem(word, other):
                return self._count(other) >= least and not _inflected(word, other)
            return self._count(other) >= max(least, _MORE_FREQUENT // 2 * stems)

        near: AbstractSet[str] = {other for other in one_edit(word) & self._words if other != word and likely(other)}
        if not near and not found and not stems:
            near = self._parts(word)
        if not near and two_edits and max(found, stems) <= _VERY_SELDOM and len(word) >= _TWO_EDITS:
            near = {other for other in alike(word)(self._text) if other != word and likely(other)}
        return near if near or not (found or stems) else None

    def _belongs(self, word: str, context: Sequence[AbstractSet[int]]) -> bool:
        """Whether an article has a word with most of the words around it, so that it is meant."""
        documents = self._documents(word)
        return any(2 * sum(document in others for others in context) > len(context) for document in documents)

    def _belong_together(self, first: str, second: str, misspelt: Container[str]) -> bool:
        """Whether two words are one in the archive."""
        joined = first + second
        number = self._count(joined)
        if min(len(first), len(second)) < _SHORTEST_KEPT or not number:
            return False
        together = len(self._documents(first) & self._documents(second))
        return number > self._least and (first in misspelt or second in misspelt or number > _JOINED * (together + 1))

    def _best(self, word: str, near: AbstractSet[str], context: Sequence[frozenset[int]]) -> str | None:
        def worth(other: str) -> float:
            documents = self._documents(other)
            together = sum(math.log1p(len(documents & others)) for others in context) / _NEIGHBOURS
            return math.log1p(len(documents)) + together - _unlikely(word, other)

        frequent = sorted(near, key=lambda other: (-self._count(other), other))[:_CANDIDATES]
        return max(frequent, key=worth, default=None)

    def _near_names(self, word: str) -> AbstractSet[str]:
        """Names with digits are corrected in their letters only: other digits are another name."""
        near = {other: self._articles(other) for other in one_edit(word) & self._terms if _digits(other) == _digits(word)}
        return {max(near, key=lambda other: (near[other], other))} if near else set()

    def _parts(self, word: str) -> AbstractSet[str]:
        """The word as the two words that stand together in most articles."""
        best = (self._least, "")
        for place in range(_SHORTEST_KEPT, len(word) - _SHORTEST_KEPT + 1):
            first, second = word[:place], word[place:]
            if first in self._words and second in self._words:
                together = len(self._documents(first) & self._documents(second))
                best = max(best, (together, f"{first} {second}"))
        return {best[1]} if best[1] else set()

    def _articles(self, word: str) -> int:
        """In how many articles a word is, in any form."""
        return self._reader.count(TEXT, word_terms(word)[0].decode())

    def _count(self, word: str) -> int:
        return self._reader.count(SPELLING, word)

    def _documents(self, word: str) -> frozenset[int]:
        return frozenset(self._reader.find_all(SPELLING, word))

    @cached_property
    def _least(self) -> int:
        return self._reader.documents // _ARTICLES_OF_A_WORD

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(word for shard in self._reader.shards for word in shard.vocabulary.words.split("\n"))

    @cached_property
    def _text(self) -> str:
        return "\n".join(sorted(self._words))

    @cached_property
    def _terms(self) -> frozenset[str]:
        return frozenset(term for shard in self._reader.shards for term in shard.vocabulary.terms.split("\n"))


def without_quotes(query: str) -> str:
    """A query with the words of its phrases, in place of the phrases; those of fields and what is excluded stay."""
    return _QUOTED.sub(r"\1", query)


def _plain(word: str) -> str:
    """A word as it is looked up: accents make no difference."""
    return fold(word) if word.isalpha() else word.lower()


def _digits(name: str) -> list[str]:
    return re.findall(r"\d+", name)


def _texts(node: Node) -> Iterator[str]:
    """The words and phrases that are wanted in text."""
    match node:
        case Word(text) if _FIELD.match(text):
            pass  # a field that could not be read, which is told
        case Word(text) | Phrase(text):
            yield text
        case And(nodes) | Or(nodes):
            for inner in nodes:
                yield from _texts(inner)
        case Near(left, right):
            yield from _texts(left)
            yield from _texts(right)
        case Field(name, inner) if name in fields.TEXT:
            yield from _texts(inner)


def _values(node: Node) -> Iterator[tuple[str, Word | Phrase]]:
    """The values that are wanted, each with its field."""
    match node:
        case And(nodes) | Or(nodes):
            for inner in nodes:
                yield from _values(inner)
        case Field(name, Word() | Phrase() as inner) if name in fields.NAMED:
            yield name, inner


def _unlikely(word: str, other: str) -> float:
    """How seldom people write one word for the other."""
    swapped = sorted(word) == sorted(other)
    missing = len(word) < len(other)
    two_edits = " " not in other and other not in one_edit(word)
    cost = _SECOND_EDIT if two_edits else 0.0
    if not swapped:
        cost += _NO_SWAP + (0.0 if missing else _NO_MISSING_LETTER)
        cost += _OTHER_FIRST_LETTER if word[0] != other[0] else 0.0
    return cost


def _same_stem(word: str, other: str) -> bool:
    return word_terms(word)[0] == word_terms(other)[0]


def _inflected(word: str, other: str) -> bool:
    """Whether a word is the other with an ending."""
    return word.startswith(other) and word[len(other) :] in _ENDINGS


def _replaced(query: str, pattern: str, other: str) -> str:
    """The query with what fits a pattern of words replaced, in small or capital letters as it was."""

    def spelled(match: re.Match[str]) -> str:
        text = match.group()
        if text.isupper():
            return other.upper()
        if len(text) == len(other):
            return "".join(new.upper() if old.isupper() else new for old, new in zip(text, other, strict=True))
        return other.capitalize() if text[0].isupper() else other

    return re.sub(rf"(?<![^\W_]){pattern}(?![^\W_])", spelled, query, flags=re.IGNORECASE)
