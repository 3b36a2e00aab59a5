"""Runs a target on inputs, within bounds, and keeps what breaks it."""

from __future__ import annotations

import hashlib
import resource
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from tests.fuzz.target import BrokenError, Target

_HANGS = 30.0
"""After so many seconds of CPU time an execution is ended; the bound itself is met far earlier."""

_MEMORY = 128 * 2**20
_MEMORY_PER_BYTE = 4096
"""One execution may take so much memory more than any before it took."""

_TRIES = 3
"""A bound must be passed so often: what was measured once may be the machine's doing."""

_MINIMIZING_SECONDS = 60.0


class Overdue(BaseException):
    """An execution does not end. No handler of exceptions in the product takes it for its own."""


class Runner:
    """Executes, counts, and keeps one finding, the smallest, for each way in which a target was broken."""

    def __init__(self, target: Target, folder: Path, name: str) -> None:
        self.executions = 0
        self.findings: dict[str, Path] = {}
        self._target = target
        self._folder = folder
        self._name = name
        signal.signal(signal.SIGPROF, _overdue)

    def one(self, data: bytes) -> bool:
        """Executes an input; whether it held."""
        self.executions += 1
        broken = self._broken_by(data)
        if broken is None:
            return True
        what, told = broken
        if what not in self.findings:
            self._keep(what, told, self._minimized(data, what))
        return False

    def _broken_by(self, data: bytes) -> tuple[str, str] | None:
        """What an input breaks, and what is told of it; None where all holds."""
        allowed = self._target.seconds + self._target.seconds_per_kb * len(data) / 1024
        for _ in range(_TRIES):
            before = _peak()
            started = time.process_time()
            try:
                self._execute(data)
            except BrokenError as broken:
                return broken.what, str(broken)
            except (Exception, Overdue) as error:
                return _where(error), "".join(traceback.format_exception(error))
            seconds = time.process_time() - started
            memory = _peak() - before
            if memory > _MEMORY + _MEMORY_PER_BYTE * len(data):
                return "memory", f"{memory / 2**20:.0f} MB for {len(data)} bytes"
            if seconds <= allowed:
                return None
        return "time", f"{seconds:.2f} s of CPU time for {len(data)} bytes, {allowed:.2f} s are allowed"

    def _execute(self, data: bytes) -> None:
        signal.setitimer(signal.ITIMER_PROF, _HANGS)
        try:
            self._target.holds(data)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def _minimized(self, data: bytes, what: str) -> bytes:
        """A shorter input that breaks the same, made by leaving out pieces."""
        if what in ("time", "memory"):  # these depend on the length
            return data
        started = time.process_time()
        size = len(data) // 2
        while size:
            place = 0
            while place < len(data):
                if time.process_time() - started > _MINIMIZING_SECONDS:
                    return data
                shorter = data[:place] + data[place + size :]
                found = self._broken_by(shorter)
                if found and found[0] == what:
                    data = shorter
                else:
                    place += size
            size //= 2
        return data

    def _keep(self, what: str, told: str, data: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{self._name}-{hashlib.sha256(data).hexdigest()[:8]}"
        path.write_bytes(data)
        path.with_suffix(".txt").write_text(f"{what}\n\n{told}\n", encoding="utf-8", errors="replace")
        self.findings[what] = path


def limited(megabytes: int) -> None:
    """So much memory and no more for this process: what wants all of it is a finding, not the end of the machine."""
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))


def traced(run: Callable[[], object], package: str, reached: set[tuple[str, int]]) -> int:
    """Runs something, adds the lines of a package that it reaches, and tells how many of them are new."""
    import sys

    before = len(reached)

    def trace(frame: FrameType, event: str, _: object) -> object:
        name = frame.f_code.co_filename
        if package not in name:
            return None
        if event == "line":
            reached.add((name, frame.f_lineno))
        return trace

    old = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(old)
    return len(reached) - before


def _overdue(signum: int, frame: FrameType | None) -> None:
    raise Overdue(f"more than {_HANGS:.0f} s")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _where(error: BaseException) -> str:
    """The kind of an exception and the line of the product that it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "kbarchive/" in frame.filename and "/tests/" not in frame.filename] or frames
    last = ours[-1] if ours else None
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}" if last else type(error).__name__
