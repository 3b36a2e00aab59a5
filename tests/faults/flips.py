"""Changes single bytes of an index: `python -m tests.faults.flips FOLDER [FLIPS]`.

Each change must be found by `kbarchive check --index`, and either be told as damage by whoever reads what it hit, or change no
answer. Half of the places are drawn by the byte, half by the file, so that small files have their share.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from kbarchive.errors import SearchIndexError
from kbarchive.index.verify import check_index
from kbarchive.search import open_index
from tests.faults.states import State, answers, made_up, states


def flip_bytes(folder: Path, source: Path, flips: int, seed: int = 1) -> Counter[tuple[str, str]]:
    """Flips bytes of an index of `source`; returns how often what came of it, by the kind of file. Raises AssertionError."""
    queries, (state, _) = states(folder, source)
    return flip_index(folder / "index-all", queries, state, flips, seed)


def flip_index(index_dir: Path, queries: list[str], state: State, flips: int, seed: int) -> Counter[tuple[str, str]]:
    """Flips, asks, flips back."""
    chance = random.Random(seed)
    files = sorted(path for path in index_dir.rglob("*") if path.is_file() and path.stat().st_size)
    sizes = [path.stat().st_size for path in files]
    found: Counter[tuple[str, str]] = Counter()
    for number in range(flips):
        (path,) = chance.choices(files, sizes) if number % 2 else (chance.choice(files),)
        at = chance.randrange(path.stat().st_size)
        change = chance.randrange(1, 256)
        _flip(path, at, change)
        try:
            place = f"{path.relative_to(index_dir)}, byte {at}, changed by {change}"
            assert not _sound(index_dir), f"{place}: not found by a check"
            try:
                with open_index(index_dir) as index:
                    said = answers(index, queries)
                assert said == state.answers, f"{place}: other answers"
                outcome = "not read"
            except SearchIndexError:
                outcome = "told"
            found[path.name.rpartition(".")[2], outcome] += 1
        finally:
            _flip(path, at, change)
    assert _sound(index_dir)
    return found


def _sound(index_dir: Path) -> bool:
    try:
        return check_index(index_dir).ok
    except SearchIndexError:
        return False


def _flip(path: Path, at: int, change: int) -> None:
    with open(path, "r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ change]))
        file.flush()
        os.fsync(file.fileno())


def main() -> None:
    flips = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        source = Path(sys.argv[1]) if len(sys.argv) > 1 else made_up(place / "articles", 2000)
        found = flip_bytes(place, source, flips)
    for (kind, outcome), number in sorted(found.items()):
        print(f"{number:6} {outcome:10} {kind}")
    print(f"{sum(found.values()):6} in all; none was missed by a check, none gave another answer")


if __name__ == "__main__":
    main()
