"""The processes that parse and index: each takes batches of files and writes a shard of its own."""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import signal
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from whoosh.filedb.filestore import FileStorage, Storage

from kbarchive.article import Article
from kbarchive.errors import SearchIndexError
from kbarchive.index.records import sources
from kbarchive.index.shard import ShardWriter, Written
from kbarchive.parsing import parse_document

# How many batches wait for a process: enough that it never waits, few enough to keep memory flat.
_WAITING_BATCHES = 3
_POLL_SECONDS = 1.0


class File(NamedTuple):
    """One file to index: its place among all files, its name as given, the member of an archive, and its bytes."""

    number: int
    file: str | None
    member: str | None
    data: bytes

    @property
    def name(self) -> str:
        return f"{self.file}:{self.member}" if self.member else self.file or "-"


class Outcome(NamedTuple):
    """What came of the files of a shard: the articles written, the files that hold none, and those that failed (why)."""

    written: Sequence[Written]
    skipped: Sequence[str]
    failed: Sequence[str]


class Worker(Protocol):
    """Takes batches, tells its outcome, commits its shard without the documents dropped, and tells the counts of the rest.

    Committing and asking for the counts are two steps, so that all workers can be at it at the same time.
    """

    def send(self, batch: list[File]) -> None: ...
    def outcome(self) -> Outcome: ...
    def commit(self, dropped: Collection[int]) -> None: ...
    def counts(self) -> dict[str, dict[str, int]]: ...
    def stop(self) -> None: ...


class LocalWorker:
    """A worker in this process."""

    def __init__(self, storage: Storage) -> None:
        self._shard = ShardWriter(storage)
        self._skipped: list[str] = []
        self._failed: list[str] = []
        self._counts: dict[str, dict[str, int]] | None = None

    def send(self, batch: list[File]) -> None:
        for file in batch:
            try:
                articles = parse_document(file.data, file=file.file, member=file.member)
            except Exception as error:  # noqa: BLE001 - one odd file never stops a build; the report names it
                self._failed.append(f"{file.name}: {type(error).__name__}: {error}")
            else:
                self._index(file, articles)

    def outcome(self) -> Outcome:
        return Outcome(self._shard.written, self._skipped, self._failed)

    def commit(self, dropped: Collection[int]) -> None:
        self._counts = self._shard.finish(dropped)

    def counts(self) -> dict[str, dict[str, int]]:
        return self._counts or {}

    def stop(self) -> None:
        if self._counts is None:
            self._shard.cancel()

    def _index(self, file: File, articles: list[Article]) -> None:
        kept = [
            (article, source)
            for article, source in zip(articles, sources(articles, file.data), strict=True)
            if all(diagnostic.code != "not-an-article" for diagnostic in article.diagnostics)
        ]
        if not kept:
            self._skipped.append(file.name)
        for article, source in kept:
            self._shard.add(article, source, file.number)


class ProcessWorker:
    """A worker in a process of its own."""

    def __init__(self, folder: Path) -> None:
        context = multiprocessing.get_context()
        self._inbox: Any = context.Queue(_WAITING_BATCHES)
        self._outbox: Any = context.Queue()
        self._process = context.Process(target=_work, args=(str(folder), self._inbox, self._outbox), daemon=True)
        self._process.start()

    def send(self, batch: list[File]) -> None:
        self._put(batch)

    def outcome(self) -> Outcome:
        self._put(None)
        answer: Outcome = self._get()
        return answer

    def commit(self, dropped: Collection[int]) -> None:
        self._put(dropped)

    def counts(self) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = self._get()
        self._process.join()
        return counts

    def stop(self) -> None:
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()

    def _put(self, item: object) -> None:
        while True:
            with contextlib.suppress(queue.Full):
                self._inbox.put(item, timeout=_POLL_SECONDS)
                return
            self._check_alive()

    def _get(self) -> Any:
        while True:
            with contextlib.suppress(queue.Empty):
                answer = self._outbox.get(timeout=_POLL_SECONDS)
                if isinstance(answer, Exception):
                    raise SearchIndexError(f"a process of the index build failed: {answer}") from answer
                return answer
            self._check_alive()

    def _check_alive(self) -> None:
        if not self._process.is_alive() and self._outbox.empty():
            raise SearchIndexError(
                f"a process of the index build ended with code {self._process.exitcode}; "
                "where memory is short, try again with --jobs 1"
            )


def _work(folder: str, inbox: Any, outbox: Any) -> None:
    # An interrupt is for the parent, which ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        worker = LocalWorker(FileStorage(folder))
        while (batch := _next(inbox)) is not None:
            worker.send(batch)
        outbox.put(worker.outcome())
        worker.commit(_next(inbox))
        outbox.put(worker.counts())
    except Exception as error:  # noqa: BLE001 - errors cross to the parent as values, which raises them
        outbox.put(SearchIndexError(f"{type(error).__name__}: {error}"))


def _next(inbox: Any) -> Any:
    parent = multiprocessing.parent_process()
    while True:
        with contextlib.suppress(queue.Empty):
            return inbox.get(timeout=_POLL_SECONDS)
        if parent is not None and not parent.is_alive():
            raise SystemExit(1)


