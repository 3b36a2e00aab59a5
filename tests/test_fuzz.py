"""What fuzzing found, once each; and that the fuzzers run. `python -m tests.fuzz` looks for more."""

from __future__ import annotations

import importlib
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.mutation import Mutator
from tests.fuzz.running import Runner
from tests.fuzz.target import TARGETS, BrokenError, Target

FINDINGS = Path(__file__).parent / "fuzz" / "findings"


def target(name: str) -> Target:
    found: Target = importlib.import_module(TARGETS[name]).TARGET
    return found


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in sorted(FINDINGS.glob("*.bin"))])
def test_what_was_found_once_holds(path: Path) -> None:
    """Files are named by target and by what was wrong."""
    target(path.name.partition("-")[0]).holds(path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_a_seed_of_each_group_and_some_of_its_mutations_hold(name: str) -> None:
    fuzzed = target(name)
    seeds = fuzzed.seeds()
    mutator = Mutator(seeds, fuzzed.words, fuzzed.longest, random.Random(5))  # noqa: S311 - no secret
    for group in seeds.values():
        fuzzed.holds(group[0])
        if name != "index":
            fuzzed.holds(mutator.changed(group[0]))


def test_a_mutation_is_another_and_no_longer_than_allowed() -> None:
    mutator = Mutator({"a": [b"one\ntwo\nthree\n"], "b": [b""]}, [b"word"], 100, random.Random(1))  # noqa: S311 - no secret
    made = {mutator.new() for _ in range(500)}
    assert len(made) > 300
    assert max(map(len, made)) == 100


def _breaks(data: bytes) -> None:
    if b"bad" in data:
        raise BrokenError("bad")
    if b"slow" in data:
        sum(range(10**8))
    if b"worse" in data:
        raise KeyError("worse")


def test_a_runner_keeps_the_smallest_of_each_finding(tmp_path: Path) -> None:
    runner = Runner(Target(dict, _breaks, seconds=0.01), tmp_path, "some")
    held = [runner.one(data) for data in (b"good", b"this is bad enough", b"a bad one too", b"or worse", b"slow")]
    assert held == [True, False, False, False, False]
    assert {path.read_bytes() for path in runner.findings.values()} == {b"bad", b"worse", b"slow"}
    assert sorted(what.partition(" ")[0] for what in runner.findings) == ["KeyError", "bad", "time"]
    assert all(what in path.with_suffix(".txt").read_text() for what, path in runner.findings.items())
    assert runner.executions == 5


def test_the_command_tells_what_was_done(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz", "archives", "--seconds", "2", "--engine", "chance", "--seed", "1"]
    done = subprocess.run(
        [*command, "--findings", str(tmp_path)], cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("archives: chance, "), done.stderr
    assert "executions" in done.stdout
    assert (done.returncode, list(tmp_path.iterdir())) == (0, [])
