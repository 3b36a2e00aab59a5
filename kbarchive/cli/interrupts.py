"""Interrupts that are not lost.

What a signal's handler raises comes up wherever Python happens to be. Where that is a hook of `os.fork`, or the end of an
object that C code drops (a member of a tar among them), Python swallows it. So it is remembered, and raised again where work
goes on.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable
from typing import NoReturn

_ENDS: dict[int, Callable[[], BaseException]] = {
    signal.SIGINT: KeyboardInterrupt,
    signal.SIGTERM: lambda: SystemExit(143),  # unwinds, so that temporary files go
}

_caught: list[int] = []


def take_interrupts() -> None:
    """Has this process end by an exception when it is interrupted or told to end, unless it was started deaf to that."""
    _caught.clear()
    sys.unraisablehook = _swallowed
    with contextlib.suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGTERM, _end)
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, _end)


def raise_lost() -> None:
    """Raises what a handler raised if this is still at work."""
    if _caught:
        raise _ENDS[_caught[0]]()


def _swallowed(told: sys.UnraisableHookArgs) -> None:
    if not (_caught and isinstance(told.exc_value, KeyboardInterrupt | SystemExit)):
        sys.__unraisablehook__(told)


def _end(number: int, _: object) -> NoReturn:
    _caught.append(number)
    raise _ENDS[number]()
