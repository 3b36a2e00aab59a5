"""Chunks for retrieval systems, as JSON Lines: see `kbarchive.chunking`."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kbarchive.article import Article
from kbarchive.chunking import chunks
from kbarchive.writers.stream import StreamWriter

_encode_lines = msgspec.json.Encoder().encode_lines


class ChunksWriter(StreamWriter):
    """One file with a chunk a line."""

    def render(self, articles: Sequence[Article]) -> bytes:
        return _encode_lines([chunk for article in articles for chunk in chunks(article)])
