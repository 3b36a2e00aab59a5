"""Scores documents: BM25F, a unit of the query at a time, over all postings.

How often a unit occurs in each field is weighed by the field and its length, summed over the fields, and only then
saturated (Robertson, Zaragoza, Taylor: Simple BM25 extension to multiple weighted fields, CIKM 2004). Whoosh's own search
saturates each field alone, and its top-k pruning loses hits under such weights; so only its postings are used.
"""

from __future__ import annotations

import math
from collections import OrderedDict

from kbarchive.index.reader import LENGTHS, IndexReader
from kbarchive.index.schema import SECTION_FIELDS
from kbarchive.search.phrases import phrase_counts
from kbarchive.search.units import Unit

WEIGHTS: dict[str, float] = {
    **dict.fromkeys(SECTION_FIELDS, 1.0),
    "title": 5.0,
    "query_words": 2.0,
    "symptoms": 1.5,
    "keywords": 0.5,
    "products": 0.7,
    "residue": 0.3,
}
_K1 = 1.2
# How much the length of a field counts: all of it in long sections, little in titles, which are all short.
_B = {"title": 0.3, "products": 0.3, "keywords": 0.3, "query_words": 0.3}
_B_SECTION = 0.6

# How many postings a long-lived index remembers, over all units; about 60 bytes each.
_REMEMBERED_POSTINGS = 600_000

Frequencies = dict[int, float]


class Scorer:
    """Finds in which documents a unit stands, and how much it weighs there."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader
        self._norms = {field: _norms(field, weight, reader.average_lengths[field]) for field, weight in WEIGHTS.items()}
        self._remembered: OrderedDict[Unit, Frequencies] = OrderedDict()
        self._postings = 0

    def frequencies(self, unit: Unit) -> Frequencies:
        """For each document that has the unit, its weighed frequency there."""
        found = self._remembered.get(unit)
        if found is not None:
            self._remembered.move_to_end(unit)
            return found
        found = {}
        if len(unit.terms) == 1:
            self._add_term(unit.terms[0], found)
        else:
            self._add_phrase(unit.terms, found)
            if unit.whole:
                self._add_term(unit.whole, found)
        self._remember(unit, found)
        return found

    def weight(self, frequencies: Frequencies) -> float:
        """The inverse document frequency of a unit."""
        found = len(frequencies)
        return math.log(1 + (self._reader.documents - found + 0.5) / (found + 0.5))

    def _add_term(self, term: bytes, found: Frequencies) -> None:
        for shard in self._reader.shards:
            base = shard.base
            for field, norms in self._norms.items():
                lengths = shard.lengths[field]
                for documents, counts in shard.postings(field, term):
                    for document, count in zip(documents, counts, strict=True):
                        weight = count * norms[lengths[document]]
                        document += base
                        found[document] = found.get(document, 0.0) + weight

    def _add_phrase(self, terms: tuple[bytes, ...], found: Frequencies) -> None:
        for shard in self._reader.shards:
            for field, norms in self._norms.items():
                lengths = shard.lengths[field]
                for document, count in phrase_counts(shard, field, terms).items():
                    weight = count * norms[lengths[document]]
                    found[shard.base + document] = found.get(shard.base + document, 0.0) + weight

    def _remember(self, unit: Unit, found: Frequencies) -> None:
        self._remembered[unit] = found
        self._postings += len(found)
        while self._postings > _REMEMBERED_POSTINGS and len(self._remembered) > 1:
            _, forgotten = self._remembered.popitem(last=False)
            self._postings -= len(forgotten)


def saturate(frequency: float) -> float:
    """What a weighed frequency is worth: the first occurrences most."""
    return frequency * (_K1 + 1) / (frequency + _K1)


def _norms(field: str, weight: float, average: float) -> list[float]:
    b = _B.get(field, _B_SECTION)
    return [weight / (1 - b + b * length / average) if average else 0.0 for length in LENGTHS]
