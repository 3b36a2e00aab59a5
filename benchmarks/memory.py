"""The memory that a conversion holds at its peak, all processes together, of an archive and of several copies of it."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tarfile
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from kbarchive.sources import documents

_SECONDS = 0.1
_NUMBER = re.compile(rb"\A(DOCUMENT ?:Q)(\d+)")


def measure_memory(source: Path, work: Path, targets: Collection[str], copies: int, jobs: int) -> Iterator[str]:
    """The lines of a table: for each target the peak of one copy and of several, in MB, and by how much they differ.

    The copies have numbers of their own. Files lie in the folder `work`.
    """
    sizes = (1, copies)
    tars = [_packed(source, work / f"{size}.tar", size) for size in sizes]
    yield f"| target | 1 copy, peak MB | {copies} copies, peak MB | difference |"
    yield "|---|---|---|---|"
    for target in targets:
        one, several = (_peak(tar, work / f"{size}-{target}", jobs) / 1e6 for tar, size in zip(tars, sizes, strict=True))
        yield f"| {target} | {one:.1f} | {several:.1f} | {several / one - 1:+.1%} |"


def _packed(source: Path, path: Path, copies: int) -> Path:
    with tarfile.open(path, "w") as archive:
        for copy in range(copies):
            for number, document in enumerate(documents(source, on_failure=lambda _: None)):
                data = _NUMBER.sub(rb"\g<1>%d\g<2>" % (copy + 1), document.data) if copy else document.data
                info = tarfile.TarInfo(f"{copy}/{number}.TXT")
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return path


def _peak(source: Path, target: Path, jobs: int) -> int:
    """In bytes: the most that the shares of all processes add up to (PSS, as Linux tells it)."""
    command = [sys.executable, "-m", "kbarchive.cli.main", "convert", source, target, "--quiet", "--jobs", str(jobs)]
    peak = 0
    with subprocess.Popen(command) as process:  # noqa: S603 - our own
        while process.poll() is None:
            peak = max(peak, sum(map(_share, _family(process.pid))))
            time.sleep(_SECONDS)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return peak


def _family(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from _family(int(child))


def _share(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
