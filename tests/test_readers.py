"""The readers of `kbarchive serve`: each is ended once, whoever comes to it first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest

from kbarchive.search import open_index
from kbarchive.web.archive import Archive
from kbarchive.web.errors import BusyError
from kbarchive.web.pool import Pool
from tests.commands import PATIENCE


def size(archive: Archive) -> int:
    return len(archive.index)


def of_the_sample() -> Pool:
    return Pool(partial(open_index, "sample"), lambda: b"", 2, PATIENCE)


def test_readers_that_are_closed_while_they_warm_up_end_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by CI on a busy machine: two threads closed one pipe, of which the second had become another's."""
    pool = of_the_sample()
    pool.start()
    stopped: list[object] = []
    readers = list(pool._held)
    for reader in readers:
        monkeypatch.setattr(reader, "stop", partial(_counted, stopped, reader.stop))
    pool.warm(size)
    ends = [threading.Thread(target=pool._drop, args=(reader,)) for reader in readers * 4]
    for end in (*ends, threading.Thread(target=pool.close)):
        end.start()
    pool.close()
    for end in ends:
        end.join()
    assert len(stopped) == len(readers) == 2


def test_a_pool_that_is_closed_starts_no_reader() -> None:
    pool = of_the_sample()
    pool.close()
    with pytest.raises(BusyError):
        pool._started()
    assert not pool._held


def _counted(stopped: list[object], stop: Callable[[], None]) -> None:
    stopped.append(stop)
    stop()
