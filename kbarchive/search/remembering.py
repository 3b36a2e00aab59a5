"""What a long-lived index was asked for last, so that it need not be looked up again: up to a bound of memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Remembered(OrderedDict[Key, Value]):
    """Values by key, what was used last at the end; where their sizes come to more than `most`, the first go."""

    def __init__(self, most: int, size: Callable[[Value], int]) -> None:
        super().__init__()
        self._most = most
        self._size = size
        self._held = 0

    def recall(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value of a key, made where it is not remembered."""
        if key in self:
            self.move_to_end(key)
            return self[key]
        value = make()
        self[key] = value
        self._held += self._size(value)
        while self._held > self._most and len(self) > 1:
            self._held -= self._size(self.popitem(last=False)[1])
        return value
