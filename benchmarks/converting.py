"""Converting to JSON Lines in several processes, and the memory it takes."""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
from collections.abc import Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from benchmarks.floor import floor
from benchmarks.measure import Row, cpu_seconds, peak_bytes, table
from kbarchive.conversion import convert
from kbarchive.errors import SourceError
from kbarchive.pipeline import default_jobs
from kbarchive.sources import documents


class _Run(NamedTuple):
    seconds: float
    memory: int
    files: int
    size: int


def measure_converting(source: Path, repeat: int, rounds: int, jobs: int | None) -> str:
    """The table of converting a source `repeat` times in one run, the best of `rounds`."""
    sources = [source] * repeat
    jobs = jobs or default_jobs()
    floors, runs = [], []
    for _ in range(rounds):
        floors.append(cpu_seconds(partial(_floor, sources)))
        runs.append(_converted_apart(sources, jobs))
    best = min(runs)
    if not best.files:
        raise SourceError(f"{source}: no file to convert")
    rows = (
        Row("floor: read, decode, one regex", min(floors)),
        Row(f"convert to JSON Lines, {jobs} jobs", best.seconds, max(run.memory for run in runs)),
    )
    return table(f"convert, best of {rounds}", best.files, best.size, rows)


def _floor(sources: Sequence[Path]) -> None:
    floor(document.data for document in documents(*sources, on_failure=lambda _: None))


def _converted_apart(sources: Sequence[Path], jobs: int) -> _Run:
    # In a process of its own: the peak of memory is told for the whole life of a process.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_convert, args=(sources, jobs, theirs))
    process.start()
    theirs.close()
    run: _Run = ours.recv()
    process.join()
    return run


def _convert(sources: Sequence[Path], jobs: int, answer: Connection) -> None:
    with tempfile.TemporaryDirectory() as folder:
        report = convert(sources, Path(folder, "records.jsonl"), jobs=jobs)
    parent = resource.getrusage(resource.RUSAGE_SELF)
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = sum((parent.ru_utime, parent.ru_stime, workers.ru_utime, workers.ru_stime))
    # The children's ru_maxrss is that of the largest: together they take at most this for each.
    memory = peak_bytes(parent.ru_maxrss) + jobs * peak_bytes(workers.ru_maxrss)
    answer.send(_Run(seconds, memory, report.documents, report.bytes))
