"""Converting to JSON Lines, beside a bare loop over the library, and the memory it takes."""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.floor import floor
from benchmarks.measure import Row, cpu_seconds, peak_bytes, table
from kbarchive.conversion import convert
from kbarchive.errors import SourceError
from kbarchive.pipeline import default_jobs
from kbarchive.reading import read
from kbarchive.sources import documents


class _Run(NamedTuple):
    seconds: float
    memory: int
    files: int
    size: int


def measure_converting(source: Path, repeat: int, rounds: int, jobs: int | None) -> str:
    """The table of converting a source `repeat` times in one run, the best of `rounds`, and what it costs over a bare loop."""
    sources = [source] * repeat
    jobs = jobs or default_jobs()
    works = {"the bare loop": _loop, "convert, 1 job": partial(_convert, jobs=1)}
    if jobs > 1:
        works[f"convert, {jobs} jobs"] = partial(_convert, jobs=jobs)
    floors: list[float] = []
    runs: dict[str, list[_Run]] = {name: [] for name in works}
    for _ in range(rounds):  # all take turns, so that a busy machine disturbs all alike
        floors.append(cpu_seconds(partial(_floor, sources)))
        for name, work in works.items():
            runs[name].append(_apart(work, sources))
    best = {name: min(taken) for name, taken in runs.items()}
    loop, *converted = best
    whole = best[converted[0]]
    if not whole.files:
        raise SourceError(f"{source}: no file to convert")
    rows = (
        Row("floor: read, decode, one regex", min(floors)),
        *(Row(f"{name}, to JSON Lines", best[name].seconds, max(run.memory for run in runs[name])) for name in best),
    )
    over = "; ".join(f"{name}: {best[name].seconds / best[loop].seconds - 1:+.1%}" for name in converted)
    title = f"convert, best of {rounds}"
    return f"{table(title, whole.files, whole.size, rows)}\n\nCPU time over {loop}: {over}"


def _floor(sources: Sequence[Path]) -> None:
    floor(document.data for document in documents(*sources, on_failure=lambda _: None))


def _apart(work: Callable[[Sequence[Path], Path], tuple[int, int, int]], sources: Sequence[Path]) -> _Run:
    # In a process of its own: the peak of memory is told for the whole life of a process.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_measured, args=(work, sources, theirs, multiprocessing.get_start_method()))
    process.start()
    theirs.close()
    run: _Run = ours.recv()
    process.join()
    return run


def _measured(
    work: Callable[[Sequence[Path], Path], tuple[int, int, int]], sources: Sequence[Path], answer: Connection, method: str
) -> None:
    multiprocessing.set_start_method(method, force=True)  # as users have it: a process that was spawned spawns its own
    before = _used()
    with tempfile.TemporaryDirectory() as folder:
        files, size, workers = work(sources, Path(folder, "records.jsonl"))
        seconds = _used() - before
    # The children's ru_maxrss is that of the largest: together they take at most this for each.
    parent, children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    answer.send(_Run(seconds, peak_bytes(parent) + workers * peak_bytes(children), files, size))


def _used() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _loop(sources: Sequence[Path], target: Path) -> tuple[int, int, int]:
    """What anybody would write with the library."""
    with open(target, "wb") as stream:
        for article in read(*sources, on_failure=lambda _: None):
            stream.write(msgspec.json.encode(article) + b"\n")
    return 0, 0, 0


def _convert(sources: Sequence[Path], target: Path, jobs: int) -> tuple[int, int, int]:
    """Gives how many files it were, their bytes, and how many processes worked beside this."""
    report = convert(sources, target, jobs=jobs)
    return report.documents, report.bytes, jobs if jobs > 1 else 0
