"""Did you mean: a query with its misspelt words as the articles spell them.

A word is misspelt where no article has it, or next to none while a neighbour is in many. Candidates are the words of the
archive one edit away (Norvig, How to Write a Spelling Corrector), two where there is none, and the word cut in two; the one
that most articles have wins, most of all articles that have the other words of the query. A word that is kept by its stem
alone, such as relai, is misspelt as well.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from kbarchive.index.analysis import word_terms
from kbarchive.index.reader import IndexReader
from kbarchive.index.schema import SPELLING, TEXT_FIELDS
from kbarchive.search.expansion import alike
from kbarchive.search.fields import TEXT
from kbarchive.search.nodes import And, Field, Near, Node, Or, Phrase, Word

_WORD = re.compile(r"[^\W_]+")
_NAME = re.compile(r"[a-z]{2}[a-z0-9]*\d[a-z0-9]*")  # a name with digits, such as msvcrt40; no code

# Shorter words have too many neighbours, longer ones are data. Words two edits away are looked for from a length on.
_SHORTEST, _LONGEST = 4, 30
_TWO_EDITS = 6

# A pasted page is no query with a slip in it.
_MOST_WORDS = 12

# A word in as few articles may be a slip of theirs, where a neighbour is in so many times as many.
_RARE = 2
_MORE_FREQUENT = 100

# Two words are written as one, where articles with the one are so many times those with the two.
_JOINED = 10

_CANDIDATES = 12
_NEIGHBOURS = 4

# By how much a candidate's worth, a logarithm of articles, falls with slips that people seldom make.
_OTHER_FIRST_LETTER = 2.0
_SECOND_EDIT = 2.0


class Spelling:
    """Corrects queries by the words of one index."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader

    def suggestions(self, query: str, tree: Node) -> tuple[str, ...]:
        """The query with its misspelt words corrected; empty where none is."""
        words = list(dict.fromkeys(word.lower() for text in _texts(tree) for word in _WORD.findall(text)))
        if not 0 < len(words) <= _MOST_WORDS:
            return ()
        misspelt = [word for word in words if self._is_misspelt(word)]
        context = [self._documents(word) for word in words if word not in misspelt]
        context = sorted(filter(None, context), key=len)[:_NEIGHBOURS]
        corrected = query
        for first, second in pairwise(words):
            if self._belong_together(first, second, misspelt):
                corrected = _replaced(corrected, rf"{first}\s+{second}", first + second)
                misspelt = [word for word in misspelt if word not in (first, second)]
        for word in misspelt:
            if other := self._correction(word, context):
                corrected = _replaced(corrected, word, other)
                context.append(self._documents(other))
        return (corrected,) if corrected != query else ()

    def _is_misspelt(self, word: str) -> bool:
        if not _SHORTEST <= len(word) <= _LONGEST:
            return False
        if not word.isalpha():
            return _NAME.fullmatch(word) is not None and not self._articles(word)
        return self._count(word) <= _RARE

    def _belong_together(self, first: str, second: str, misspelt: Sequence[str]) -> bool:
        joined = first + second
        if joined not in self._words or self._count(joined) <= _RARE:
            return False
        together = len(self._documents(first) & self._documents(second))
        return first in misspelt or second in misspelt or self._count(joined) > _JOINED * (together + 1)

    def _correction(self, word: str, context: Sequence[frozenset[int]]) -> str | None:
        if not word.isalpha():
            return self._best_name(word)
        found = self._count(word)
        stems = self._articles(word)
        near = {other for other in _one_edit(word) if other in self._words} - {word}
        if stems > _RARE + 1:
            # The stem is known: the word is misspelt only if it is no other form of a word.
            near = {other for other in near if not found and _same_stem(word, other) and not _inflected(word, other)}
        if found or stems:
            near = {other for other in near if self._count(other) >= _MORE_FREQUENT * max(found, 1)}
        if not near and not found and not stems:
            if parts := self._parts(word):
                return parts
            if len(word) >= _TWO_EDITS:
                near = set(alike(word)(self._text))
        return self._best(word, near, context)

    def _best(self, word: str, near: set[str], context: Sequence[frozenset[int]]) -> str | None:
        frequent = sorted(near, key=lambda other: (-self._count(other), other))[:_CANDIDATES]
        one_edit = _one_edit(word)

        def worth(other: str) -> float:
            documents = self._documents(other)
            together = sum(math.log1p(len(documents & others)) for others in context) / max(len(context), 1)
            unlikely = _OTHER_FIRST_LETTER * (other[0] != word[0]) + _SECOND_EDIT * (other not in one_edit)
            return math.log1p(len(documents)) + together - unlikely

        return max(frequent, key=worth, default=None)

    def _best_name(self, word: str) -> str | None:
        """A name with digits is corrected in its letters only: other digits are another name."""
        digits = re.findall(r"\d+", word)
        near = [other for other in _one_edit(word) if other in self._terms and re.findall(r"\d+", other) == digits]
        best = max(near, key=lambda other: (self._articles(other), other), default=None)
        return best if best and self._articles(best) > _RARE else None

    def _parts(self, word: str) -> str | None:
        """The word as the two words that stand together in most articles."""
        best: tuple[int, str] = (_RARE, "")
        for place in range(_SHORTEST - 1, len(word) - _SHORTEST + 2):
            first, second = word[:place], word[place:]
            if first in self._words and second in self._words:
                together = len(self._documents(first) & self._documents(second))
                best = max(best, (together, f"{first} {second}"))
        return best[1] or None

    def _articles(self, word: str) -> int:
        """In how many articles a word is, in any form, in the field in which it is most often."""
        term = word_terms(word)[0]
        return max(
            sum(len(postings.documents) for shard in self._reader.shards if (postings := shard.postings(field, term)))
            for field in TEXT_FIELDS
        )

    def _count(self, word: str) -> int:
        return self._reader.count(SPELLING, word)

    def _documents(self, word: str) -> frozenset[int]:
        return frozenset(self._reader.find_all(SPELLING, word))

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(word for shard in self._reader.shards for word in shard.vocabulary.words.split("\n"))

    @cached_property
    def _text(self) -> str:
        return "\n".join(sorted(self._words))

    @cached_property
    def _terms(self) -> frozenset[str]:
        return frozenset(term for shard in self._reader.shards for term in shard.vocabulary.terms.split("\n"))


