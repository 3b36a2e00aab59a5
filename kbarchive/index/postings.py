"""The bytes of one posting list: documents, what the term is worth in each, how often it stands there, where, in which form.

Layout, little-endian: CRC-32 of all that follows; the number of documents; one byte each for the width of a document step,
of a count, of a worth, of a position and of a form (0, 1, 2 or 4 bytes; of what all documents have the least of, counts of
1 and others of 0, nothing is kept); then the documents as steps from one to the next, the counts, the worths, the positions
of all documents in a row, and the form at each position. Arrays as wide as they need be are read several times faster than
Whoosh's compressed pickles, and take less room; positions stand apart, since most queries need none.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import accumulate, compress

from kbarchive.index.files import DamagedFileError
from kbarchive.index.numbers import from_bytes, place_of, view

CHECK = struct.Struct("<I")
"""What a list begins with: the checksum of all that follows."""

HEAD = struct.Struct("<IBBBBB")
"""What comes next: the number of documents and the five widths."""

_TYPES = {1: "B", 2: "H", 4: "I"}

# What a document takes in memory beside that: its number, count, worth, and the end of its positions.
_DOCUMENT_BYTES = 12

_NOWHERE: tuple[Sequence[int], Sequence[int]] = ((), b"")


class Postings:
    """A posting list that was read: documents in rising order, how often each has the term, and what it is worth there."""

    def __init__(self, data: bytes) -> None:
        start = CHECK.size + HEAD.size
        if len(data) < start or CHECK.unpack_from(data)[0] != zlib.crc32(memoryview(data)[CHECK.size :]):
            raise DamagedFileError("a posting list fails its checksum")
        number, step_width, count_width, impact_width, self._width, self._form_width = HEAD.unpack_from(data, CHECK.size)
        self.documents: Sequence[int] = array("I", accumulate(_read(data, start, number, step_width)))
        start += number * step_width
        self.counts: Sequence[int] = _read(data, start, number, count_width) if count_width else array("B", b"\1") * number
        start += number * count_width
        self.impacts: bytes = data[start : start + number] if impact_width else bytes(number)
        self._data = data
        self._start = start + number * impact_width

    def pass_over(self, documents: AbstractSet[int]) -> None:
        """Takes some documents out of the list, as it is held here."""
        own = self.documents
        if len(documents) < len(own):
            hidden = [at for document in documents if (at := self.find(document)) is not None]
        else:
            hidden = [at for at, document in enumerate(own) if document in documents]
        if not hidden:
            return
        kept = bytearray(b"\1") * len(own)
        for at in hidden:
            kept[at] = 0
        self._ends = array("I", compress(self._ends, kept))
        self.documents = array("I", compress(own, kept))
        self.counts = array("I", compress(self.counts, kept))
        self.impacts = bytes(compress(self.impacts, kept))

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return len(self._data) + _DOCUMENT_BYTES * len(self.documents)

    def find(self, document: int) -> int | None:
        """Which of the documents it is; None where it does not have the term."""
        return place_of(document, self.documents)

    def positions(self, document: int) -> Sequence[int]:
        """Where the term stands in a document; nowhere where it does not have the term."""
        return self.places(document)[0]

    def places(self, document: int) -> tuple[Sequence[int], Sequence[int]]:
        """The positions of the term in a document, in rising order, and the number of the form at each."""
        at = place_of(document, self.documents)
        if at is None:
            return _NOWHERE
        end = self._ends[at]
        start = end - self.counts[at]
        return self._positions[start:end], self._forms[start:end] if self._form_width else bytes(end - start)

    def all_positions(self) -> dict[int, Sequence[int]]:
        """As `positions`, of every document at once: several times faster where most are wanted."""
        places = self._positions
        ends = self._ends
        return {
            document: places[end - count : end] for document, count, end in zip(self.documents, self.counts, ends, strict=True)
        }

    @cached_property
    def _ends(self) -> Sequence[int]:
        """How many positions there are up to the end of those of each document."""
        return array("I", accumulate(self.counts))

    @cached_property
    def _positions(self) -> Sequence[int]:
        """All positions of the list as it was written; not copied, most are never asked for."""
        if not self._width:
            return ()
        end = self._start + self._number_of_positions * self._width
        return view(_TYPES[self._width], memoryview(self._data)[self._start : end])

    @cached_property
    def _forms(self) -> memoryview:
        """The number of the form at each of them."""
        return memoryview(self._data)[len(self._data) - self._number_of_positions :]

    @property
    def _number_of_positions(self) -> int:
        number: int = (len(self._data) - self._start) // (self._width + self._form_width)
        return number


def _read(data: bytes, start: int, number: int, width: int) -> array[int]:
    return from_bytes(_TYPES[width], data[start : start + number * width])
