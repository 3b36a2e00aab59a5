"""In which documents a unit stands, and what it is worth there: whole posting lists, read once and remembered.

What a term is worth in a document stands in the index (`index.inverter`). Whoosh's own search would work that out again for
every query, saturate each field alone, and lose hits by its top-k pruning under such weights; so only its postings are used.
"""

from __future__ import annotations

import math
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from kbarchive.index.numbers import place_of
from kbarchive.index.reader import IndexReader, ShardReader
from kbarchive.index.thesaurus import Thesaurus
from kbarchive.index.values import TEXT
from kbarchive.index.zones import K1
from kbarchive.search.lanes import Addend, Lanes, Sums, lanes_of, size
from kbarchive.search.phrases import starts
from kbarchive.search.remembering import Remembered
from kbarchive.search.units import Unit

WORTHS: tuple[float, ...] = tuple(byte / 255 * (K1 + 1) for byte in range(256))
"""What each byte of a posting list's worths stands for, before it is weighed by how rare the term is."""

# How many postings a long-lived index remembers, over all units; five bytes each. A unit itself takes as much as so many.
_REMEMBERED_POSTINGS = 3_000_000
_UNIT_COST = 100

# The number of an article, which the article itself is an answer to, whether it names itself or not; and the byte of what
# that is worth: as much as what stands about once in a section.
_NUMBER = re.compile(rb"(?:q|kb)?0*([1-9]\d{3,6})")
ONCE = 116

# How many postings are gone through in the time of one look-up by bisection.
_BISECTION_COST = 12

# Of what words are worth in each document a long-lived index remembers so many bytes.
_REMEMBERED_BYTES = 56_000_000


class Occurrences(NamedTuple):
    """The documents that have a unit, numbered through all shards, and the byte of its worth in each (see WORTHS); never 0."""

    documents: array[int]
    impacts: bytes


class Scorer:
    """Finds in which documents a unit stands, and how much it weighs."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader
        self._remembered: Remembered[Unit, Occurrences] = Remembered(
            _REMEMBERED_POSTINGS, lambda found: _UNIT_COST + len(found.documents)
        )
        self._lanes: Remembered[tuple[Unit, tuple[Unit, ...], bool], Lanes] = Remembered(_REMEMBERED_BYTES, size)
        self._numbers = sum(shard.documents for shard in reader.shards)

    def occurrences(self, unit: Unit) -> Occurrences:
        """Where the unit stands, in any zone."""
        return self._remembered.recall(unit, lambda: self._read(unit))

    def impact(self, unit: Unit, document: int) -> int:
        """The byte of what a unit is worth in a document; 0 where it does not stand there."""
        documents, impacts = self.occurrences(unit)
        place = place_of(document, documents)
        return 0 if place is None else impacts[place]

    def addends(
        self, shares: Sequence[tuple[Unit, float]], weight: float, among: Sequence[int] | None = None, *, asked: bool = True
    ) -> Iterator[Addend]:
        """What is added up for a word: of the units that it may be found by, with their shares of its weight, the first counts
        that stands in a document. Where some documents are given, in rising order, it may be less in others.
        """
        units = tuple([unit for unit, _ in shares])
        for number, (unit, share) in enumerate(shares):
            yield Addend(self._lanes_of(unit, units[:number], among, asked), weight * share, not number, asked)

    def sums(self, addends: Sequence[Addend]) -> Sums:
        """The sum of some addends over all documents."""
        return Sums(addends, self._numbers)

    @property
    def thesaurus(self) -> Thesaurus:
        """What things are called."""
        return self._reader.thesaurus

    @property
    def documents(self) -> int:
        """How many documents can be found."""
        return self._reader.documents

    def frequency(self, unit: Unit) -> int:
        """In how many documents the unit stands."""
        return len(self.occurrences(unit).documents)

    def rarity(self, frequency: int) -> float:
        """The weight of what stands in so many documents: the inverse document frequency."""
        return math.log(1 + (self._reader.documents - frequency + 0.5) / (frequency + 0.5))

    @cached_property
    def everything(self) -> frozenset[int]:
        """All documents that can be found."""
        return frozenset(self._reader.all_documents())

    def _read(self, unit: Unit) -> Occurrences:
        documents = array("I")
        impacts = bytearray()
        for shard in self._reader.shards:
            found, worths = _single(shard, unit) if len(unit.terms) == 1 and not unit.forms else _several(shard, unit)
            documents.extend(found if not shard.base else array("I", [shard.base + number for number in found]))
            impacts += worths
        self._add_named(unit, documents, impacts)
        return Occurrences(documents, bytes(impacts))

    def _add_named(self, unit: Unit, documents: array[int], impacts: bytearray) -> None:
        number = _NUMBER.fullmatch(unit.terms[0]) if len(unit.terms) == 1 else None
        document = self._reader.find("id", f"Q{int(number[1])}") if number else None
        if document is not None:
            place = bisect_left(documents, document)
            if place == len(documents) or documents[place] != document:
                documents.insert(place, document)
                impacts.insert(place, ONCE)

    def _lanes_of(self, unit: Unit, before: tuple[Unit, ...], among: Sequence[int] | None, asked: bool) -> Lanes:
        """The lanes of a unit where it stands and none of those before it."""
        key = (unit, before, asked)

        def made(of: Occurrences) -> Lanes:
            without = [self.occurrences(other).documents for other in before]
            return lanes_of(*of, self._numbers, without=without, asked=asked)

        if among is not None and key not in self._lanes:
            occurrences = self.occurrences(unit)
            if len(among) * _BISECTION_COST < len(occurrences.documents):
                return made(_some(occurrences, among))
        return self._lanes.recall(key, lambda: made(self.occurrences(unit)))


def _some(occurrences: Occurrences, among: Iterable[int]) -> Occurrences:
    """Where some documents have a unit."""
    documents, impacts = occurrences
    found = [place for document in among if (place := place_of(document, documents)) is not None]
    return Occurrences(array("I", [documents[place] for place in found]), bytes([impacts[place] for place in found]))


def _single(shard: ShardReader, unit: Unit) -> tuple[Sequence[int], bytes]:
    postings = shard.postings(TEXT, unit.terms[0])
    return (postings.documents, postings.impacts) if postings else ((), b"")


def _several(shard: ShardReader, unit: Unit) -> tuple[Sequence[int], bytes]:
    """A phrase is worth what the least of its words is worth in a document."""
    documents = [document for document, _ in starts(shard, unit)]
    least = dict.fromkeys(documents, 255)
    for term in set(unit.terms):
        postings = shard.postings(TEXT, term)
        assert postings is not None or not documents  # noqa: S101 - a phrase stands only where all its words do
        for document, impact in zip(postings.documents, postings.impacts, strict=True) if postings else ():
            if document in least:
                least[document] = min(least[document], impact)
    return documents, bytes(least.values())
