"""A number for each document, all of them in one long integer: what a search adds up, it adds up for all documents at once.

Each document has a lane of 32 bits, the first one the lowest. Python multiplies and adds integers of any length in C, so that
to add the lanes of a word, times its weight, takes a fraction of what a loop over the documents does (Lamport, Multiple byte
processing with full-word instructions, CACM 1975). Weights are whole numbers, and bounded so that no lane ever runs over.

The lower bits of a lane tell how much of what is asked for a document has, the upper ones what that is worth there.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import compress
from math import ceil
from typing import NamedTuple

from kbarchive.index.numbers import from_bytes, place_of, to_bytes

LANE = 4
"""The bytes of a lane."""

# Where what is worth begins. What stands below is 1 in a document that has a word.
_WORTH = 12
_LOWER = (1 << _WORTH) - 1

# What weights may come to: that, and 255 times that, fit the two parts of a lane.
_MOST = _LOWER

# For a byte of worth what it makes of the bytes of a lane.
_STANDS = b"\0" + b"\1" * 255
_FIRST_HALF = bytes([byte << _WORTH % 8 & 255 for byte in range(256)])
_SECOND_HALF = bytes([byte >> 8 - _WORTH % 8 for byte in range(256)])

# Turns the second byte of a lane into whether the bit above the lower ones is set.
_IS_ABOVE = bytes([byte >> _WORTH % 8 & 1 for byte in range(256)])


_FEW_BYTES = 500

# Where a word stands in fewer than one of so many documents, they are added up one by one, which takes less time and room.
_FEW = 20


# Shares are quotients.
_ROUNDING = 1e-9


class Few(NamedTuple):
    """The lanes of some documents; those of all others are 0."""

    documents: array[int]
    lanes: array[int]


Lanes = int | Few
"""A number for each document."""


class Addend(NamedTuple):
    """What a word of a query, or what it may be called, adds to each document, times a weight.

    A document has one of the addends of a word; `is_first` says that it is that of the word itself, which weighs most.
    `is_asked` says that it counts as a share of what is asked for.
    """

    lanes: Lanes
    weight: float
    is_first: bool = True
    is_asked: bool = True


class Sums:
    """The sum of some addends over a number of documents."""

    def __init__(self, addends: Sequence[Addend], number: int) -> None:
        """Weights become whole numbers, from 1 on, that come to some four thousand for a document that has all words; so shares
        and worths are right to about a thousandth.
        """
        firsts = [addend.weight for addend in addends if addend.is_first]
        room = _MOST - len(firsts)  # for what is rounded up
        assert room > 0  # noqa: S101 - a query has far fewer words
        scale = room / (sum(firsts) or 1.0)
        weights = [max(1, round(addend.weight * scale)) for addend in addends]
        self._number = number
        self._total = _added_up([(addend.lanes, weight) for addend, weight in zip(addends, weights, strict=True)], number)
        self._values = from_bytes("I", self._total.to_bytes(LANE * number, "little"))
        self._unit = 1 / scale
        self._whole = sum(
            weight for weight, addend in zip(weights, addends, strict=True) if addend.is_first and addend.is_asked
        )

    def worth(self, document: int) -> float:
        """The sum of weights times bytes of worth in a document."""
        return (self._values[document] >> _WORTH) * self._unit

    def share(self, document: int) -> float:
        """How much of what is asked for a document has, from 0 to 1; all of it where nothing is."""
        return (self._values[document] & _LOWER) / self._whole if self._whole else 1.0

    def any_has_all(self, documents: Iterable[int]) -> bool:
        """Whether one of some documents has all that is asked for."""
        return self._whole in map(_LOWER.__and__, map(self._values.__getitem__, documents))

    def worths_and_shares(self, documents: Sequence[int]) -> tuple[list[float], list[float]]:
        """As `worth` and `share`, of many documents."""
        values = list(map(self._values.__getitem__, documents))
        unit, whole = self._unit, self._whole
        worths = [(value >> _WORTH) * unit for value in values]
        return worths, [(value & _LOWER) / whole for value in values] if whole else [1.0] * len(values)

    def having(self, least: float) -> list[int]:
        """The documents that have such a share of what is asked for, and more than nothing; in rising order."""
        needed = max(1, ceil(least * self._whole - _ROUNDING))
        ones = _ones(self._number)
        above = (self._total & ones * _LOWER) + ones * (_LOWER + 1 - needed)
        marks = above.to_bytes(LANE * self._number, "little")[_WORTH // 8 :: LANE]
        return list(compress(range(self._number), marks.translate(_IS_ABOVE)))


def lanes_of(
    documents: Sequence[int], impacts: bytes, number: int, *, without: Sequence[Sequence[int]] = (), asked: bool = True
) -> Lanes:
    """The lanes of what has bytes of worth in some documents, of a `number` in all, but in those `without` it, in rising order.

    Where it is not `asked` for, it is no share of what is: its worth alone counts.
    """
    if len(documents) * _FEW < number:
        left = [at for at, document in enumerate(documents) if all(place_of(document, others) is None for others in without)]
        worths = [impacts[at] << _WORTH | asked for at in left]
        return Few(array("I", [documents[at] for at in left]), array("I", worths))
    dense = bytearray(number)
    for document, impact in zip(documents, impacts, strict=True):
        dense[document] = impact
    for others in without:
        for document in others:
            dense[document] = 0
    wide = bytearray(LANE * number)
    if asked:
        wide[0::LANE] = dense.translate(_STANDS)
    wide[_WORTH // 8 :: LANE] = dense.translate(_FIRST_HALF)
    wide[_WORTH // 8 + 1 :: LANE] = dense.translate(_SECOND_HALF)
    return int.from_bytes(wide, "little")


def size(of: Lanes) -> int:
    """About how many bytes of memory lanes take."""
    return of.bit_length() // 7 if isinstance(of, int) else _FEW_BYTES + 2 * LANE * len(of.documents)


def _added_up(weighted: Iterable[tuple[Lanes, int]], number: int) -> int:
    total = 0
    few = array("I", bytes(LANE * number))
    for lanes, weight in weighted:
        if isinstance(lanes, int):
            total += lanes * weight
        else:
            for document, lane in zip(lanes.documents, lanes.lanes, strict=True):
                few[document] += lane * weight
    return total + int.from_bytes(to_bytes("I", few), "little")


@lru_cache(2)
def _ones(number: int) -> int:
    return int.from_bytes((b"\1" + bytes(LANE - 1)) * number, "little")
