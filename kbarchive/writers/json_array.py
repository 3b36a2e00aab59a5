"""One JSON array, for programs that read a whole file; a record a line, so that `kbarchive.read_jsonl` reads it too."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kbarchive.article import Article
from kbarchive.writers.stream import StreamWriter

_encode = msgspec.json.Encoder().encode
_COMMA = b",\n"


class JsonArrayWriter(StreamWriter):
    """One file that is a JSON array of records."""

    head = b"[\n"
    between = _COMMA
    tail = b"\n]\n"

    def render(self, articles: Sequence[Article]) -> bytes:
        return _COMMA.join(map(_encode, articles))
