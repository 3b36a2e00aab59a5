"""Readers of one index, each a process of its own: Python computes one thing at a time in a process, so that there a search
would hold up all that is asked meanwhile, and nothing could stop it.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

import anyio
import anyio.to_thread

from kbarchive.crew import Died, Worker
from kbarchive.search import Index
from kbarchive.web.archive import Archive
from kbarchive.web.errors import BusyError
from kbarchive.web.generations import Version

_Answer = TypeVar("_Answer")

_LOG = logging.getLogger("kbarchive.web")

_THREADS = 64  # waiting for a reader or its answer; further requests wait without a thread

_Work = tuple[bytes, Callable[..., Any], tuple[Any, ...]]
_Reader = Worker[_Work, Any]


class _Reading:
    """What a reader does: it calls functions with its archive, which it opens for the first one, and whenever the version
    that is asked for is another.
    """

    def __init__(self, opening: Callable[[], Index]) -> None:
        self._opening = opening
        self._archive: Archive | None = None
        self._version = b""

    def __call__(self, work: _Work) -> Any:
        version, function, arguments = work
        if self._archive is not None and self._version != version:
            self._archive.index.close()
            self._archive = None
        if self._archive is None:
            self._archive = Archive(self._opening())
            self._version = version
        return function(self._archive, *arguments)


class Pool:
    """Hands out readers; each is started by `start`, or when it is first wanted. Where one was stopped another takes its place.

    The reader last used is used first: its columns are read, its caches are filled. `close` ends them all.
    """

    def __init__(self, opening: Callable[[], Index], version: Version, size: int, seconds: float) -> None:
        self._version = version
        self._task = _Reading(opening)
        self._seconds = seconds
        self._size = size
        self._free: queue.LifoQueue[_Reader | None] = queue.LifoQueue()  # None for one that is to be started
        self._held: set[_Reader] = set()
        self._closed = False
        # What ends a reader twice could close what another thread has opened meanwhile under the number of its pipe.
        self._lock = threading.Lock()
        self._limiter: anyio.CapacityLimiter | None = None
        for _ in range(size):
            self._free.put(None)

    async def run(self, function: Callable[..., _Answer], *arguments: object) -> _Answer:
        """What a function gives for an archive and some arguments; all of these go to another process and back.

        Raises BusyError where that takes too long, and what the function raises. A reader that has worked for longer than a
        request may take is stopped.
        """
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(_THREADS)
        deadline = time.monotonic() + self._seconds
        with anyio.move_on_after(self._seconds):
            return await anyio.to_thread.run_sync(
                lambda: self._work(function, arguments, deadline), abandon_on_cancel=True, limiter=self._limiter
            )
        raise BusyError

    def start(self) -> None:
        """Starts all readers, and comes back when they can be asked."""
        started = [reader or self._started() for reader in (self._free.get() for _ in range(self._size))]
        for reader in started:
            if not reader.ready:
                reader.answer()
            self._free.put(reader)

    def warm(self, function: Callable[[Archive], object]) -> None:
        """Has each reader do something in the background, so that what is read for it need not be read later."""
        for _ in range(self._size):
            threading.Thread(target=self._warmed, args=(function,), daemon=True).start()

    def close(self) -> None:
        """Ends the readers, whatever they do."""
        with self._lock:
            self._closed = True
            held = list(self._held)
        for reader in held:
            self._drop(reader)

    def _warmed(self, function: Callable[[Archive], object]) -> None:
        try:
            self._work(function, (), time.monotonic() + self._seconds)
        except Exception as error:  # whoever asks next is told
            _LOG.info("not ready: %s", error)

    def _work(self, function: Callable[..., _Answer], arguments: tuple[Any, ...], deadline: float) -> _Answer:
        try:
            reader = self._free.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise BusyError from None
        kept = None
        try:
            reader = reader or self._started()
            if not reader.ready:
                reader.answer()
            reader.send(0, (self._version(), function, arguments))
            if not reader.connection.poll(self._seconds):
                raise BusyError
            kept = reader
            (answer,) = reader.answer()
            return cast("_Answer", answer)
        except Died:
            kept = None
            raise BusyError from None
        finally:
            if reader and not kept:
                self._drop(reader)
            self._free.put(kept)

    def _started(self) -> _Reader:
        if self._closed:
            raise BusyError
        # Not forked, since the sockets and locks of this process are its own.
        reader: _Reader = Worker(self._task, "spawn")
        with self._lock:
            self._held.add(reader)
            closed = self._closed
        if closed:  # meanwhile
            self._drop(reader)
            raise BusyError
        return reader

    def _drop(self, reader: _Reader) -> None:
        with self._lock:
            if reader not in self._held:
                return
            self._held.remove(reader)
        reader.stop()
