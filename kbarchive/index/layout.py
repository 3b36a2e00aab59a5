"""What is kept of each document's text beside the posting lists: its zones and its length.

Layout of the file, little-endian: the CRC-32 of what follows up to the blocks; the number of documents; a length byte for
each (`zones.length_byte`); where each document's block begins, and the last one ends, behind all this; then the blocks,
each `zones.pack` of the document behind its own CRC-32.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from kbarchive.index.files import DamagedFileError, OpenFile, Storage
from kbarchive.index.zones import Bounds, length_byte, pack, unpack

_NAME = "layout"
_NUMBER = struct.Struct("<I")


class LayoutWriter:
    """Takes the documents of a shard in order."""

    def __init__(self) -> None:
        self._lengths = bytearray()
        self._blocks: list[bytes] = []

    def add(self, zones: bytes, places: Sequence[int], words: int) -> None:
        """Adds the next document: its zones and their bounds, as `zones.pack` takes them, and the number of its words."""
        block = pack(zones, places)
        self._lengths.append(length_byte(words))
        self._blocks.append(_NUMBER.pack(zlib.crc32(block)) + block)

    def write(self, storage: Any) -> None:
        """Writes the file beside the shard."""
        number = len(self._blocks)
        offsets = accumulate(map(len, self._blocks), initial=0)
        head = _NUMBER.pack(number) + bytes(self._lengths) + struct.pack(f"<{number + 1}I", *offsets)
        file = storage.create_file(_NAME)
        file.write(_NUMBER.pack(zlib.crc32(head)) + head + b"".join(self._blocks))
        file.close()


class Layout:
    """Reads what `LayoutWriter` wrote; raises DamagedFileError."""

    def __init__(self, storage: Storage) -> None:
        self._file = OpenFile(storage, _NAME)
        start = 2 * _NUMBER.size
        (number,) = _NUMBER.unpack(self._file.get(_NUMBER.size, _NUMBER.size))
        head = self._file.get(_NUMBER.size, _NUMBER.size + number + (number + 1) * _NUMBER.size)
        if _NUMBER.unpack(self._file.get(0, _NUMBER.size))[0] != zlib.crc32(head):
            raise DamagedFileError("the layout fails its checksum")
        self.lengths = head[_NUMBER.size : _NUMBER.size + number]
        """The length byte of each document."""
        self._offsets = memoryview(head)[_NUMBER.size + number :]
        self._blocks = start + number + (number + 1) * _NUMBER.size

    def zones(self, document: int) -> list[Bounds]:
        """The zones of a document, in the order of their positions; code stands before the zone that it lies in."""
        zones, places = self.packed(document)
        return [Bounds(zone, places[2 * n], places[2 * n + 1]) for n, zone in enumerate(zones)]

    def packed(self, document: int) -> tuple[bytes, Sequence[int]]:
        """The zones of a document as `LayoutWriter.add` takes them."""
        start, end = struct.unpack_from("<2I", self._offsets, document * _NUMBER.size)
        block = self._file.get(self._blocks + start, end - start)
        if _NUMBER.unpack_from(block)[0] != zlib.crc32(block[_NUMBER.size :]):
            raise DamagedFileError("the zones of a document fail their checksum")
        return unpack(block[_NUMBER.size :])

    def close(self) -> None:
        self._file.close()
