"""Shows text on a terminal by a pager, as git does: $PAGER, else less; nothing of the sort where stdout is no terminal."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator

import click

# As git does: end where one screen is enough, let colours through, leave the text on the screen.
_LESS = "FRX"

# With these a shell says that it cannot run a command; all others are the pager's own.
_NOT_RUN = (126, 127)


def on_terminal() -> bool:
    """Whether stdout is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def page(text: str | bytes, wanted: bool = True) -> None:
    """Writes text, or bytes as they are, to stdout, through a pager where that is a terminal and a pager is `wanted`.

    PAGER is a command of the shell; empty or `cat`, there is none. Where it cannot be run the text is shown without it.
    That it ends before it has read everything is no error.
    """
    command = _pager() if wanted and on_terminal() else ""
    if not command or not _shown_by(command, text):
        click.echo(text, nl=False, color=True)


def _pager() -> str:
    command = os.environ.get("PAGER")
    if command is None:
        command = "less" if shutil.which("less") else "more" if shutil.which("more") else ""
    return "" if command.strip() == "cat" or os.environ.get("TERM") == "dumb" else command.strip()


def _shown_by(command: str, text: str | bytes) -> bool:
    """Runs the pager to its end; False where there is none of that name."""
    sys.stdout.flush()
    environment = {"LESS": _LESS, "LV": "-c", **os.environ}
    # The user's own command, in the words of the shell, as all programs run it.
    with _ignored_interrupts(), subprocess.Popen(command, shell=True, stdin=subprocess.PIPE, env=environment) as pager:  # noqa: S602
        assert pager.stdin is not None  # noqa: S101 - a pipe was asked for
        with contextlib.suppress(BrokenPipeError):
            pager.stdin.write(text.encode("utf-8", "replace") if isinstance(text, str) else text)
        with contextlib.suppress(BrokenPipeError):
            pager.stdin.close()
        pager.wait()
    return pager.returncode not in _NOT_RUN


@contextlib.contextmanager
def _ignored_interrupts() -> Iterator[None]:
    """Interrupts are the pager's to answer, from before it is started: it may be ready at once.

    Our own handler, unlike SIG_IGN, is none that a program inherits.
    """
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