def _texts(node: Node) -> Iterator[str]:
    """The words and phrases that are wanted in text."""
    match node:
        case Word(text) | Phrase(text):
            yield text
        case And(nodes) | Or(nodes):
            for inner in nodes:
                yield from _texts(inner)
        case Near(left, right):
            yield from _texts(left)
            yield from _texts(right)
        case Field(name, inner) if name in TEXT:
            yield from _texts(inner)


def _same_stem(word: str, other: str) -> bool:
    return word_terms(word)[0] == word_terms(other)[0]


def _inflected(word: str, other: str) -> bool:
    return word.startswith(other) or other.startswith(word)


def _replaced(query: str, pattern: str, other: str) -> str:
    """The query with what fits a pattern of words replaced, in small or capital letters as it was."""

    def spelled(match: re.Match[str]) -> str:
        text = match.group()
        if text.isupper():
            return other.upper()
        return other.capitalize() if text[0].isupper() else other

    return re.sub(rf"(?<![^\W_]){pattern}(?![^\W_])", spelled, query, flags=re.IGNORECASE)


def _one_edit(word: str) -> set[str]:
    """All words one letter left out, swapped, replaced or put in away."""
    near: set[str] = set()
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        near.update(head + letter + tail for letter in string.ascii_lowercase)
        if tail:
            near.add(head + tail[1:])
            near.update(head + letter + tail[1:] for letter in string.ascii_lowercase)
        if len(tail) > 1:
            near.add(head + tail[1] + tail[0] + tail[2:])
    return near
