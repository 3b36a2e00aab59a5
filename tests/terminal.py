"""A terminal: programs that behave otherwise on one are run on a pseudo-terminal."""

from __future__ import annotations

import os
import re
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from tests.commands import PATIENCE

_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[=>()][0-9A-B]?)")


class Terminal:
    """A program on a terminal of its own: what is typed goes in, what it shows comes out."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], cwd: Path | None = None, seconds: float = PATIENCE
    ) -> None:
        import fcntl  # POSIX's, like the next two
        import pty
        import termios

        self._ours, theirs = pty.openpty()
        self._deadline = time.monotonic() + seconds
        self._process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=dict(environment),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)
        self.shown = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def wait_for(self, pattern: str) -> str:
        """Reads until a pattern is shown, and returns what it is, but for what only steers a terminal."""
        while True:
            self.shown = _ESCAPES.sub(b"", self.shown)
            if found := re.search(pattern.encode(), self.shown):
                break
            if not self._read():
                raise AssertionError(f"{pattern!r} is not in {self.shown!r}")
        self.shown = self.shown[found.end() :]
        return found[0].decode()

    def end(self) -> tuple[int, bytes]:
        """Reads to the end; the exit code, and all that was shown since the last pattern."""
        while self._read():
            pass
        return self._process.wait(timeout=PATIENCE), self.shown

    def _read(self) -> bool:
        left = self._deadline - time.monotonic()
        if left <= 0 or not select.select([self._ours], [], [], left)[0]:
            return False
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # how Linux tells that the other side is closed
            return False
        self.shown += data
        return bool(data)
