"""What each document of a shard has: facets and numbers, one array each, read when first asked for.

A search counts the facets of all that matches, tens of thousands of documents. Columns that give one value a document, as
Whoosh's do, take a look-up, a decoding and a hash for each; over arrays Python's own counting loop takes a millisecond.

Layout: CRC-32 of the directory and its length, little-endian; the directory, which is MessagePack of where the block of each
column begins behind it, how long it is, and its CRC-32; the blocks. Numbers are little-endian arrays of 4 bytes. Documents
that have the same values of a facet share one set of values; a facet is MessagePack of its values, where the members of each
set end, the members (numbers of values), and the number of the set of each document.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec

from kbarchive.index.files import DamagedFileError, OpenFile, Storage
from kbarchive.index.numbers import from_bytes, to_bytes

_HEAD = struct.Struct("<II")

_Directory = dict[str, tuple[int, int, int]]
_encode = msgspec.msgpack.encode


class Facet:
    """The values of a facet, over documents numbered from 0: `sets` of values, and which of them each of `documents` has."""

    def __init__(self, sets: Sequence[tuple[str, ...]], documents: Sequence[int]) -> None:
        self.sets = sets
        self.documents = documents

    def count(self, documents: Iterable[int]) -> dict[str, int]:
        """How many of some documents have each value, the most frequent first, those of one number by name."""
        counts: dict[str, int] = {}
        for number, count in Counter(map(self.documents.__getitem__, documents)).items():
            for value in self.sets[number]:
                counts[value] = counts.get(value, 0) + count
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @classmethod
    def joined(cls, facets: Iterable[Facet]) -> Facet:
        """One facet over the documents of several, one after another."""
        numbers: dict[tuple[str, ...], int] = {}
        documents = array("I")
        for facet in facets:
            own = [numbers.setdefault(values, len(numbers)) for values in facet.sets]
            documents.extend(map(own.__getitem__, facet.documents))
        return cls(list(numbers), documents)


class _StoredFacet(msgspec.Struct, array_like=True):
    values: list[str]
    ends: bytes
    members: bytes
    documents: bytes


def write(
    storage: Any, name: str, facets: Mapping[str, Iterable[tuple[str, ...]]], numbers: Mapping[str, Iterable[int]]
) -> None:
    """Writes a file of columns beside the segment of a shard: for each document its values of each facet, and its numbers."""
    blocks = {facet: _encode(_stored(of_documents)) for facet, of_documents in facets.items()}
    blocks |= {column: to_bytes("I", of_documents) for column, of_documents in numbers.items()}
    directory: _Directory = {}
    end = 0
    for column, block in blocks.items():
        directory[column] = (end, len(block), zlib.crc32(block))
        end += len(block)
    encoded = _encode(directory)
    file = storage.create_file(name)
    file.write(b"".join((_HEAD.pack(zlib.crc32(encoded), len(encoded)), encoded, *blocks.values())))
    file.close()


class Columns:
    """A file of columns of a shard. Raises DamagedFileError where what is asked for is damaged or missing."""

    def __init__(self, storage: Storage, name: str) -> None:
        self._file = OpenFile(storage, name)
        self._found: tuple[_Directory, int] | None = None

    def close(self) -> None:
        self._file.close()

    def facet(self, name: str) -> Facet:
        stored = msgspec.msgpack.decode(self._block(name), type=_StoredFacet)
        members = from_bytes("I", stored.members)
        sets = [
            tuple(stored.values[member] for member in members[start:end])
            for start, end in pairwise((0, *from_bytes("I", stored.ends)))
        ]
        return Facet(sets, from_bytes("I", stored.documents))

    def numbers(self, name: str) -> array[int]:
        return from_bytes("I", self._block(name))

    def _block(self, name: str) -> bytes:
        if self._found is None:
            self._found = self._directory()
        directory, start = self._found
        offset, length, check = directory.get(name, (0, -1, 0))
        return self._checked(start + offset, length, check)

    def _directory(self) -> tuple[_Directory, int]:
        if self._file.size < _HEAD.size:
            raise DamagedFileError("the columns are cut")
        check, length = _HEAD.unpack(self._file.get(0, _HEAD.size))
        encoded = self._checked(_HEAD.size, length, check)
        return msgspec.msgpack.decode(encoded, type=_Directory), _HEAD.size + length

    def _checked(self, start: int, length: int, check: int) -> bytes:
        data = self._file.get(start, length)
        if len(data) != length or zlib.crc32(data) != check:
            raise DamagedFileError("a column fails its checksum")
        return data


def _stored(documents: Iterable[tuple[str, ...]]) -> _StoredFacet:
    sets: dict[tuple[str, ...], int] = {}
    of_documents = [sets.setdefault(values, len(sets)) for values in documents]
    values: dict[str, int] = {}
    members: list[int] = []
    ends = []
    for values_of_set in sets:
        members += (values.setdefault(value, len(values)) for value in values_of_set)
        ends.append(len(members))
    return _StoredFacet(list(values), to_bytes("I", ends), to_bytes("I", members), to_bytes("I", of_documents))
