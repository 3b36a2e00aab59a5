"""The Whoosh schema of a shard."""

from __future__ import annotations

from array import array

from whoosh.fields import FieldType, Schema
from whoosh.formats import Existence, Format

from kbarchive.index.values import TEXT, VALUES

SHARD = "shard"
"""The name of the Whoosh index of a shard."""

_POSITION_SIZE = array("I").itemsize


class Positions(Format):  # type: ignore[misc]  # Whoosh has no types
    """Postings with the positions of a term, for Whoosh's own queries; `codec` keeps them."""

    def __init__(self) -> None:
        super().__init__()

    def decode_frequency(self, value: bytes) -> int:
        return len(value) // _POSITION_SIZE

    def decode_weight(self, value: bytes) -> float:
        return float(self.decode_frequency(value))

    def decode_positions(self, value: bytes) -> list[int]:
        positions = array("I")
        positions.frombytes(value)
        return list(positions)


class TextField(FieldType):  # type: ignore[misc]  # Whoosh has no types
    """Text with positions. `inverter` makes its postings, not Whoosh, whose Token objects cost most of an index build."""

    indexed, scorable, stored, unique = True, False, False, False
    column_type = vector = analyzer = None

    def __init__(self) -> None:
        self.format = Positions()


class ExactField(FieldType):  # type: ignore[misc]  # Whoosh has no types
    """Values found as they are: a value, or several."""

    indexed, scorable, stored, unique = True, False, False, False
    column_type = vector = analyzer = None

    def __init__(self) -> None:
        self.format = Existence()


def new_schema() -> Schema:
    """The schema of every index: the text, and values found whole."""
    return Schema(**{TEXT: TextField()}, **{name: ExactField() for name in VALUES})
