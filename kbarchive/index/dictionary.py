"""The dictionary of a shard: all terms of all fields in order, and where the posting list of each stands.

Whoosh's own is a hash table that keeps sixty bytes a term and no checksum. Here a term takes its own bytes and two or three
more, and everything that is read is checked first.

Layout, numbers little-endian. Blocks of up to 64 terms: the CRC-32 of the block; for each term the length of its key, its
key, and the length of its posting list, lengths in LEB128. A key is the number of the field as one byte, and the term. Keys
rise, and the posting lists stand one after another in the same order. Then the directory: MessagePack of the names of
fields, the first key of each block, where the blocks begin and the last one ends, and where the posting lists of each block
begin. Then, as the last 12 bytes, the CRC-32 of the directory and its length as 8 bytes.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from kbarchive.index.files import DamagedFileError, OpenFile, Storage
from kbarchive.index.postings import little_endian

_NAME = "dictionary"
_BLOCK_TERMS = 64
_BYTES = [bytes((number,)) for number in range(0x80)]
_CHECK = struct.Struct("<I")
_TAIL = struct.Struct("<IQ")


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
        self._postings = array("Q")
        self._block = bytearray()
        self._terms = 0
        self._offset = 0

    def start_field(self, name: str) -> None:
        """Begins a field: what is added from now on are its terms."""
        self._fields.append(name)

    def add(self, terms: Sequence[bytes], lengths: Iterable[int]) -> None:
        """Adds the next terms, whose posting lists have so many bytes."""
        field = bytes((len(self._fields) - 1,))
        for term, length in zip(terms, lengths, strict=True):
            if not self._terms:
                self._firsts.append(field + term)
                self._postings.append(self._offset)
            size = len(term) + 1
            # Nearly all lengths take one byte.
            self._block += _BYTES[size] if size < 0x80 else _leb128(size)
            self._block += field
            self._block += term
            self._block += _BYTES[length] if length < 0x80 else _leb128(length)
            self._offset += length
            self._terms += 1
            if self._terms == _BLOCK_TERMS:
                self._end_block()

    def close(self) -> None:
        """Writes what is left."""
        self._end_block()
        directory = msgspec.msgpack.encode(_Directory(self._fields, self._firsts, _bytes(self._blocks), _bytes(self._postings)))
        self._file.write(directory + _TAIL.pack(zlib.crc32(directory), len(directory)))
        self._file.close()

    def _end_block(self) -> None:
        if self._terms:
            self._file.write(_CHECK.pack(zlib.crc32(self._block)) + self._block)
            self._blocks.append(self._blocks[-1] + _CHECK.size + len(self._block))
            self._block.clear()
            self._terms = 0


class Dictionary:
    """Looks up terms. Raises DamagedFileError."""

    def __init__(self, storage: Storage) -> None:
        self._file = OpenFile(storage, _NAME)
        end = self._file.size - _TAIL.size
        if end < 0:
            raise DamagedFileError("the dictionary of terms is cut")
        check, length = _TAIL.unpack(self._file.get(end, _TAIL.size))
        directory = self._file.get(end - length, length)
        if len(directory) != length or zlib.crc32(directory) != check:
            raise DamagedFileError("the dictionary of terms fails its checksum")
        read = msgspec.msgpack.decode(directory, type=_Directory)
        self.fields = read.fields
        """The names of the fields that have terms, in order."""
        self._firsts = read.firsts
        self._blocks = _array(read.blocks)
        self._postings = _array(read.postings)

    def close(self) -> None:
        self._file.close()

    def find(self, field: str, term: bytes) -> Place | None:
        """Where the posting list of a term is; None where no document has it."""
        if field not in self.fields:
            return None
        key = bytes((self.fields.index(field),)) + term
        number = bisect_right(self._firsts, key) - 1
        return next((place for found, place in self._block(number) if found == key), None) if number >= 0 else None

    def terms(self, field: str, start: bytes = b"") -> Iterator[tuple[bytes, Place]]:
        """The terms of a field from one on, in order."""
        if field not in self.fields:
            return
        prefix = bytes((self.fields.index(field),))
        first = prefix + start
        for number in range(max(0, bisect_right(self._firsts, first) - 1), len(self._firsts)):
            for key, place in self._block(number):
                if key >= first:
                    if not key.startswith(prefix):
                        return
                    yield key[1:], place

    def _block(self, number: int) -> Iterator[tuple[bytes, Place]]:
        start, end = self._blocks[number : number + 2]
        data = self._file.get(start, end - start)
        if len(data) != end - start or _CHECK.unpack_from(data)[0] != zlib.crc32(data[_CHECK.size :]):
            raise DamagedFileError("a block of the dictionary of terms fails its checksum")
        at = _CHECK.size
        offset = self._postings[number]
        while at < len(data):
            size, at = _read_leb128(data, at)
            key = data[at : at + size]
            length, at = _read_leb128(data, at + size)
            yield key, Place(offset, length)
            offset += length


def _leb128(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _read_leb128(data: bytes, at: int) -> tuple[int, int]:
    """A number, and where it ends."""
    number = data[at]
    if number < 0x80:
        return number, at + 1
    number &= 0x7F
    shift = 7
    while True:
        at += 1
        number |= (data[at] & 0x7F) << shift
        if data[at] < 0x80:
            return number, at + 1
        shift += 7


def _bytes(numbers: array[int]) -> bytes:
    return little_endian(array("Q", numbers)).tobytes()


def _array(data: bytes) -> array[int]:
    numbers = array("Q")
    numbers.frombytes(data)
    return little_endian(numbers)
