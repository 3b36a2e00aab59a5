"""Several readers of one index: an Index is used by one thread at a time, so that with one a slow search would hold up all."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from kbarchive.search import Index
from kbarchive.web.archive import Archive, Overview
from kbarchive.web.errors import BusyError

_Answer = TypeVar("_Answer")

_THREADS = 64  # at work or waiting for a reader; further requests wait without a thread


class Pool:
    """Hands out readers. `opening` opens the index once more; readers are opened when they are first needed.

    The reader last used is used first: its columns are read, its caches are filled. `close` closes them all.
    """

    def __init__(self, opening: Callable[[], Index], size: int, seconds: float) -> None:
        self._opening = opening
        self._seconds = seconds
        self._overview = Overview()
        self._free: queue.LifoQueue[Archive | None] = queue.LifoQueue()
        self._size = size
        for _ in range(size):
            self._free.put(None)
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(self, work: Callable[[Archive], _Answer]) -> _Answer:
        """What `work` gives in a thread of its own. Raises BusyError where that takes too long.

        A thread cannot be stopped: it keeps its reader until it is done, and the other requests have the other readers.
        """
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(_THREADS)
        deadline = time.monotonic() + self._seconds
        with anyio.move_on_after(self._seconds):
            return await anyio.to_thread.run_sync(
                lambda: self._work(work, deadline), abandon_on_cancel=True, limiter=self._limiter
            )
        raise BusyError

    def close(self) -> None:
        """Closes the readers, each when its work is done, so long as a request may take."""
        deadline = time.monotonic() + self._seconds
        for _ in range(self._size):
            try:
                reader = self._free.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return  # one that never comes back ends with the process
            if reader is not None:
                reader.index.close()

    def _work(self, work: Callable[[Archive], _Answer], deadline: float) -> _Answer:
        try:
            reader = self._free.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise BusyError from None
        try:
            if reader is None:
                reader = Archive(self._opening(), self._overview)
            return work(reader)
        finally:
            self._free.put(reader)
