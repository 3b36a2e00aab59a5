"""What a conversion has done so far, on disk beside its target, so that another can go on from there.

A journal is a list of frames, each the result of one batch under a key that tells all it was made of: names and contents of its
documents, format, options, version. A result is taken from it only where the key is the same, so a journal cannot be wrong, at
most useless. Other frames tell in which state files had which content (see `kbarchive.states`), and that a run came to its end.

A frame is ``kind, length, CRC-32, key`` (little-endian ``<BQI32s``) and that many bytes; one that was cut short by a kill, or
is damaged, ends the journal or is not used.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import FileIO
from pathlib import Path
from typing import TextIO

from kbarchive.document import clean
from kbarchive.errors import TargetError
from kbarchive.states import KnownFiles
from kbarchive.writers.atomic import clear_leftovers, write_all, writing

_MARK = b"kbarchive journal 2\n"
_FRAME = struct.Struct("<BQI32s")
_RESULT, _KNOWN, _END = 0, 1, 2
_SYNC_SECONDS = 2.0
_LONGEST_NAME = 200  # file systems end at 255 bytes


def journal_path(target: str) -> Path:
    """Where the journal of a target is: beside it, hidden."""
    path = Path(os.path.realpath(target))
    name = path.name
    if len(os.fsencode(name)) > _LONGEST_NAME:
        name = hashlib.sha256(os.fsencode(name)).hexdigest()
    return path.with_name(f".{name}.kbarchive-journal")


class Journal:
    """An open journal. `open_journal` makes one."""

    def __init__(self, file: FileIO) -> None:
        self._file = file
        # Of earlier runs alone, so that memory does not grow with this one: kind, offset and length of the bytes, CRC.
        self._frames: dict[bytes, tuple[int, int, int, int]] = {}
        self.known = KnownFiles()
        self.done: bytes | None = None
        self._live: set[bytes] = set()
        self._added = 0
        self._begin = self._end = self._scan()
        self._synced = time.monotonic()
        file.truncate(self._end)
        file.seek(self._end)

    def __len__(self) -> int:
        return self._added + sum(kind == _RESULT for kind, *_ in self._frames.values())

    def get(self, key: bytes) -> bytes | None:
        """The result that an earlier run had for a key; None where there is none, or it is damaged."""
        result = self._read(key)
        if result is not None:
            self._live.add(key)
        return result

    def add(self, key: bytes, result: bytes) -> None:
        """Keeps a result: from now on a kill does not lose it, and in a moment nor does a power failure."""
        self._add(_RESULT, key, result)

    def know(self, files: bytes) -> None:
        """Keeps states and digests, as `states.packed` gives them, for the next time."""
        self._add(_KNOWN, hashlib.sha256(files).digest(), files)

    def end(self, done: bytes) -> None:
        """Keeps what is to be known of a run that came to its end, for the next time as `done`."""
        self._add(_END, hashlib.sha256(done).digest(), done)

    def use_all(self) -> None:
        """Counts all that earlier runs kept as used."""
        self._live.update(self._frames)

    def _read(self, key: bytes) -> bytes | None:
        frame = self._frames.get(key)
        if frame is None:
            return None
        _, offset, length, crc = frame
        self._file.seek(offset)
        data = self._file.read(length)
        if len(data) != length or zlib.crc32(data) != crc:
            del self._frames[key]
            return None
        return data

    def _add(self, kind: int, key: bytes, result: bytes) -> None:
        if key in self._frames:
            self._live.add(key)
            return
        self._file.seek(self._end)
        # Without a buffer, which would try once more to write when it is closed on a full disk.
        write_all(self._file, _FRAME.pack(kind, len(result), zlib.crc32(result), key) + result)
        self._end += _FRAME.size + len(result)
        self._added += kind == _RESULT
        if time.monotonic() - self._synced > _SYNC_SECONDS:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()

    def compact(self, path: Path) -> None:
        """Leaves off what was not used since it was opened."""
        if len(self._live) == len(self._frames):
            return
        new = path.with_name(path.name + ".tmp")
        with open(new, "wb") as stream:
            stream.write(_MARK)
            for key, (kind, *_) in [(key, frame) for key, frame in self._frames.items() if key in self._live]:
                result = self._read(key)
                if result is not None:
                    stream.write(_FRAME.pack(kind, len(result), zlib.crc32(result), key) + result)
            self._file.seek(self._begin)
            shutil.copyfileobj(self._file, stream)  # of this run, all of it
        self._file.close()  # Windows replaces no open file
        os.replace(new, path)

    def _scan(self) -> int:
        """Where the last whole frame ends."""
        size = self._file.seek(0, os.SEEK_END)
        self._file.seek(0)
        if self._file.read(len(_MARK)) != _MARK:
            self._file.seek(0)
            write_all(self._file, _MARK)
            return len(_MARK)
        end = len(_MARK)
        while True:
            head = self._file.read(_FRAME.size)
            if len(head) < _FRAME.size:
                return end
            kind, length, crc, key = _FRAME.unpack(head)
            if length > size - end - _FRAME.size:
                return end
            self._frames[key] = kind, end + _FRAME.size, length, crc
            if kind != _RESULT and (data := self._read(key)) is not None:
                if kind == _KNOWN:
                    self.known.add(data)
                else:
                    self.done = data
            end += _FRAME.size + length
            self._file.seek(end)


@contextmanager
def open_journal(target: str, *, resume: bool, keep: bool) -> Iterator[Journal]:
    """The journal of a target: with `resume` that of earlier runs, else an empty one.

    It goes when all is done, but with `keep`; and when all is not, if nothing is in it.

    Raises TargetError where it cannot be written, or another conversion is at it.
    """
    path = journal_path(target)
    with writing(target), contextlib.suppress(FileExistsError):
        path.open("xb").close()
    with ExitStack() as closing:
        with writing(target):
            file = closing.enter_context(open(path, "r+b", buffering=0))
            lock(file, target)
            if resume:
                clear_leftovers(target)
            else:
                file.truncate(0)
            journal = Journal(file)
        try:
            yield journal
        except BaseException:
            with contextlib.suppress(OSError):
                if len(journal):
                    os.fsync(file.fileno())
                else:
                    _remove(path, file)
            raise
        with writing(target):
            if keep:
                journal.compact(path)
            else:
                _remove(path, file)


def _remove(path: Path, file: FileIO) -> None:
    if os.name == "nt":
        file.close()  # Windows removes no open file; elsewhere the lock goes last
    path.unlink()


def lock(file: FileIO | TextIO, target: str) -> None:
    """Takes a file for this process, until it is closed. Raises TargetError where another one has it."""
    try:
        import fcntl
    except ImportError:  # Windows, where two runs to one target are the user's to avoid
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):  # else a file system without locks
            raise TargetError(f"cannot write {clean(target)}: another run is writing it") from error
