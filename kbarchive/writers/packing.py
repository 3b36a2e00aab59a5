"""Compression by a target's name: each batch by itself, in the worker that made it.

A gzip file may have several members, and a zstd file several frames (RFC 1952, 2.2; RFC 8878, 3.1): readers join them.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import TypeAlias

from kbarchive.extras import zstd

Pack: TypeAlias = Callable[[bytes], bytes]


def plain(data: bytes) -> bytes:
    """The bytes as they are."""
    return data


def gzipped(data: bytes) -> bytes:
    """One member, without a time, so that the same records give the same file."""
    return gzip.compress(data, 6, mtime=0)


def zstandard(data: bytes) -> bytes:
    """One frame. Raises MissingExtraError where zstd is not installed."""
    packed: bytes = zstd().compress(data)
    return packed


def _zstandard() -> Pack:
    zstd()  # tells now, before the work begins, that it is missing
    return zstandard


PACKINGS: dict[str, Callable[[], Pack]] = {".gz": lambda: gzipped, ".zst": _zstandard}
"""By suffix, what gives the function that compresses. Raises MissingExtraError where it needs what is not installed."""
