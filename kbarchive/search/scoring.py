"""Scores documents: BM25F, a unit of the query at a time, over all postings.

How often a unit occurs in each field is weighed by the field and its length, summed over the fields, and only then
saturated (Robertson, Zaragoza, Taylor: Simple BM25 extension to multiple weighted fields, CIKM 2004). Whoosh's own search
saturates each field alone, and its top-k pruning loses hits under such weights; so only its postings are used.
"""

from __future__ import annotations

import math
from array import array
from collections import OrderedDict
from collections.abc import Iterable
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from kbarchive.index.reader import LENGTHS, IndexReader, ShardReader
from kbarchive.index.schema import SECTION_FIELDS
from kbarchive.search.phrases import phrase_counts
from kbarchive.search.units import Unit

WEIGHTS: dict[str, float] = {
    **dict.fromkeys(SECTION_FIELDS, 1.0),
    "title": 5.0,
    "query_words": 2.0,
    "symptoms": 1.5,
    "keywords": 0.5,
    "products": 1.0,
    "residue": 0.3,
}
_K1 = 1.2
# How much the length of a field counts: all of it in long sections, little in titles, which are all short.
_B = {"title": 0.3, "products": 0.3, "keywords": 0.3, "query_words": 0.3}
_B_SECTION = 0.6

# How many postings a long-lived index remembers, over all units; eight bytes each.
_REMEMBERED_POSTINGS = 4_000_000


class Occurrences(NamedTuple):
    """The documents that have a unit, in rising order, and what it is worth in each, from 0 to k1 + 1."""

    documents: array[int]
    worths: array[float]


class Scorer:
    """Finds in which documents a unit stands, and how much it weighs there."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader
        self._norms = {field: _norms(field, weight, reader.average_lengths[field]) for field, weight in WEIGHTS.items()}
        self._remembered: OrderedDict[Unit, Occurrences] = OrderedDict()
        self._postings = 0

    def occurrences(self, unit: Unit) -> Occurrences:
        """Where the unit stands, in any field."""
        remembered = self._remembered.get(unit)
        if remembered is not None:
            self._remembered.move_to_end(unit)
            return remembered
        documents, worths = array("I"), array("d")
        for shard in self._reader.shards:
            found: dict[int, float] = {}
            for field, norms in self._norms.items():
                _add_field(shard, field, norms, unit, found)
            for document in shard.deleted.intersection(found):
                del found[document]
            ordered = sorted(found)
            documents.extend(shard.base + document for document in ordered)
            # The first occurrences are worth most.
            worths.extend(found[document] * (_K1 + 1) / (found[document] + _K1) for document in ordered)
        occurrences = Occurrences(documents, worths)
        self._remember(unit, occurrences)
        return occurrences

    @cached_property
    def everything(self) -> frozenset[int]:
        """All documents that can be found."""
        return frozenset(self._reader.all_documents())

    def weight(self, occurrences: Occurrences) -> float:
        """The inverse document frequency of a unit."""
        found = len(occurrences.documents)
        return math.log(1 + (self._reader.documents - found + 0.5) / (found + 0.5))

    def _remember(self, unit: Unit, occurrences: Occurrences) -> None:
        self._remembered[unit] = occurrences
        self._postings += len(occurrences.documents)
        while self._postings > _REMEMBERED_POSTINGS and len(self._remembered) > 1:
            _, forgotten = self._remembered.popitem(last=False)
            self._postings -= len(forgotten.documents)


def _add_field(shard: ShardReader, field: str, norms: list[float], unit: Unit, found: dict[int, float]) -> None:
    lengths = shard.lengths[field]
    counted: Iterable[tuple[int, int]] = ()
    if len(unit.terms) > 1:
        counted = phrase_counts(shard, field, unit.terms).items()
    term = unit.whole if len(unit.terms) > 1 else unit.terms[0]
    postings = shard.postings(field, term) if term else None
    if postings:
        counted = chain(counted, zip(postings.documents, postings.counts, strict=True))
    for document, count in counted:
        weight = count * norms[lengths[document]]
        found[document] = found[document] + weight if document in found else weight


def _norms(field: str, weight: float, average: float) -> list[float]:
    b = _B.get(field, _B_SECTION)
    return [weight / (1 - b + b * length / average) if average else 0.0 for length in LENGTHS]
