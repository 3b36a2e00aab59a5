"""Worker processes, each with a pipe of its own: which batch a worker died of is known, and half a message blocks nobody."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import pickle
import signal
import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from kbarchive.errors import KbArchiveError

_Work = TypeVar("_Work")
_Result = TypeVar("_Result")


class WorkerError(KbArchiveError):
    """A worker process died."""


class Died(Exception):  # noqa: N818 - not for users
    """The worker died before it answered."""


class Worker(Generic[_Work, _Result]):
    """A process that does a task, for one batch at a time. `work` is what it is at, under its `number`.

    It is started as `multiprocessing` usually does on the system, or in the way of this name.
    """

    def __init__(self, task: Callable[[_Work], _Result], method: str | None = None) -> None:
        context: Any = multiprocessing.get_context(method)
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(task, theirs), daemon=True)
        self._process.start()
        theirs.close()  # so that the pipe ends with the process
        self.ready = False
        self.number: int | None = None
        self.work: _Work | None = None

    def send(self, number: int, work: _Work) -> None:
        """Gives it something to do. One that has died meanwhile is told of when its answer is asked for."""
        self.number, self.work = number, work
        try:
            self.connection.send(work)
        except OSError:
            return

    def answer(self) -> list[_Result]:
        """What came of it, one result; none when it tells that it has started. Raises Died, and whatever the task raised."""
        try:
            message = self.connection.recv()
        except (EOFError, OSError) as error:
            if not self.ready:
                raise WorkerError(
                    "a worker process cannot start; where processes are spawned, the calling script needs "
                    '`if __name__ == "__main__":`, and --jobs 1 needs none'
                ) from error
            raise Died from error
        if not self.ready:
            self.ready = True
            return []
        self.number = self.work = None
        result, failure = message
        if failure is not None:
            raise failure
        return [result]

    def stop(self) -> None:
        """Ends it at once."""
        self._process.kill()
        self._process.join()
        self.connection.close()


def answering(workers: Sequence[Worker[_Work, _Result]], wait: bool) -> list[Worker[_Work, _Result]]:
    """Those that have answered, or died; may wait for one."""
    if not workers:
        return []
    ready = multiprocessing.connection.wait([worker.connection for worker in workers], None if wait else 0)
    return [worker for worker in workers if worker.connection in ready]


def _work(task: Callable[[Any], Any], connection: Any) -> None:
    try:
        _answer(task, connection)
    except MemoryError:  # while it takes what it is given: it ends as if it had been killed
        os._exit(1)


def _answer(task: Callable[[Any], Any], connection: Any) -> None:
    # An interrupt from the keyboard reaches the whole process group, and is for the parent to handle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    connection.send(None)
    while True:
        try:
            work = connection.recv()
        except EOFError:
            return
        try:
            answer: tuple[Any, Exception | None] = task(work), None
        except Exception as error:
            answer = None, _portable(error)
        del work
        connection.send(answer)


def _portable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own, to see whether it survives
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _end_with_parent() -> None:
    # A parent that is killed outright cannot end its workers, which would wait for work for ever.
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
