"""JSON Lines: a record a line, UTF-8, each line ended by a line feed (https://jsonlines.org)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec

from kbarchive.article import Article
from kbarchive.writers.atomic import output_file

_encode_lines = msgspec.json.Encoder().encode_lines


class JsonLinesWriter:
    """One file with a record a line."""

    def encode(self, articles: Sequence[Article]) -> bytes:
        return _encode_lines(articles)

    @contextmanager
    def open(self, target: str, overwrite: bool) -> Iterator[Callable[[bytes], object]]:  # noqa: ARG002 - see below
        # A file is replaced without asking, as every converter does; `overwrite` is for folders.
        with output_file(target) as stream:
            yield stream.write
