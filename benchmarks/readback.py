"""Every format written, and read back by the tool that people use for it: as many articles, and the same texts."""

from __future__ import annotations

import importlib.util
import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

import kbarchive
from benchmarks.readers import FLAT, READINGS, Reading, digest
from kbarchive.chunking import chunks
from kbarchive.writers import FORMATS
from kbarchive.writers.flat import flat_row

TARGETS = list(dict.fromkeys(reading.target for reading in READINGS))


class _Wanted(NamedTuple):
    """A digest for each article, of its whole record, its flat texts, and its key and text; and one for each chunk."""

    records: list[bytes]
    flat: list[bytes]
    texts: list[bytes]
    chunks: list[bytes]


def measure_readback(source: Path, work: Path, targets: Collection[str], jobs: int | None) -> Iterator[str]:
    """The lines of the table of the formats of a source; each is written into the folder `work`, and goes when it was read."""
    wanted = _wanted(source)
    yield "| target | read by | found | equal |"
    yield "|---|---|---|---|"
    for target in targets:
        path = work / target
        kbarchive.convert(source, path, target if target in FORMATS else None, jobs=jobs)
        yield from (_row(each, path, getattr(wanted, each.of)) for each in READINGS if each.target == target)
        _remove(path)


def _wanted(source: Path) -> _Wanted:
    wanted = _Wanted([], [], [], [])
    for article in kbarchive.read(source, on_failure=lambda _: None):
        row = flat_row(article)
        wanted.records.append(digest([kbarchive.dumps(article)]))
        wanted.flat.append(digest(getattr(row, name) for name in FLAT))
        wanted.texts.append(digest([article.key, article.text]))
        wanted.chunks.extend(digest([chunk.id, chunk.text]) for chunk in chunks(article))
    return wanted


def _row(reading: Reading, path: Path, wanted: Sequence[bytes]) -> str:
    if not (shutil.which(reading.needs) or importlib.util.find_spec(reading.needs.partition(".")[0])):
        return f"| {reading.target} | {reading.tool} | not installed | |"
    found = list(reading.read(path))
    if path.is_dir():  # files have no order
        equal = (Counter(found) & Counter(wanted)).total()
    else:
        equal = sum(one == other for one, other in zip_longest(found, wanted))
    return f"| {reading.target} | {reading.tool} | {len(found):,} | {equal:,} of {len(wanted):,} {reading.of} |"


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
