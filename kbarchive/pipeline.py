"""Work on many documents with several processes: batches in, results out in input order, in constant memory."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from itertools import chain, islice
from typing import Generic, NamedTuple, TypeVar

from kbarchive.crew import Died, Worker, WorkerError, answering
from kbarchive.document import Document, Entry, Failure
from kbarchive.parsing import load
from kbarchive.reading import Outcome, outcomes
from kbarchive.report import Report

_IN_FLIGHT_PER_JOB = 3
_MOST_JOBS = 8

_DIED = (
    "a worker process died before its work was done (killed, or out of memory); "
    "try again with fewer jobs, or with one (--jobs 1) to see the cause"
)
_DIED_OF = "each worker process that read it died (killed, or out of memory)"

_Work = TypeVar("_Work")
_Result = TypeVar("_Result")

__all__ = ["Report", "Retry", "WorkerError", "cores", "default_jobs", "failed", "in_order", "read_batch", "split"]


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


def split(batch: list[Entry]) -> list[list[Entry]]:
    """A batch for each entry."""
    return [[entry] for entry in batch]


def failed(batch: list[Entry]) -> Report:
    """The report of a batch that workers die of."""
    report = Report()
    for entry in batch:
        report.failures.append(Failure(entry.file, entry.member, _DIED_OF))
        report.documents += isinstance(entry, Document)
        report.bytes += len(entry.data) if isinstance(entry, Document) else 0
    return report


class Retry(NamedTuple, Generic[_Work, _Result]):
    """What to do about a batch of which two workers died: its parts, and the result of a part of which another one died."""

    split: Callable[[_Work], list[_Work]]
    failed: Callable[[_Work], _Result]


def in_order(
    task: Callable[[_Work], _Result],
    work: Iterable[_Work],
    jobs: int | None = None,
    executor: Executor | None = None,
    *,
    recall: Callable[[_Work], _Result | None] = lambda _: None,
    retry: Retry[_Work, _Result] | None = None,
) -> Generator[tuple[_Work, _Result], None, None]:
    """Each batch with the task's result for it, in the order of the batches, with a bounded number of batches under way.

    `jobs` processes work, None means `default_jobs`; one job, or one batch, needs no process.
    Any `executor` whose workers can import kbarchive may be given in their place; it is not shut down. The task must be
    picklable, and tell its errors in its result. Close the iterator to end the workers at once. `recall` gives a result that
    is known already. With `retry` a worker that dies is replaced, and its batch is done once more; if that dies too, part by
    part.

    Raises WorkerError where a worker process dies, and there is no `retry` or it is an executor's.
    """
    jobs = jobs or default_jobs()
    work = iter(work)
    if executor is not None:
        yield from _submitted(task, work, executor, jobs, recall)
        return
    first = list(islice(work, 2))
    if jobs == 1 or len(first) < 2:
        for batch in chain(first, work):
            known = recall(batch)
            yield batch, task(batch) if known is None else known
        return
    crew = _Crew(task, jobs, retry)
    try:
        yield from crew.results(chain(first, work), recall)
    finally:
        crew.stop()


class _Crew(Generic[_Work, _Result]):
    """The workers of this machine, started when there is something to do."""

    def __init__(self, task: Callable[[_Work], _Result], jobs: int, retry: Retry[_Work, _Result] | None) -> None:
        self._task = task
        self._jobs = jobs
        self._retry = retry
        self._workers: list[Worker[_Work, _Result]] = []
        self._done: dict[int, list[tuple[_Work, _Result]]] = {}

    def results(self, work: Iterable[_Work], recall: Callable[[_Work], _Result | None]) -> Iterator[tuple[_Work, _Result]]:
        numbered = enumerate(work)
        following: tuple[int, _Work] | None = None
        given = told = 0
        while True:
            # All get something to do before what they did is told, which may take its time.
            self._collect(wait=False)
            if following is None and given - told < self._jobs * _IN_FLIGHT_PER_JOB:
                following = next(numbered, None)
                if following is not None:
                    given += 1
                    known = recall(following[1])
                    if known is not None:
                        self._done[following[0]] = [(following[1], known)]
                        following = None
            if following is not None and (worker := self._idle()):
                worker.send(*following)
                following = None
            elif told in self._done:
                yield from self._done.pop(told)
                told += 1
            elif told < given:
                self._collect(wait=True)
            else:
                return

    def stop(self) -> None:
        for worker in self._workers:
            worker.stop()
        self._workers = []

    def _idle(self) -> Worker[_Work, _Result] | None:
        idle = next((worker for worker in self._workers if worker.ready and worker.work is None), None)
        if idle is None and len(self._workers) < self._jobs:
            if multiprocessing.get_start_method() == "fork":
                load()  # once, and not in each of them
            self._workers.append(Worker(self._task))
        return idle

    def _collect(self, *, wait: bool) -> None:
        for worker in answering([worker for worker in self._workers if worker.work is not None or not worker.ready], wait):
            number, batch = worker.number, worker.work
            try:
                answered = worker.answer()
            except Died:
                self._drop(worker)
                if number is not None and batch is not None:
                    self._done[number] = self._again(batch)
            else:
                if number is not None and batch is not None:
                    self._done[number] = [(batch, result) for result in answered]

    def _again(self, batch: _Work) -> list[tuple[_Work, _Result]]:
        if self._retry is None:
            raise WorkerError(_DIED)
        try:
            return [(batch, self._alone(batch))]
        except Died:
            return [(part, self._of_part(part, self._retry)) for part in self._retry.split(batch)]

    def _of_part(self, part: _Work, retry: Retry[_Work, _Result]) -> _Result:
        try:
            return self._alone(part)
        except Died:
            return retry.failed(part)

    def _alone(self, batch: _Work) -> _Result:
        """The result of a worker that does nothing else; raises Died."""
        worker = Worker(self._task)
        self._workers.append(worker)
        try:
            worker.answer()
            worker.send(0, batch)
            (result,) = worker.answer()
            return result
        finally:
            self._drop(worker)

    def _drop(self, worker: Worker[_Work, _Result]) -> None:
        worker.stop()
        self._workers.remove(worker)


def default_jobs() -> int:
    """One process for each core, at most 8: one process reads, and unpacks no faster than 8 can parse."""
    return min(cores(), _MOST_JOBS)


def cores() -> int:
    """The number of cores this process may use, which a container or taskset may have limited."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _submitted(
    task: Callable[[_Work], _Result],
    work: Iterable[_Work],
    executor: Executor,
    jobs: int,
    recall: Callable[[_Work], _Result | None],
) -> Iterator[tuple[_Work, _Result]]:
    pending: deque[tuple[_Work, Future[_Result]]] = deque()
    try:
        for batch in work:
            known = recall(batch)
            future = executor.submit(task, batch) if known is None else _done(known)
            pending.append((batch, future))
            if len(pending) >= jobs * _IN_FLIGHT_PER_JOB:
                oldest, future = pending.popleft()
                yield oldest, future.result()
        while pending:
            oldest, future = pending.popleft()
            yield oldest, future.result()
    except BrokenExecutor as error:
        raise WorkerError(_DIED) from error
    finally:
        for _, future in pending:
            future.cancel()


def _done(result: _Result) -> Future[_Result]:
    future: Future[_Result] = Future()
    future.set_result(result)
    return future
