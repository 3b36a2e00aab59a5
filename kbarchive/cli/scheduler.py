"""The option --scheduler: the workers of a Dask cluster in place of processes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

import click

scheduler_option = click.option(
    "--scheduler", metavar="ADDRESS", help="Work on the Dask cluster of this scheduler: tcp://HOST:8786."
)


@contextmanager
def workers(scheduler: str | None) -> Iterator[tuple[Executor | None, int | None]]:
    """The executor of a cluster and how many threads it has; two times None where none is asked for."""
    if scheduler is None:
        yield None, None
        return
    from kbarchive.cluster import cluster

    with cluster(scheduler) as given:
        yield given
