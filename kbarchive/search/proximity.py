"""How near the words of a query stand to one another in a document, in the order of the query."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Mapping, Sequence

from kbarchive.index.postings import Postings
from kbarchive.index.reader import IndexReader, ShardReader
from kbarchive.index.schema import TEXT_FIELDS
from kbarchive.search.units import Unit

# Words further apart than this are not near.
_FARTHEST = 4

# How many posting lists a long-lived index keeps open; the many of rare words are short.
_KEPT_LISTS = 2_000


class Proximity:
    """Measures nearness by the positions in the index."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader
        self._kept: OrderedDict[tuple[int, str, bytes], Postings | None] = OrderedDict()

    def nearness(self, document: int, units: Sequence[Unit], weights: Mapping[Unit, float]) -> float:
        """The weight of the neighbours in the query that are near in the document: 1/distance of the lesser weight.

        For each pair of neighbours the field in which they are nearest counts.
        """
        shard = self._reader.shard(document)
        own = document - shard.base
        nearest = [0.0] * (len(units) - 1)
        for field in TEXT_FIELDS:
            if not shard.lengths[field][own]:
                continue
            before: Sequence[int] = ()
            for number, unit in enumerate(units):
                postings = self._postings(shard, field, unit.terms[0])
                here = postings.positions(own) if postings else ()
                if before and here:
                    distance = _distance(before, here, len(units[number - 1].terms))
                    if distance <= _FARTHEST:
                        nearest[number - 1] = max(nearest[number - 1], 1 / distance)
                before = here
        return sum(
            min(weights[left], weights[right]) * near for left, right, near in zip(units, units[1:], nearest, strict=False)
        )

    def _postings(self, shard: ShardReader, field: str, term: bytes) -> Postings | None:
        place = (shard.base, field, term)
        if place in self._kept:
            self._kept.move_to_end(place)
            return self._kept[place]
        postings = self._kept[place] = shard.postings(field, term)
        if len(self._kept) > _KEPT_LISTS:
            self._kept.popitem(last=False)
        return postings


def _distance(before: Sequence[int], after: Sequence[int], length: int) -> int:
    """The least distance from the end of a unit of `length` words to the begin of the next; 1 where they touch."""
    least = _FARTHEST + 1
    for position in before:
        end = position + length - 1
        following = bisect_right(after, end)
        if following < len(after):
            least = min(least, after[following] - end)
    return least
