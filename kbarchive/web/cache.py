"""Answers that were made lately: what an open index answers does not change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable


class Cache:
    """Keeps answers up to a number of bytes; the one that was not asked for longest goes first. For one thread."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held = 0
        self._answers: OrderedDict[Hashable, bytes] = OrderedDict()

    def get(self, asked: Hashable) -> bytes | None:
        if asked not in self._answers:
            return None
        self._answers.move_to_end(asked)
        return self._answers[asked]

    def put(self, asked: Hashable, answer: bytes) -> None:
        self._held += len(answer) - len(self._answers.pop(asked, b""))
        self._answers[asked] = answer
        while self._held > self._size:
            _, dropped = self._answers.popitem(last=False)
            self._held -= len(dropped)
