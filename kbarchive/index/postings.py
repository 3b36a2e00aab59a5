"""The bytes of one posting list: documents, how often each has the term, and where.

Layout, little-endian: CRC-32 of all that follows; the number of documents; one byte each for the width of a document step,
of a count and of a position (1, 2 or 4 bytes; no position has width 0); then the documents as steps from one to the next,
the counts, and the positions of all documents in a row. Arrays as wide as they need be are read several times faster than
Whoosh's compressed pickles, and take less room; positions stand apart, since most queries need none.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

_CHECK = struct.Struct("<I")
_HEAD = struct.Struct("<IBBB")
_TYPES = {1: "B", 2: "H", 4: "I"}


class DamagedPostingsError(Exception):
    """The bytes of a posting list are not those that were written."""


class Postings:
    """A posting list that was read: documents in rising order, and how often each has the term."""

    def __init__(self, data: bytes) -> None:
        if len(data) < _CHECK.size + _HEAD.size or _CHECK.unpack_from(data)[0] != zlib.crc32(data[_CHECK.size :]):
            raise DamagedPostingsError("a posting list fails its checksum")
        number, step_width, count_width, self._width = _HEAD.unpack_from(data, _CHECK.size)
        start = _CHECK.size + _HEAD.size
        self.counts: Sequence[int] = _read(data, start + number * step_width, number, count_width)
        self.documents: Sequence[int] = array("I", accumulate(_read(data, start, number, step_width)))
        self._data = data
        self._start = start + number * (step_width + count_width)
        self._ends: Sequence[int] | None = None

    def positions(self, document: int) -> Sequence[int]:
        """The positions of the term in a document, in rising order; none where it does not have the term."""
        at = bisect_left(self.documents, document)
        if not self._width or at == len(self.documents) or self.documents[at] != document:
            return ()
        if self._ends is None:
            self._ends = array("I", accumulate(self.counts))
        count = self.counts[at]
        return _read(self._data, self._start + (self._ends[at] - count) * self._width, count, self._width)

    def all_positions(self) -> dict[int, Sequence[int]]:
        """As `positions`, of every document at once: several times faster where most are wanted."""
        places = _read(self._data, self._start, sum(self.counts) if self._width else 0, self._width or 1)
        ends = list(accumulate(self.counts))
        return {
            document: places[end - count : end] for document, count, end in zip(self.documents, self.counts, ends, strict=True)
        }


def pack(documents: Sequence[int], counts: Sequence[int], positions: Sequence[int]) -> bytes:
    """The bytes of a posting list: documents in rising order; for each its count, then the positions of all in a row."""
    steps = [after - before for before, after in zip((0, *documents), documents, strict=False)]
    step_width, count_width = _width(max(steps)), _width(max(counts))
    width = _width(max(positions)) if positions else 0
    parts = [
        _HEAD.pack(len(documents), step_width, count_width, width),
        _bytes(steps, step_width),
        _bytes(counts, count_width),
        _bytes(positions, width) if width else b"",
    ]
    content = b"".join(parts)
    return _CHECK.pack(zlib.crc32(content)) + content


def _width(largest: int) -> int:
    return 1 if largest < 0x100 else 2 if largest < 0x10000 else 4


def _bytes(numbers: Sequence[int], width: int) -> bytes:
    return little_endian(array(_TYPES[width], numbers)).tobytes()


def _read(data: bytes, start: int, number: int, width: int) -> array[int]:
    numbers = array(_TYPES[width])
    numbers.frombytes(data[start : start + number * width])
    return little_endian(numbers)


def little_endian(numbers: array[int]) -> array[int]:
    """Numbers as they are kept in files, or back: the same array, its bytes swapped where the machine has them otherwise."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
