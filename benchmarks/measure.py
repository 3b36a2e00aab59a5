"""Times work in CPU seconds, side by side, and tells the result as a Markdown table."""

from __future__ import annotations

import contextlib
import platform
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from kbarchive.pipeline import cores


class Row(NamedTuple):
    """A measured piece of work. `memory` is its peak in bytes, all processes together, or None where not measured."""

    work: str
    seconds: float
    memory: int | None = None


def cpu_seconds(work: Callable[[], object]) -> float:
    """The CPU time that this process takes for the work."""
    start = time.process_time()
    work()
    return time.process_time() - start


def best_of(rounds: int, *works: Callable[[], float]) -> list[float]:
    """The least seconds of each work. The works take turns, so that a busy machine disturbs all alike."""
    taken = [[work() for work in works] for _ in range(rounds)]
    return [min(times) for times in zip(*taken, strict=True)]


def machine() -> str:
    """What a figure depends on besides the code."""
    system = f"{platform.system()} {platform.machine()}"
    return f"Python {platform.python_version()}, {cores()} cores of {_processor()}, {system}"


def table(title: str, files: int, size: int, rows: Sequence[Row]) -> str:
    """A Markdown table; the first row is the floor, and the others are told as multiples of it."""
    floor = rows[0].seconds
    lines: Iterable[str] = (
        f"| {row.work} | {row.seconds:.2f} | {row.seconds / floor:.1f} | {size / 1e6 / row.seconds:.1f} "
        f"| {'' if row.memory is None else f'{row.memory / 1e6:.0f}'} |"
        for row in rows
    )
    head = (
        f"{title}: {files:,} files, {size / 1e6:.1f} MB; {machine()}",
        "",
        "| work | CPU s | times the floor | MB/s | peak MB |",
        "|---|---|---|---|---|",
    )
    return "\n".join((*head, *lines))


def peak_bytes(maxrss: int) -> int:
    """What getrusage tells as ru_maxrss, in bytes: it counts kilobytes, on macOS bytes."""
    return maxrss if sys.platform == "darwin" else maxrss * 1024


def _processor() -> str:
    # Linux tells the model here only; elsewhere Python knows it.
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown make"
