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
from bisect import bisect_left
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate, compress

from kbarchive.index.files import DamagedFileError
from kbarchive.index.numbers import from_bytes

CHECK = struct.Struct("<I")
"""What a list begins with: the checksum of all that follows."""

HEAD = struct.Struct("<IBBBBB")
"""What comes next: the number of documents and the five widths."""

_TYPES = {1: "B", 2: "H", 4: "I"}

# What a document takes in memory beside that: its number, count, worth, and the end of its positions.
_DOCUMENT_BYTES = 12


class Postings:
    """A posting list that was read: documents in rising order, how often each has the term, and what it is worth there."""

    __slots__ = ("_data", "_form_width", "_known_ends", "_start", "_width", "counts", "documents", "impacts")

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
        self._known_ends: Sequence[int] | None = None

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
        self._known_ends = array("I", compress(self._ends, kept))
        self.documents = array("I", compress(own, kept))
        self.counts = array("I", compress(self.counts, kept))
        self.impacts = bytes(compress(self.impacts, kept))

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return len(self._data) + _DOCUMENT_BYTES * len(self.documents)

    def find(self, document: int) -> int | None:
        """Which of the documents it is; None where it does not have the term."""
        at = bisect_left(self.documents, document)
        return at if at < len(self.documents) and self.documents[at] == document else None

    def places(self, at: int) -> Sequence[int]:
        """The positions of the term in the document that `find` gave, in rising order."""
        if not self._width:
            return ()
        count = self.counts[at]
        return _read(self._data, self._start + (self._ends[at] - count) * self._width, count, self._width)

    def form_numbers(self, at: int) -> bytes:
        """The number of the form at each of these positions."""
        count = self.counts[at]
        if not self._form_width:
            return bytes(count)
        end = len(self._data) - self._places + self._ends[at]  # the forms stand last
        return self._data[end - count : end]

    def positions(self, document: int) -> Sequence[int]:
        """The positions of the term in a document, in rising order; none where it does not have the term."""
        at = self.find(document)
        return () if at is None else self.places(at)

    def forms(self, document: int) -> bytes:
        """The number of the form at each of the positions in a document that has the term."""
        at = self.find(document)
        return b"" if at is None else self.form_numbers(at)

    def all_positions(self) -> dict[int, Sequence[int]]:
        """As `positions`, of every document at once: several times faster where most are wanted."""
        places = _read(self._data, self._start, self._places if self._width else 0, self._width or 1)
        ends = self._ends
        return {
            document: places[end - count : end] for document, count, end in zip(self.documents, self.counts, ends, strict=True)
        }

    @property
    def _ends(self) -> Sequence[int]:
        """How many positions there are up to the end of those of each document."""
        if self._known_ends is None:
            self._known_ends = array("I", accumulate(self.counts))
        return self._known_ends

    @property
    def _places(self) -> int:
        """How many positions there are in the list as it was written."""
        number: int = (len(self._data) - self._start) // (self._width + self._form_width)
        return number


def _read(data: bytes, start: int, number: int, width: int) -> array[int]:
    return from_bytes(_TYPES[width], data[start : start + number * width])
