"""What the words of a query may be called in an article: each word with the terms that mean the same or may be meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from kbarchive.index.analysis import form, stems, word_terms
from kbarchive.index.thesaurus import LONGEST
from kbarchive.search.scoring import Scorer
from kbarchive.search.settings import Settings
from kbarchive.search.units import AskedWord, Unit

# VB and OLE show the code of an error, which C writes 0x80040154, as a negative number: -2147221164; others as 2147746132.
_DECIMAL_CODE = re.compile(r"[1-4]\d{9}")
_HEXADECIMAL_CODE = re.compile(r"(?:0x)?(?=[a-f]*\d)[89a-f][0-9a-f]{7}", re.IGNORECASE | re.ASCII)
_NEGATIVE = 1 << 31
_CODES = 1 << 32

# What people put around a question. Few articles have such words, so that they would seem to tell much.
_ASKING = frozenset(
    "i i'm im i've ive me my mine we we're our ours us you your he she his her someone somebody anybody anyone why what what's "
    "whats how when where which who whom do does did can could would should will may might is are am was were be been being "
    "have has had having there here this that these those it its please help need want wants trying try tried get gets getting "
    "got keep keeps a an the to of in on at for from with by and or as if so just really any some about into".split()
)
ASKING_FORMS = frozenset(form(word) for word in _ASKING)

# Where a query has so many other words, words that only ask count for little.
_TELLING_WORDS = 2

# A word in no more articles than this may be misspelt in them as well.
_SELDOM = 2


class Alternative(NamedTuple):
    """A term that a word may be found by; `share` says how much of the word's worth, from 0 to 1."""

    term: bytes
    share: float

    @property
    def words(self) -> int:
        """How many words of an article the term stands for."""
        return self.term.count(b" ") + 1


class Concept(NamedTuple):
    """A word of a query. The first alternative is the word itself; `form` is how it is written.

    `rarity` is the inverse document frequency of what it is best known by; `weight` is what it counts for as a word, which is
    less where it only asks.
    """

    text: str
    form: bytes
    alternatives: tuple[Alternative, ...]
    rarity: float
    weight: float


class Question(NamedTuple):
    """The concepts of a query, each once, and for each word of the query in order the number of its concept."""

    concepts: tuple[Concept, ...]
    sequence: tuple[int, ...]

    @property
    def weight(self) -> float:
        """The sum of the concepts' weights."""
        return sum(concept.weight for concept in self.concepts)


Correction = Callable[[str], str | None]
"""Gives for a word that no article has the word most like it, or None."""


def question(words: Sequence[AskedWord], scorer: Scorer, settings: Settings, correction: Correction) -> Question:
    """What the words of a query ask for."""
    numbers: dict[bytes, int] = {}
    sequence = [numbers.setdefault(word.term, len(numbers)) for word in words]
    firsts = dict(reversed(list(zip(sequence, words, strict=True))))
    found: list[dict[bytes, float]] = [{firsts[number].term: 1.0} for number in range(len(numbers))]
    known: list[set[bytes]] = [set(alternatives) for alternatives in found]
    for number, term, share, same in _alternatives(words, sequence, settings, scorer, correction):
        found[number][term] = max(share, found[number].get(term, 0.0))
        if same:
            known[number].add(term)
    telling = sum(word.form not in ASKING_FORMS for word in firsts.values())
    concepts = []
    most = scorer.documents * settings.telling
    for number, alternatives in enumerate(found):
        rarity = scorer.rarity(max(scorer.frequency(Unit((term,))) for term in known[number]))
        asks = telling >= _TELLING_WORDS and firsts[number].form in ASKING_FORMS
        concepts.append(
            Concept(
                text=firsts[number].text,
                form=firsts[number].form,
                alternatives=tuple(
                    Alternative(term, share)
                    for term, share in sorted(alternatives.items(), key=lambda item: -item[1])
                    if share == 1.0 or 0 < scorer.frequency(Unit((term,))) <= most or term in known[number]
                ),
                rarity=rarity,
                weight=rarity * settings.asking if asks else rarity,
            )
        )
    return Question(tuple(concepts), tuple(sequence))


def _alternatives(
    words: Sequence[AskedWord], sequence: Sequence[int], settings: Settings, scorer: Scorer, correction: Correction
) -> Iterator[tuple[int, bytes, float, bool]]:
    """For the number of a concept a term, its share, and whether it means just the same."""
    names = scorer.thesaurus
    terms = tuple(word.term for word in words)
    for start, (number, word) in enumerate(zip(sequence, words, strict=True)):
        for end in range(start + 1, min(start + LONGEST, len(terms)) + 1):
            for table, share, same in ((names.names, settings.names, True), (names.words, settings.words, False)):
                for term in table.get(terms[start:end], ()) if share else ():
                    for place in range(start, end):
                        yield sequence[place], term, share if same else share / (end - start) ** 0.5, same and end == start + 1
        frequency = scorer.frequency(Unit((word.term,)))
        unknown = not frequency
        if frequency <= _SELDOM and settings.spelling and (other := correction(word.text)):
            yield number, word_terms(other)[0], settings.spelling, True
        for term in _other_writings(word, unknown):
            yield number, term, settings.spelling, unknown
        if start + 1 < len(words) and settings.joined and word.text.isalpha():
            joined = stems(word.text + words[start + 1].text)
            if len(joined) == 1 and scorer.frequency(Unit(joined)):
                for place in (start, start + 1):
                    yield sequence[place], joined[0], settings.joined, False


def _code(word: str) -> int | None:
    """The code of an error that a word writes, as a number without sign; None where it is none."""
    if _HEXADECIMAL_CODE.fullmatch(word):
        code = int(word, 16)
    elif _DECIMAL_CODE.fullmatch(word) and (number := int(word)) < _CODES:
        code = _CODES - number if number <= _NEGATIVE else number
    else:
        return None
    return code if code > _NEGATIVE else None


def _other_writings(word: AskedWord, unknown: bool) -> Iterator[bytes]:
    """The other terms of a word: a code without its 0x or as a decimal number, a name without its variant; of an unknown one
    the longest part.
    """
    own, *others = word_terms(word.text)
    if code := _code(word.text):
        yield from (f"{_CODES - code}".encode(), f"{code}".encode(), *word_terms(f"0x{code:x}"))
    for term in others:
        if own.startswith(b"0x") or own in (term + b"a", term + b"w"):
            yield term
    if unknown and others:
        yield max(others, key=len)
