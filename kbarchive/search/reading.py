"""Reading an index that several threads use, and that may be damaged."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

from kbarchive.index.reader import trusted


class Reading:
    """Reads under the lock, and tells damage as what it is."""

    def __init__(self, lock: threading.RLock, location: Path | None) -> None:
        self._lock = lock
        self._trusted = trusted(location)

    def __enter__(self) -> None:
        self._lock.acquire()
        self._trusted.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        try:
            return self._trusted.__exit__(kind, error, traceback)
        finally:
            self._lock.release()
