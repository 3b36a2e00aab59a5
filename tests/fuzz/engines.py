"""Two ways to choose inputs: guided by the branches that they take (atheris), and by chance with lines reached now and then."""

from __future__ import annotations

import importlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.fuzz.mutation import Mutator
from tests.fuzz.running import Runner, limited, traced
from tests.fuzz.target import TARGETS, Target

_MEMORY_MB = 6_000
_TRACED = 50
"""One execution in so many is traced, which takes some ten times as long."""

_FROM_SEEDS = 0.3
"""How often a guided run begins with a seed, so that each group of seeds keeps its share."""

_COVERAGE = re.compile(r"cov: (\d+) ft: (\d+)")
_DONE = re.compile(r"^Done (\d+) runs", re.MULTILINE)


class Outcome(NamedTuple):
    executions: int
    coverage: str
    findings: list[Path]


def by_chance(name: str, seconds: float, folder: Path, seed: int) -> Outcome:
    """Mutations of seeds, and of inputs that reached new lines."""
    limited(_MEMORY_MB)
    target: Target = importlib.import_module(TARGETS[name]).TARGET
    chance = random.Random(seed)  # noqa: S311 - no secret
    seeds = target.seeds()
    mutator = Mutator(seeds, target.words, target.longest, chance)
    runner = Runner(target, folder, name)
    reached: set[tuple[str, int]] = set()
    ends = time.monotonic() + seconds
    for data in (data for group in seeds.values() for data in group[:1]):
        traced(partial(runner.one, data), "/kbarchive/", reached)
        if time.monotonic() > ends:
            break
    while time.monotonic() < ends:
        data = mutator.new()
        if runner.executions % _TRACED:
            runner.one(data)
        elif traced(partial(runner.one, data), "/kbarchive/", reached):
            mutator.keep(data)
    return Outcome(runner.executions, f"{len(reached):,} lines", list(runner.findings.values()))


def guided(name: str, seconds: float, folder: Path, seed: int, corpus: Path) -> Outcome:
    """A process of its own, which libFuzzer steers and ends. What reached new branches is kept in `corpus`."""
    corpus.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as found:
        command = [sys.executable, "-m", "tests.fuzz.engines", name, str(seconds), found, str(seed), str(corpus)]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        executions = _DONE.search(done.stderr)
        if not executions:
            raise RuntimeError(f"the fuzzer of {name} ended early, with {done.returncode}:\n{done.stderr[-3000:]}")
        folder.mkdir(parents=True, exist_ok=True)
        findings = [Path(shutil.copy(path, folder)) for path in sorted(Path(found).iterdir())]
    covered = _COVERAGE.findall(done.stderr)
    coverage = f"{int(covered[-1][0]):,} branches" if covered else "coverage not told"
    return Outcome(int(executions[1]), coverage, [path for path in findings if path.suffix != ".txt"])


def _run_guided(name: str, seconds: float, folder: Path, seed: int, corpus: Path) -> None:
    import atheris

    limited(_MEMORY_MB)
    module = TARGETS[name]
    # What is instrumented must be imported here for the first time, and much is imported only when it is used.
    with atheris.instrument_imports(include=["kbarchive"]):
        target: Target = importlib.import_module(module).TARGET
        seeds = target.seeds()
        runner = Runner(target, folder, name)
        for group in seeds.values():
            runner.one(group[0])
    chance = random.Random(seed)  # noqa: S311 - no secret
    mutator = Mutator(seeds, target.words, target.longest, chance)

    def execute(data: bytes) -> None:
        runner.one(data)

    def mutate(data: bytes, longest: int, _: int) -> bytes:
        given = mutator.seed() if chance.random() < _FROM_SEEDS else data
        changed = mutator.changed(given) if chance.random() < 0.7 else atheris.Mutate(given[:longest], longest)
        return bytes(changed)[:longest]

    with tempfile.TemporaryDirectory() as first:
        for number, data in enumerate(data for group in seeds.values() for data in group):
            (Path(first) / str(number)).write_bytes(data[: target.longest])
        options = [
            f"-max_total_time={seconds:.0f}",
            f"-max_len={target.longest}",
            f"-seed={seed}",
            f"-artifact_prefix={first}/",
        ]
        folders = [str(corpus), first]
        atheris.Setup([module, *folders, *options, "-rss_limit_mb=0", "-timeout=300"], execute, custom_mutator=mutate)
        atheris.Fuzz()


if __name__ == "__main__":
    _run_guided(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
