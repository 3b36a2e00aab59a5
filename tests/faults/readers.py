"""Many readers of an index that is built anew all the time: `python -m tests.faults.readers FOLDER [SECONDS] [READERS]`.

Each reader opens the index, asks, and closes it, or keeps it open for a while; all that one open index answers must be what an
index of one of the states answers.
"""

from __future__ import annotations

import multiprocessing
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from kbarchive.search import open_index
from tests.faults.states import State, answers, made_up, states

_Told = tuple[int, set[int], list[str]]


def read_while_building(folder: Path, source: Path, seconds: float, readers: int) -> tuple[int, int, set[int]]:
    """How often the index was opened and built, and which states were met. Raises AssertionError."""
    queries, both = states(folder, source)
    index_dir = folder / "index"
    _build(index_dir, both[0])
    context = multiprocessing.get_context("spawn")
    stop, told = context.Event(), context.SimpleQueue()
    seen = [context.Event() for _ in both]
    processes = [context.Process(target=_read, args=(index_dir, queries, both, n, stop, seen, told)) for n in range(readers)]
    for process in processes:
        process.start()
    for _ in processes:
        told.get()  # each has opened the index once
    builds = 0
    until = time.monotonic() + seconds
    # On a busy machine a state may pass while every reader sleeps: builds go on until each was met, or for two minutes more.
    while builds < 2 or time.monotonic() < until or not (all(s.is_set() for s in seen) or time.monotonic() > until + 120):
        builds += 1
        _build(index_dir, both[builds % 2])
    stop.set()
    results: list[_Told] = [told.get() for _ in processes]
    for process in processes:
        process.join()
    wrong = [message for _, _, messages in results for message in messages]
    assert not wrong, wrong[:5]
    return sum(opened for opened, _, _ in results), builds, set().union(*(met for _, met, _ in results))


def _build(index_dir: Path, state: State) -> None:
    command = [sys.executable, "-m", "kbarchive.cli.main", "index", "-q", "-j", "1", state.source, "--index", str(index_dir)]
    subprocess.run(command, check=True)


def _read(index_dir: Path, queries: list[str], both: list[State], number: int, stop: Any, seen: Any, told: Any) -> None:
    chance = random.Random(number)
    opened, met, wrong = 0, set(), []
    while not stop.is_set() or not opened:
        try:
            with open_index(index_dir) as index:
                opened += 1
                said = answers(index, queries)
                matching = [n for n, state in enumerate(both) if (len(index), said) == (state.articles, state.answers)]
                met.update(matching)
                for n in matching:
                    seen[n].set()
                if not matching:
                    wrong.append(f"reader {number}: {len(index)} articles, other answers")
                if chance.random() < 0.3:
                    _keep(index, queries, said, wrong, chance.uniform(0.1, 2.0))
        except Exception as error:
            wrong.append(f"reader {number}: {type(error).__name__}: {error}")
            opened += 1
        if opened == 1:
            told.put(None)
    told.put((opened, met, wrong))


def _keep(index: Any, queries: list[str], said: list[Any], wrong: list[str], seconds: float) -> None:
    time.sleep(seconds)
    if answers(index, queries) != said:
        wrong.append("an open index changed its answers")


def main() -> None:
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 300.0
    readers = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        source = Path(sys.argv[1]) if len(sys.argv) > 1 else made_up(place / "articles")
        opened, builds, met = read_while_building(place, source, seconds, readers)
    print(f"{readers} readers, {seconds:.0f} s: opened {opened:,} times, built {builds} times, {len(met)} states met, no error")


if __name__ == "__main__":
    main()
