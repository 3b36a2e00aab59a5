"""The two commands, run as processes, and how long one may be waited for."""

from __future__ import annotations

import os
import subprocess
import sys

Done = subprocess.CompletedProcess[bytes]

PATIENCE = 300.0
"""After so many seconds what a test waits for is taken for hung. No test takes as long, however busy the machine: nothing is
asserted by the clock."""


def kbsearch(*arguments: str, **environment: str) -> Done:
    return _run("kbarchive.cli.search", arguments, environment)


def kbarchive(*arguments: str, **environment: str) -> Done:
    return _run("kbarchive.cli.main", arguments, environment)


def _run(module: str, arguments: tuple[str, ...], environment: dict[str, str]) -> Done:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, capture_output=True, env={**os.environ, **environment}, check=False)
