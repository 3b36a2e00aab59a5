"""JSON Lines: a record a line, UTF-8, each line ended by a line feed (https://jsonlines.org)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kbarchive.article import Article
from kbarchive.writers.stream import StreamWriter

_encode_lines = msgspec.json.Encoder().encode_lines


class JsonLinesWriter(StreamWriter):
    """One file with a record a line."""

    def render(self, articles: Sequence[Article]) -> bytes:
        return _encode_lines(articles)
