"""Numbers as they are kept in files: arrays in little-endian order, whatever the machine has."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence


def to_bytes(kind: str, numbers: Iterable[int]) -> bytes:
    """The bytes of numbers; `kind` is a type code of `array`."""
    # An array of the same kind is copied at once; bytes are numbers here, too.
    return _swapped(array(kind, iter(numbers) if isinstance(numbers, bytes | bytearray) else numbers)).tobytes()


def from_bytes(kind: str, data: bytes) -> array[int]:
    """The numbers that `to_bytes` was given."""
    numbers = array(kind)
    numbers.frombytes(data)
    return _swapped(numbers)


def view(kind: str, data: memoryview) -> Sequence[int]:
    """As `from_bytes`, without a copy where the machine has that order."""
    return data.cast(kind) if sys.byteorder == "little" else from_bytes(kind, bytes(data))  # type: ignore[call-overload]


def place_of(number: int, numbers: Sequence[int]) -> int | None:
    """Where a number stands in rising ones; None where it does not."""
    at = bisect_left(numbers, number)
    return at if at < len(numbers) and numbers[at] == number else None


def _swapped(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
