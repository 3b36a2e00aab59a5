"""`python -m tests.fuzz [TARGET ...] --seconds N`: fuzzes each target for so long, one after the other."""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

from tests.fuzz.engines import Outcome, by_chance, guided
from tests.fuzz.target import TARGETS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", metavar="TARGET", nargs="*", help=f"{', '.join(TARGETS)}; default: all")
    parser.add_argument("--seconds", type=float, default=60, help="for each target; default: 60")
    parser.add_argument("--engine", choices=["guided", "chance"], help="default: guided where atheris is installed")
    parser.add_argument("--seed", type=int, default=0, help="other numbers try other inputs; default: the time")
    parser.add_argument("--findings", type=Path, default=Path("findings"), help="where findings are kept; default: findings/")
    parser.add_argument("--corpus", type=Path, help="where a guided run keeps what it goes on with; default: nowhere")
    given = parser.parse_args()
    if unknown := set(given.targets) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    engine = given.engine or ("guided" if importlib.util.find_spec("atheris") else "chance")
    found = 0
    for name in given.targets or TARGETS:
        seed = given.seed or int(time.time()) % 2**31
        started, worked = time.monotonic(), _processed()
        with tempfile.TemporaryDirectory() as folder:
            os.environ["TMPDIR"] = folder  # what a target leaves behind goes with it
            corpus = given.corpus / name if given.corpus else Path(folder) / "corpus"
            outcome = _run(engine, name, given.seconds, given.findings, seed, corpus)
        _say(
            f"{name}: {engine}, {time.monotonic() - started:.0f} s ({_processed() - worked:.0f} s of CPU time), "
            f"{outcome.executions:,} executions, {outcome.coverage}, {len(outcome.findings)} findings, seed {seed}"
        )
        for path in outcome.findings:
            _say(f"  {path}: {path.with_suffix('.txt').read_text(encoding='utf-8').partition(chr(10))[0]}")
        found += len(outcome.findings)
    return 1 if found else 0


def _run(engine: str, name: str, seconds: float, findings: Path, seed: int, corpus: Path) -> Outcome:
    if engine == "guided":
        return guided(name, seconds, findings, seed, corpus)
    # In a process of its own, which has the memory limit.
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(by_chance, (name, seconds, findings, seed))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _processed() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
