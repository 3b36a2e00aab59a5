"""A file of rows: some bytes for each document, had back by its number.

Layout, little-endian: the rows one after another; for each its CRC-32 as 4 bytes and where it ends as 8; as the last 12
bytes the CRC-32 of these and their number as 8.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Set as AbstractSet
from typing import Any

from kbarchive.index.files import DamagedFileError, OpenFile, Storage, with_tail

_ROW = struct.Struct("<IQ")


class RowsWriter:
    """Takes the rows in order, and writes each at once."""

    def __init__(self, storage: Any, name: str) -> None:
        self._storage = storage
        self._name = name
        self._file = storage.create_file(name)
        self._table = bytearray()
        self._end = 0

    def add(self, row: bytes) -> None:
        """Adds the next row."""
        self._file.write(row)
        self._end += len(row)
        self._table += _ROW.pack(zlib.crc32(row), self._end)

    def close(self, emptied: AbstractSet[int] = frozenset()) -> None:
        """Ends the file; the rows of some numbers are empty then, and take no room."""
        self._file.write(with_tail(bytes(self._table), _ROW.size))
        self._file.close()
        if emptied:
            self._rewrite(emptied)

    def _rewrite(self, emptied: AbstractSet[int]) -> None:
        old = Rows(self._storage, self._name)
        new = RowsWriter(self._storage, f"{self._name}.new")
        for number in range(len(old)):
            new.add(b"" if number in emptied else old[number])
        new.close()
        old.close()
        self._storage.rename_file(f"{self._name}.new", self._name, safe=False)


class Rows:
    """Reads what `RowsWriter` wrote; raises DamagedFileError."""

    def __init__(self, storage: Storage, name: str) -> None:
        self._name = name
        self._file = OpenFile(storage, name)
        self._table = self._file.table(f"the table of {name}", _ROW.size)

    def __len__(self) -> int:
        return len(self._table) // _ROW.size

    def __getitem__(self, number: int) -> bytes:
        check, end = _ROW.unpack_from(self._table, number * _ROW.size)
        start = _ROW.unpack_from(self._table, (number - 1) * _ROW.size)[1] if number else 0
        row = self._file.get(start, end - start)
        if zlib.crc32(row) != check:
            raise DamagedFileError(f"row {number} of {self._name} fails its checksum")
        return row

    def close(self) -> None:
        self._file.close()
