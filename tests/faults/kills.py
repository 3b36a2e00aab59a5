"""Kills index builds at random moments: `python -m tests.faults.kills FOLDER [KILLS]`.

After each kill the index must open at the old or the new generation and answer as an index of that state does, the processes
must be gone, and the next build must leave nothing behind but its own generation.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kbarchive.errors import SearchIndexError
from kbarchive.index.verify import check_index
from kbarchive.search import open_index
from tests.commands import PATIENCE
from tests.faults.states import State, answers, made_up, states


def kill_builds(folder: Path, source: Path, kills: int, seed: int = 1) -> dict[str, int]:
    """Builds, kills, looks; returns how often which state was found. Raises AssertionError."""
    chance = random.Random(seed)
    queries, both = states(folder, source)
    index_dir, temporary = folder / "index", folder / "tmp"
    temporary.mkdir()
    found = {"none": 0, "old": 0, "new": 0}
    usual = _seconds(index_dir, both[0], temporary)
    old: State | None = both[0]
    for number in range(kills):
        new = both[1] if old is both[0] else both[0]
        if chance.random() < 0.1:  # the first build of all
            for path in index_dir.iterdir():
                _remove(path)
            old = None
        process = _start(index_dir, new, temporary)
        time.sleep(chance.uniform(0, 1.1) * usual)
        # The parent alone, whose workers must end by themselves, or all.
        alone = number % 2 == 0
        (os.kill if alone else os.killpg)(process.pid, signal.SIGKILL)
        process.wait()
        _wait_until_gone(index_dir)
        seen = _state(index_dir, queries, [state for state in (old, new) if state], old is None)
        found["none" if seen is None else "new" if seen is new else "old"] += 1
        if chance.random() < 0.5:
            assert _start(index_dir, new, temporary).wait() == 0
            assert _state(index_dir, queries, [new], False) is new
            names = sorted(os.listdir(index_dir))
            assert len(names) == 3, names
            assert names[0] == "current"
            assert names[2] == "lock"
            assert check_index(index_dir).ok
            seen = new
        old = seen
    assert _start(index_dir, both[0], temporary).wait() == 0
    assert len(os.listdir(index_dir)) == 3
    left = os.listdir(temporary)
    assert not left, left
    return found


def _start(index_dir: Path, state: State, temporary: Path) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "kbarchive.cli.main",
        "index",
        "-q",
        "-j",
        "2",
        state.source,
        "--index",
        str(index_dir),
    ]
    return subprocess.Popen(command, start_new_session=True, env={**os.environ, "TMPDIR": str(temporary)})


def _seconds(index_dir: Path, state: State, temporary: Path) -> float:
    """What a build takes that nobody kills."""
    started = time.monotonic()
    assert _start(index_dir, state, temporary).wait() == 0
    return time.monotonic() - started


def _state(index_dir: Path, queries: list[str], may_be: list[State], may_be_none: bool) -> State | None:
    """Which state an index is in; it must be one of those."""
    try:
        index = open_index(index_dir)
    except SearchIndexError as error:
        if may_be_none and ("holds no index" in str(error) or "current is missing" in str(error)):
            return None
        raise
    with index:
        said = answers(index, queries)
    matching = [state for state in may_be if (state.articles, state.answers) == (len(index), said)]
    assert matching, f"the index has {len(index)} articles, and answers as neither state does"
    return matching[0]


def _wait_until_gone(index_dir: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while left := _processes_of(index_dir):
        assert time.monotonic() < deadline, f"processes are left: {left}"
        time.sleep(0.02)


def _processes_of(index_dir: Path) -> list[str]:
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            command = (place / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(index_dir) in command.split(b"\0"):
            found.append(place.name)
    return found


def _remove(path: Path) -> None:
    if path.is_dir():
        for inner in path.iterdir():
            _remove(inner)
        path.rmdir()
    else:
        path.unlink()


def main() -> None:
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        source = Path(sys.argv[1]) if len(sys.argv) > 1 else made_up(place / "articles", 2000)
        print(f"{kills} kills, found afterwards: {kill_builds(place, source, kills)}")


if __name__ == "__main__":
    main()
