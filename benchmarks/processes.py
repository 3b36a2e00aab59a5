"""Runs work in a process of its own, and measures it with all the processes that it starts."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

_SAMPLE_SECONDS = 0.1


class Measured(NamedTuple):
    """Seconds by the clock and of all processors; the peak of memory in bytes, None where the system does not tell it."""

    wall: float
    cpu: float
    memory: int | None


def measured(work: Callable[..., object], *arguments: object) -> Measured:
    """The cost of work. Memory is the sum of what each process has, what several share divided among them (PSS)."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, work, arguments))
    process.start()
    theirs.close()
    peak = 0
    while not ours.poll(_SAMPLE_SECONDS):
        peak = max(peak, sum(map(proportional_bytes, family(process.pid or 0))))
    wall, cpu = ours.recv()
    process.join()
    return Measured(wall, cpu, peak or None)


def _work(answer: Connection, work: Callable[..., object], arguments: tuple[object, ...]) -> None:
    before, start = _cpu_seconds(), time.perf_counter()
    work(*arguments)
    answer.send((time.perf_counter() - start, _cpu_seconds() - before))


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def family(pid: int) -> Iterator[int]:
    """A process, and all that descend from it, where Linux tells them."""
    yield pid
    children: list[str] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += (task / "children").read_text().split()
    for child in children:
        yield from family(int(child))


def proportional_bytes(pid: int) -> int:
    """What a process holds, what it shares with others divided among them; 0 where Linux does not tell."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def cpu_of_all(processes: Iterable[int]) -> float:
    """The CPU seconds of some processes (Linux); one that has ended has none."""
    ticks = 0
    for process in processes:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
