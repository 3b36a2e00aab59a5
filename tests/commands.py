"""The two commands, run as processes of their own: forked, since Python need not start anew for each of hundreds.

And how long one may be waited for.
"""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from kbarchive.cli import main, search
from kbarchive.parsing import parse

Done = subprocess.CompletedProcess[bytes]

MAINS: dict[str, Callable[[], object]] = {"kbarchive": main.main, "kbsearch": search.main}
_MODULES = {"kbarchive": "kbarchive.cli.main", "kbsearch": "kbarchive.cli.search"}

PATIENCE = 300.0
"""After so many seconds what a test waits for is taken for hung. No test takes as long, however busy the machine: nothing is
asserted by the clock."""


def kbsearch(*arguments: str, **environment: str) -> Done:
    return run("kbsearch", arguments, environment)


def kbarchive(*arguments: str, **environment: str) -> Done:
    return run("kbarchive", arguments, environment)


def run(
    program: str,
    arguments: Sequence[str],
    environment: Mapping[str, str] | None = None,
    *,
    folder: Path | None = None,
    data: bytes = b"",
) -> Done:
    """What a command did in a folder, with `data` on stdin; `environment` is what differs from the tests' own."""
    different = dict(environment or {})
    # What Python itself looks at when it starts wants one that starts.
    if not hasattr(os, "fork") or any(name.startswith("PYTHON") for name in different):
        command = [sys.executable, "-m", _MODULES[program], *arguments]
        return subprocess.run(command, capture_output=True, env=os.environ | different, cwd=folder, input=data, check=False)
    _prepare()
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(data)
        given.seek(0)
        child = os.fork()
        if child == 0:
            for number, file in enumerate((given, out, err)):
                os.dup2(file.fileno(), number)
            os.environ.update(different)
            os.chdir(folder or ".")
            _be(program, arguments)
        _, status = os.waitpid(child, 0)
        for file in (out, err):
            file.seek(0)
        return Done([program, *arguments], os.waitstatus_to_exitcode(status), out.read(), err.read())


@cache
def _prepare() -> None:
    """Has at hand what most commands would load or make anew, each in its fork."""
    parse(b"")
    for name in ("conversion", "index.build", "search.index"):
        importlib.import_module(f"kbarchive.{name}")


def _be(program: str, arguments: Sequence[str]) -> None:
    """Is the command, and ends as it does."""
    code = 1
    try:
        os.setsid()
        signal.alarm(int(PATIENCE))
        sys.argv = [program, *arguments]
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
        sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))
        MAINS[program]()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)
