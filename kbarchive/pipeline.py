"""Work on many documents with several processes: batches in, results out in input order, in constant memory."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from itertools import chain, islice
from typing import TypeVar

import msgspec

from kbarchive.article import Article
from kbarchive.document import Document, Entry, Failure, Skipped
from kbarchive.errors import KbArchiveError
from kbarchive.reading import Outcome, outcomes

_IN_FLIGHT_PER_JOB = 3
_MOST_JOBS = 8

_SKIPPED_NAMED = 20

_Work = TypeVar("_Work")
_Result = TypeVar("_Result")


class WorkerError(KbArchiveError):
    """A worker process died."""


class Report(msgspec.Struct):
    """What came of the documents: of one batch, or of a whole run.

    `failures` are in input order; of the `skipped` documents the first 20 are named. `diagnostics` counts by code,
    `dialects` counts articles. `bytes` is what the documents hold, unpacked; `seconds` is wall-clock time.

    `articles` counts all that were read. Where one text of each article was chosen, `revisions` of them are older than
    that, and `identical` are copies. `renamed` of those written have a file of another name than their own, since it was
    taken. Where some were asked for, `unselected` are others, and `missing` has the names that no article has.
    """

    articles: int = 0
    documents: int = 0
    failures: list[Failure] = msgspec.field(default_factory=list)
    skipped: int = 0
    skipped_first: list[Skipped] = msgspec.field(default_factory=list)
    diagnostics: Counter[str] = msgspec.field(default_factory=Counter)
    dialects: Counter[str] = msgspec.field(default_factory=Counter)
    bytes: int = 0
    seconds: float = 0.0
    revisions: int = 0
    identical: int = 0
    renamed: int = 0
    unselected: int = 0
    missing: list[str] = msgspec.field(default_factory=list)

    def count(self, outcome: Outcome) -> None:
        """Counts one outcome of a document."""
        if isinstance(outcome, Article):
            self.articles += 1
            self.dialects[outcome.source.dialect] += 1
            for diagnostic in outcome.diagnostics:
                self.diagnostics[diagnostic.code] += 1
        elif isinstance(outcome, Failure):
            self.failures.append(outcome)
        else:
            self.skipped += 1
            if len(self.skipped_first) < _SKIPPED_NAMED:
                self.skipped_first.append(outcome)

    def retract(self, article: Article, failure: Failure) -> None:
        """Counts an article that was counted already as a failure instead."""
        self.articles -= 1
        self.dialects[article.source.dialect] -= 1
        self.diagnostics.subtract(diagnostic.code for diagnostic in article.diagnostics)
        self.failures.append(failure)

    def add(self, other: Report) -> None:
        """Adds the counts of a later batch."""
        self.articles += other.articles
        self.documents += other.documents
        self.failures += other.failures
        self.skipped += other.skipped
        self.skipped_first += other.skipped_first[: _SKIPPED_NAMED - len(self.skipped_first)]
        self.diagnostics.update(other.diagnostics)
        self.dialects.update(other.dialects)
        self.bytes += other.bytes
        self.revisions += other.revisions
        self.identical += other.identical
        self.renamed += other.renamed
        self.unselected += other.unselected


def read_batch(batch: Iterable[Entry], report: Report) -> Iterator[tuple[Entry, list[Outcome]]]:
    """Each entry of a batch with what comes of it; everything is counted in the report."""
    for entry in batch:
        found = list(outcomes(entry))
        for outcome in found:
            report.count(outcome)
        if isinstance(entry, Document):
            report.documents += 1
            report.bytes += len(entry.data)
        yield entry, found


def in_order(
    task: Callable[[_Work], _Result],
    work: Iterable[_Work],
    jobs: int | None = None,
    executor: Executor | None = None,
) -> Generator[_Result, None, None]:
    """The task's results for each batch, in the order of the batches, with a bounded number of batches under way.

    `jobs` processes work, None means `default_jobs`; one job, or one batch, needs no process.
    Any `executor` whose workers can import kbarchive may be given in their place; it is not shut down. The task must be
    picklable, and tell its errors in its result. Close the iterator to end the workers early.

    Raises WorkerError where a worker process dies.
    """
    jobs = jobs or default_jobs()
    work = iter(work)
    if executor is not None:
        yield from _submitted(task, work, executor, jobs)
        return
    first = list(islice(work, 2))
    if jobs == 1 or len(first) < 2:
        yield from map(task, chain(first, work))
        return
    pool = ProcessPoolExecutor(jobs, initializer=_start_worker)
    try:
        yield from _submitted(task, chain(first, work), pool, jobs)
    finally:
        pool.shutdown(cancel_futures=True)


def default_jobs() -> int:
    """One process for each core, at most 8: one process reads, and unpacks no faster than 8 can parse."""
    return min(cores(), _MOST_JOBS)


def cores() -> int:
    """The number of cores this process may use, which a container or taskset may have limited."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _submitted(task: Callable[[_Work], _Result], work: Iterable[_Work], executor: Executor, jobs: int) -> Iterator[_Result]:
    pending: deque[Future[_Result]] = deque()
    try:
        for batch in work:
            pending.append(executor.submit(task, batch))
            if len(pending) >= jobs * _IN_FLIGHT_PER_JOB:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    except BrokenExecutor as error:
        raise WorkerError(
            "a worker process died before its work was done (killed, or out of memory); "
            "try again with fewer jobs, or with one (--jobs 1) to see the cause"
        ) from error
    finally:
        for future in pending:
            future.cancel()


def _start_worker() -> None:
    # An interrupt from the keyboard reaches the whole process group, and is for the parent to handle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A parent that is killed outright cannot end its workers, which would wait for work for ever.
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
