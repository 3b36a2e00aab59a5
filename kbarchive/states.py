"""Files that are known to be as they were, so that they need not be read: told by size, times and inode, as git does it."""

from __future__ import annotations

import os
import stat
import struct
import time
from collections.abc import Iterable
from hashlib import blake2b

_RACY_NS = 2_000_000_000
"""A file that changed so lately may change again without a change of its times: those of some file systems are so coarse."""

_STATUS = struct.Struct("<4Q")
_STATE_BYTES = 16
_DIGEST_BYTES = 32


class KnownFiles:
    """By the state of a file, the SHA-256 of what it holds."""

    def __init__(self) -> None:
        self._digests: dict[bytes, bytes] = {}

    def get(self, state: bytes) -> bytes | None:
        """The SHA-256 of the file in this state; None where that is not known."""
        return self._digests.get(state)

    def add(self, packed: bytes) -> None:
        """Adds what `packed` made."""
        step = _STATE_BYTES + _DIGEST_BYTES
        for start in range(0, len(packed), step):
            self._digests[packed[start : start + _STATE_BYTES]] = packed[start + _STATE_BYTES : start + step]


def packed(known: Iterable[tuple[bytes, bytes]]) -> bytes:
    """States and digests as bytes; files without a state are left out."""
    return b"".join(state + digest for state, digest in known if state)


def state_of(path: str, status: os.stat_result) -> bytes:
    """What a file of this absolute path and status is told by: it changes with any write to it, and with nothing else but
    its mode, owner and links. Empty for a file that changed just now.

    The time of the last change of the inode (on Windows that of its creation) is in it: nobody can set that back.
    """
    if max(status.st_mtime_ns, status.st_ctime_ns) > time.time_ns() - _RACY_NS:
        return b""
    return _told(path, status)


def tree_state(path: str) -> bytes:
    """What a file, or a folder with all files in it, is told by, as in `state_of`, even if it changed just now.

    Empty where there is none.
    """
    try:
        status = os.stat(path)
        if not stat.S_ISDIR(status.st_mode):
            return _told("", status)
        told = blake2b(digest_size=_STATE_BYTES)
        for folder, folders, names in os.walk(path):
            folders.sort()
            place = os.path.relpath(folder, path)
            for name in sorted(names):
                told.update(_told(f"{place}/{name}", os.lstat(os.path.join(folder, name))))
        return told.digest()
    except OSError:
        return b""


def _told(path: str, status: os.stat_result) -> bytes:
    numbers = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    told = _STATUS.pack(*(number % 2**64 for number in numbers)) + os.fsencode(path)
    return blake2b(told, digest_size=_STATE_BYTES).digest()
