"""A Dask cluster in place of the processes of this machine (https://distributed.dask.org)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from kbarchive.crew import WorkerError
from kbarchive.document import clean, reason
from kbarchive.extras import distributed

_SECONDS = 20


@contextmanager
def cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """An executor whose work the workers of a Dask scheduler do, and how many threads they have.

    Workers must have this version of kbarchive. What a worker was at that dies, another does again, as Dask is set to
    (``distributed.scheduler.allowed-failures``). Raises MissingExtraError where Dask is not installed, WorkerError where the
    scheduler cannot be reached, has no workers, or too many of them died of one batch.
    """
    dask = distributed()
    try:
        client = dask.Client(address, timeout=_SECONDS, set_as_default=False)
        client.wait_for_workers(1, timeout=_SECONDS)
    except (OSError, ValueError, TimeoutError) as error:
        raise WorkerError(f"cannot work with the Dask scheduler at {clean(address)}: {reason(error)}") from error
    with client:
        try:
            # Not pure: Dask would take the digest of every batch to see whether it was done before.
            yield client.get_executor(pure=False), sum(client.nthreads().values())
        except dask.KilledWorker as error:
            raise WorkerError(f"workers of the cluster died of one batch each time: {reason(error)}") from error
