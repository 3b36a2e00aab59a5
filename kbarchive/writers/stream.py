"""A file that is its batches one after another, compressed or not: what most formats of one file are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

from kbarchive.article import Article
from kbarchive.report import Report
from kbarchive.writers.atomic import output_file, writing
from kbarchive.writers.packing import Pack, plain


class StreamWriter(ABC):
    """One file, or standard output. A format gives the bytes of some articles, and what stands around and between them."""

    head: ClassVar[bytes] = b""
    between: ClassVar[bytes] = b""
    tail: ClassVar[bytes] = b""

    def __init__(self, pack: Pack = plain) -> None:
        self._pack = pack

    @abstractmethod
    def render(self, articles: Sequence[Article]) -> bytes:
        """The part of the file that has these articles (at least one)."""

    def encode(self, articles: Sequence[Article]) -> bytes:
        return self._pack(self.render(articles))

    @contextmanager
    def open(
        self,
        target: str,
        overwrite: bool,  # noqa: ARG002 - see below
        report: Report | None = None,  # noqa: ARG002 - for formats that tell of it
    ) -> Iterator[Callable[[bytes], object]]:
        # A file is replaced without asking, as every converter does; `overwrite` is for folders.
        between = self._pack(self.between) if self.between else b""
        parted = b""

        with output_file(target) as stream:

            def write(payload: bytes) -> None:
                nonlocal parted
                stream.write(parted + payload if parted else payload)
                parted = between

            with writing(target):
                stream.write(self._pack(self.head))  # also an empty archive is a sound file
            yield write
            if self.tail:
                with writing(target):
                    stream.write(self._pack(self.tail))
