"""Which generation of an index is in use: a build may put another in its place while it is served."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from kbarchive.index.store import POINTER

Version = Callable[[], bytes]
"""Tells what stands for the index as it is now: the same as before as long as that is the same."""


def version_of(folder: Path | None) -> Version:
    """The version of the index in a folder; of one that is in none it is always the same."""
    return partial(_pointed, folder / POINTER) if folder else bytes


def _pointed(pointer: Path) -> bytes:
    try:
        return pointer.read_bytes()
    except OSError:
        return b""  # whoever opens the index is told why
