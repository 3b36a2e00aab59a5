"""The files of a shard, open to be read. Importing Whoosh for that would cost a search from the command line 50 ms."""

from __future__ import annotations

import os
import struct
import zlib
from io import FileIO
from pathlib import Path
from typing import Protocol

_TAIL = struct.Struct("<IQ")

POSTINGS = "postings"
"""The file of the posting lists of a shard."""

KEYS = "keys"
"""The file of the keys of its documents."""

RECORDS = "records"
"""The file of its records."""

COLUMNS = "columns"
"""The file of the facets and dates of its documents."""

FATES = "fates"
"""The file of what became of its documents, which a later generation may have otherwise."""


class DamagedFileError(Exception):
    """The bytes of a file are not those that were written."""


class File(Protocol):
    """A file that is open to be read."""

    def get(self, position: int, length: int) -> bytes: ...
    def close(self) -> None: ...


class Storage(Protocol):
    """Opens files by their names. Whoosh's storages are such, too."""

    def open_file(self, name: str) -> File: ...
    def file_length(self, name: str) -> int: ...


class OpenFile:
    """A file of a storage. It can be read to its end even if a later build removes it."""

    def __init__(self, storage: Storage, name: str) -> None:
        self._file = storage.open_file(name)
        self.size = storage.file_length(name)
        """How many bytes it has."""

    def get(self, position: int, length: int) -> bytes:
        """The bytes at a position; fewer where the file ends, none where there is no such position."""
        length = min(length, self.size - position)  # damage may ask for more than the memory holds
        return bytes(self._file.get(position, length)) if position >= 0 and length > 0 else b""

    def read(self) -> bytes:
        """All bytes."""
        return self.get(0, self.size)

    def table(self, what: str, row: int = 1) -> bytes:
        """What `with_tail` ended the file with; `row` is how many bytes a row of it has. Raises DamagedFileError."""
        end = self.size - _TAIL.size
        if end < 0:
            raise DamagedFileError(f"{what} is cut")
        check, rows = _TAIL.unpack(self.get(end, _TAIL.size))
        table = self.get(end - rows * row, rows * row)
        if len(table) != rows * row or zlib.crc32(table) != check:
            raise DamagedFileError(f"{what} fails its checksum")
        return table

    def close(self) -> None:
        self._file.close()


def with_tail(table: bytes, row: int = 1) -> bytes:
    """How a file ends that is read from its end: a table, its CRC-32 and the number of its rows, each of `row` bytes."""
    return table + _TAIL.pack(zlib.crc32(table), len(table) // row)


class Folder:
    """A storage on disk. Only what is asked for is read, and what was removed stays readable.

    Files are not mapped into memory: of one that is cut while it is open, or lies on a disk that fails, the process would die.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def open_file(self, name: str) -> File:
        return _Unbuffered(self._path / name)

    def file_length(self, name: str) -> int:
        return os.stat(self._path / name).st_size


class _Unbuffered:
    def __init__(self, path: Path) -> None:
        self._file = FileIO(path)

    def get(self, position: int, length: int) -> bytes:
        self._file.seek(position)
        return self._file.read(length)

    def close(self) -> None:
        self._file.close()
