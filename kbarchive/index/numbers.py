"""Numbers as they are kept in files: arrays in little-endian order, whatever the machine has."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable


def to_bytes(kind: str, numbers: Iterable[int]) -> bytes:
    """The bytes of numbers; `kind` is a type code of `array`."""
    return _swapped(array(kind, iter(numbers))).tobytes()  # iter: bytes are taken as numbers, too


def from_bytes(kind: str, data: bytes) -> array[int]:
    """The numbers that `to_bytes` was given."""
    numbers = array(kind)
    numbers.frombytes(data)
    return _swapped(numbers)


def _swapped(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
