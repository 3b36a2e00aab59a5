"""CSV (RFC 4180, but for line feeds at the ends of rows as inside of texts: some readers refuse a mix)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from kbarchive.article import Article
from kbarchive.writers.flat import Row, flat_row
from kbarchive.writers.stream import StreamWriter

BAR = " | "
"""What parts the values of a list in one cell, as the archive itself has it."""


class CsvWriter(StreamWriter):
    """One file with a row an article, UTF-8, the first row the names of the columns."""

    head = ",".join(Row._fields).encode() + b"\n"

    def render(self, articles: Sequence[Article]) -> bytes:
        return _rows(map(_cells, map(flat_row, articles)))


def _rows(rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _cells(row: Row) -> Iterator[object]:
    for value in row:
        yield BAR.join(map(str, value)) if isinstance(value, tuple) else value
