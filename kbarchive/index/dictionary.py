"""The dictionary of a shard: all terms of all fields in order, and where the posting list of each stands.

Whoosh's own is a hash table that keeps sixty bytes a term and no checksum. Here a term takes its own bytes and a few
more, and everything that is read is checked first.

Layout, numbers little-endian. Blocks of up to 64 terms: the CRC-32 of the block; as one byte each the number of terms and how
many bytes (1, 2, 4 or 8) the length of a key, and that of a posting list, takes; the lengths of the keys; those of the posting
lists; the keys. A key is the number of the field as one byte, and the term. Keys rise, and the posting lists stand one after
another in the same order. Then the directory: MessagePack of the names of
fields, the first key of each block, where the blocks begin and the last one ends, and where the posting lists of each block
begin. Then, as the last 12 bytes, the CRC-32 of the directory and its length as 8 bytes.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import msgspec

from kbarchive.index.files import DamagedFileError, OpenFile, Storage, with_tail
from kbarchive.index.numbers import from_bytes, to_bytes

_NAME = "dictionary"
_BLOCK_TERMS = 64
_CHECK = struct.Struct("<I")
_HEAD = struct.Struct("<BBB")
_TYPES = {1: "B", 2: "H", 4: "I", 8: "Q"}


class Place(NamedTuple):
    """Where a posting list stands in the file of them, in bytes."""

    offset: int
    length: int


class _Directory(msgspec.Struct, array_like=True):
    fields: list[str]
    firsts: list[bytes]
    blocks: bytes
    postings: bytes


class DictionaryWriter:
    """Takes fields, and the terms of each, in rising order."""

    def __init__(self, storage: Any) -> None:
        self._file = storage.create_file(_NAME)
        self._fields: list[str] = []
        self._firsts: list[bytes] = []
        self._blocks = array("Q", [0])
        self._postings = array("Q", [0])
        self._keys: list[bytes] = []
        self._lengths: list[int] = []

    def start_field(self, name: str) -> None:
        """Begins a field: what is added from now on are its terms."""
        self._fields.append(name)

    def add(self, terms: Sequence[bytes], lengths: Iterable[int]) -> None:
        """Adds the next terms, whose posting lists have so many bytes."""
        field = bytes((len(self._fields) - 1,))
        self._keys += [field + term for term in terms]
        self._lengths += lengths
        while len(self._keys) >= _BLOCK_TERMS:
            self._end_block(_BLOCK_TERMS)

    def close(self) -> None:
        """Writes what is left."""
        if self._keys:
            self._end_block(len(self._keys))
        directory = msgspec.msgpack.encode(
            _Directory(self._fields, self._firsts, to_bytes("Q", self._blocks), to_bytes("Q", self._postings))
        )
        self._file.write(with_tail(directory))
        self._file.close()

    def _end_block(self, number: int) -> None:
        keys, some = self._keys[:number], self._lengths[:number]
        del self._keys[:number], self._lengths[:number]
        sizes = list(map(len, keys))
        widths = _width(max(sizes)), _width(max(some))
        lengths = (to_bytes(_TYPES[width], column) for width, column in zip(widths, (sizes, some), strict=True))
        block = b"".join((_HEAD.pack(number, *widths), *lengths, *keys))
        self._file.write(_CHECK.pack(zlib.crc32(block)) + block)
        self._firsts.append(keys[0])
        self._blocks.append(self._blocks[-1] + _CHECK.size + len(block))
        self._postings.append(self._postings[-1] + sum(some))


class _Block:
    """The terms of a block."""

    def __init__(self, data: bytes, offset: int) -> None:
        if len(data) < _CHECK.size or _CHECK.unpack_from(data)[0] != zlib.crc32(data[_CHECK.size :]):
            raise DamagedFileError("a block of the dictionary of terms fails its checksum")
        number, width, length_width = _HEAD.unpack_from(data, _CHECK.size)
        start = _CHECK.size + _HEAD.size
        end = start + number * width
        self._keys = end + number * length_width
        self._ends = list(accumulate(from_bytes(_TYPES[width], data[start:end]), initial=self._keys))
        self._lengths = from_bytes(_TYPES[length_width], data[end : self._keys])
        self._data = data
        self._offset = offset

    def __len__(self) -> int:
        return len(self._lengths)

    def key(self, number: int) -> bytes:
        return self._data[self._ends[number] : self._ends[number + 1]]

    def place(self, number: int) -> Place:
        return Place(self._offset + sum(self._lengths[:number]), self._lengths[number])


class Dictionary:
    """Looks up terms. Raises DamagedFileError."""

    def __init__(self, storage: Storage) -> None:
        self._file = OpenFile(storage, _NAME)
        read = msgspec.msgpack.decode(self._file.table("the dictionary of terms"), type=_Directory)
        self.fields = read.fields
        """The names of the fields that have terms, in order."""
        self._firsts = read.firsts
        self._blocks = from_bytes("Q", read.blocks)
        self._postings = from_bytes("Q", read.postings)

    def close(self) -> None:
        self._file.close()

    def find(self, field: str, term: bytes) -> Place | None:
        """Where the posting list of a term is; None where no document has it."""
        if field not in self.fields:
            return None
        key = bytes((self.fields.index(field),)) + term
        number = bisect_right(self._firsts, key) - 1
        if number < 0:
            return None
        block = self._block(number)
        at = bisect_left(range(len(block)), key, key=block.key)
        return block.place(at) if at < len(block) and block.key(at) == key else None

    def terms(self, field: str, start: bytes = b"") -> Iterator[tuple[bytes, Place]]:
        """The terms of a field from one on, in order."""
        if field not in self.fields:
            return
        prefix = bytes((self.fields.index(field),))
        first = prefix + start
        for number in range(max(0, bisect_right(self._firsts, first) - 1), len(self._firsts)):
            block = self._block(number)
            for at in range(len(block)):
                key = block.key(at)
                if key >= first:
                    if not key.startswith(prefix):
                        return
                    yield key[1:], block.place(at)

    def _block(self, number: int) -> _Block:
        start, end = self._blocks[number : number + 2]
        return _Block(self._file.get(start, end - start), self._postings[number])


def _width(largest: int) -> int:
    return 1 if largest < 1 << 8 else 2 if largest < 1 << 16 else 4 if largest < 1 << 32 else 8
