"""Interrupts end a command wherever they come, also where Python swallows what their handler raises."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kbarchive.resources import resource_folder
from tests.commands import PATIENCE

pytestmark = pytest.mark.skipif(not hasattr(os, "register_at_fork"), reason="processes are forked")

# Found by interrupting 400 conversions: about one in a hundred went on to its end.
IN_A_HOOK = """
import os, signal, sys
from kbarchive.cli.interrupts import raise_lost, take_interrupts
take_interrupts()
os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), int(sys.argv[1])))
if not os.fork():
    os._exit(0)
print("went on")
try:
    raise_lost()
except BaseException as error:
    print(repr(error))
"""
IN_A_RUN = """
import os, sys
from kbarchive.cli import console, main
end = int(sys.argv.pop(1))
taken = console.take_interrupts
def take_interrupts():
    taken()
    os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), end))
console.take_interrupts = take_interrupts
main.main()
"""


def run(program: str, sent: signal.Signals, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, str(int(sent)), *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        # Started in the background of a script, the tests themselves are deaf to interrupts, and so would this be.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


@pytest.mark.parametrize(("sent", "raised"), [(signal.SIGINT, "KeyboardInterrupt()"), (signal.SIGTERM, "SystemExit(143)")])
def test_an_interrupt_that_is_swallowed_is_raised_again(sent: signal.Signals, raised: str) -> None:
    assert run(IN_A_HOOK, sent).stdout.split() == ["went", "on", raised]


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["with progress", "quiet"])
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_ends_by_it(tmp_path: Path, sent: signal.Signals, code: int, quiet: list[str]) -> None:
    target = tmp_path / "out.jsonl"
    ended = run(IN_A_RUN, sent, "convert", str(resource_folder("corpus")), str(target), "--jobs", "2", *quiet)
    assert ended.returncode == code
    assert not target.exists()
    assert "Traceback" not in ended.stderr


def test_a_process_that_is_deaf_to_interrupts_stays_so() -> None:
    program = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n" + IN_A_HOOK.replace("raise_lost()", "pass")
    assert run(program, signal.SIGINT).stdout.split() == ["went", "on"]
