"""What a writer is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol, TypeVar

from kbarchive.article import Article
from kbarchive.report import Report

Payload = TypeVar("Payload")


class Renamed(NamedTuple):
    """How many articles were written under another name than their own, since that was taken."""

    articles: int


class Writer(Protocol[Payload]):
    """Writes articles in one format.

    Workers encode, each a batch at a time, and the parent writes what they made in input order. So a writer has no
    state, can be pickled, and does all costly work in `encode`.
    """

    def encode(self, articles: Sequence[Article]) -> Payload:
        """What to write for these articles (at least one): bytes, or lists, tuples and dicts of bytes, texts and numbers.

        It comes to the function that writes it by way of MessagePack, which makes lists of tuples. The same articles give
        the same.
        """

    def open(
        self, target: str, overwrite: bool, report: Report | None = None
    ) -> AbstractContextManager[Callable[[Payload], object]]:
        """Gives the function that writes what `encode` made. `report` is whole when the context ends.

        The target must appear whole when the context ends well, and be as it was before when it ends with an exception.
        Raises TargetError where it cannot be written; what the function raises as OSError becomes one. The function may
        return `Renamed`; any other value means nothing.
        """
