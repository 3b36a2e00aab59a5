"""One writer of an index at a time: a lock of the operating system's, which ends with the process that holds it."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from kbarchive.errors import SearchIndexError

_SECONDS = 10.0
_POLL_SECONDS = 0.1


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds a lock on a file, which is made where it is not there, and stays.

    Raises SearchIndexError where another process holds it for more than 10 seconds, OSError where it cannot be had at all.
    """
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o666)
    try:
        # Not by the clock on the wall, which may be set back.
        deadline = time.monotonic() + _SECONDS
        while not _acquired(handle):
            if time.monotonic() >= deadline:
                raise SearchIndexError(f"another kbarchive is writing the index {path.parent}; wait until it is done")
            time.sleep(_POLL_SECONDS)
        yield
    finally:
        os.close(handle)  # gives it up


if sys.platform == "win32":
    import msvcrt

    def _acquired(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

else:
    import fcntl

    def _acquired(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
