"""The processes that parse and index: each takes batches of documents and writes a shard of its own."""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import queue
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from whoosh.filedb.filestore import Storage

from kbarchive.article import Article
from kbarchive.document import Document, Entry, Failure, Skipped
from kbarchive.errors import SearchIndexError
from kbarchive.index.shard import Counts, ShardWriter, Written
from kbarchive.index.storage import ShardStorage
from kbarchive.pipeline import Report, WorkerError, read_batch
from kbarchive.reading import own_bytes

# How many batches wait for a process: enough that it never waits, few enough to keep memory flat.
_WAITING_BATCHES = 3
_POLL_SECONDS = 1.0

Placed = list[tuple[int, Entry]]
"""A batch: entries, each with its place among all that are read."""


class Part(NamedTuple):
    """What came of a batch: its number and its report. `known` has the places of the entries that a later build need not
    read: all of a document became articles, or the entry is none, and then it has what came of it.
    """

    number: int
    report: Report
    known: dict[int, Skipped | Failure | None]


class Holder(Protocol):
    """Tells what is written in a shard, commits it when it knows what its documents are (see `ShardWriter.finish`), and counts
    the articles.

    Committing and asking for the counts are two steps, so that all can be at it at the same time.
    """

    def written(self) -> Sequence[Written]: ...
    def commit(self, roles: Sequence[int], alike: Sequence[int]) -> None: ...
    def counts(self) -> Counts: ...
    def stop(self) -> None: ...


class Worker(Holder, Protocol):
    """Takes batches, and writes a shard of them."""

    parts: list[Part]

    def send(self, number: int, batch: Placed) -> None: ...


class LocalWorker:
    """A worker in this process."""

    def __init__(self, storage: Storage) -> None:
        self.parts: list[Part] = []
        self._shard = ShardWriter(storage)
        self._counts: Counts | None = None

    def send(self, number: int, batch: Placed) -> None:
        report = Report()
        known: dict[int, Skipped | Failure | None] = {}
        read = read_batch((entry for _, entry in batch), report)
        for (place, entry), (_, outcomes) in zip(batch, read, strict=True):
            articles = [outcome for outcome in outcomes if isinstance(outcome, Article)]
            if isinstance(entry, Document):
                for article, source in zip(articles, own_bytes(articles, entry.data), strict=True):
                    self.take(article, source, place)
            if articles and len(articles) == len(outcomes):
                known[place] = None
            elif not isinstance(entry, Document):
                known[place] = entry
            elif len(outcomes) == 1 and isinstance(outcomes[0], Skipped):
                known[place] = outcomes[0]
        self.parts.append(Part(number, report, known))

    def take(self, article: Article, source: bytes, place: int) -> None:
        """Adds an article that was read, as `ShardWriter.add` does."""
        self._shard.add(article, source, place)

    def written(self) -> Sequence[Written]:
        return self._shard.written

    def commit(self, roles: Sequence[int], alike: Sequence[int]) -> None:
        self._counts = self._shard.finish(roles, alike)

    def counts(self) -> Counts:
        return self._counts or {}

    def stop(self) -> None:
        if self._counts is None:
            self._shard.cancel()


class ProcessWorker:
    """A worker in a process of its own."""

    def __init__(self, folder: Path) -> None:
        context = multiprocessing.get_context()
        self.parts: list[Part] = []
        self._inbox: Any = context.Queue(_WAITING_BATCHES)
        self._outbox: Any = context.Queue()
        self._process = context.Process(target=_work, args=(str(folder), self._inbox, self._outbox), daemon=True)
        self._process.start()

    def send(self, number: int, batch: Placed) -> None:
        self._put((number, batch))
        self._take_all()

    def written(self) -> Sequence[Written]:
        self._put(None)
        written: Sequence[Written] = self._answer()
        return written

    def commit(self, roles: Sequence[int], alike: Sequence[int]) -> None:
        self._put((roles, alike))

    def counts(self) -> Counts:
        counts: Counts = self._answer()
        return counts

    def stop(self) -> None:
        if self._process.is_alive():
            self._process.join(_POLL_SECONDS)
            self._process.terminate()
        self._process.join()
        # Otherwise Python would wait at its end until a dead process has taken what was put.
        self._inbox.cancel_join_thread()

    def _put(self, item: object) -> None:
        while True:
            with contextlib.suppress(queue.Full):
                self._inbox.put(item, timeout=_POLL_SECONDS)
                return
            self._take_all()  # an error, where the process has stopped with one
            self._check_alive()

    def _take_all(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self._take(self._outbox.get_nowait())

    def _answer(self) -> Any:
        while True:
            with contextlib.suppress(queue.Empty):
                message = self._outbox.get(timeout=_POLL_SECONDS)
                if not self._take(message):
                    return message
                continue
            self._check_alive()

    def _take(self, message: Any) -> bool:
        """Keeps the report of a batch; tells whether the message was one."""
        if isinstance(message, Exception):
            raise message
        if isinstance(message, Part):
            self.parts.append(message)
            return True
        return False

    def _check_alive(self) -> None:
        if not self._process.is_alive() and self._outbox.empty():
            raise WorkerError(
                f"a process of the index build died (exit code {self._process.exitcode}; killed, or out of memory); "
                "try again with --jobs 1"
            )


def _work(folder: str, inbox: Any, outbox: Any) -> None:
    # An interrupt from the keyboard reaches the whole process group, and is for the parent to handle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    worker = None
    try:
        worker = LocalWorker(ShardStorage(Path(folder)))
        while (numbered := inbox.get()) is not None:
            worker.send(*numbered)
            outbox.put(worker.parts.pop())
        outbox.put(worker.written())
        worker.commit(*inbox.get())
        outbox.put(worker.counts())
    except OSError as error:  # as when the disk is full
        outbox.put(error)
    except Exception as error:  # errors cross to the parent as values, which raises them
        outbox.put(SearchIndexError(f"a process of the index build failed: {type(error).__name__}: {error}"))
    finally:
        if worker is not None:
            worker.stop()


def _end_with_parent() -> None:
    # A parent that is killed outright cannot end its workers; they would wait for the rest of a message for ever.
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
