"""Parsing to full records in one process, without writing them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks.floor import floor
from benchmarks.measure import Row, best_of, cpu_seconds, table
from kbarchive.errors import SourceError
from kbarchive.reading import read


def measure_parsing(folder: Path, repeat: int, rounds: int) -> str:
    """The table of parsing all files of a folder `repeat` times, the best of `rounds`."""
    paths = [
        os.path.join(place, name)
        for place, _, names in sorted(os.walk(folder))
        for name in sorted(names)
        if not name.startswith(".")
    ] * repeat
    if not paths:
        raise SourceError(f"{folder}: no file to parse")

    def contents() -> Iterator[bytes]:
        for path in paths:
            with open(path, "rb") as stream:
                yield stream.read()

    def parse_all() -> None:
        for _ in range(repeat):
            for _ in read(folder):
                pass

    floor_seconds, parse_seconds = best_of(
        rounds, lambda: cpu_seconds(lambda: floor(contents())), lambda: cpu_seconds(parse_all)
    )
    rows = (Row("floor: read, decode, one regex", floor_seconds), Row("parse to records", parse_seconds))
    return table(f"parse, best of {rounds}", len(paths), sum(map(len, contents())), rows)
