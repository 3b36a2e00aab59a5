"""Other engines with all that an index of ours holds: the text by title, body and rest, the records and the sources.

Words are stemmed and have positions, and no word is left out, as in ours. What is stored is the same bytes; how an engine
packs them is its own. Each builds its index in the way that its manual gives for much at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from kbarchive.pipeline import cores

_MEMORY_MB = 256


class Row(msgspec.Struct, frozen=True, array_like=True):
    """An article: its texts, its record as MessagePack, and the bytes that it was read from."""

    id: str
    title: str
    body: str
    rest: str
    record: bytes
    source: bytes


def _fts5(folder: Path, rows: Iterable[Row]) -> None:
    with sqlite3.connect(folder / "fts5.db") as database:
        database.execute("CREATE TABLE articles (number INTEGER PRIMARY KEY, id TEXT, record BLOB, source BLOB)")
        database.execute("CREATE VIRTUAL TABLE words USING fts5(title, body, rest, content='', tokenize='porter unicode61')")
        for number, row in enumerate(rows):
            database.execute("INSERT INTO articles VALUES (?, ?, ?, ?)", (number, row.id, row.record, row.source))
            database.execute(
                "INSERT INTO words (rowid, title, body, rest) VALUES (?, ?, ?, ?)", (number, row.title, row.body, row.rest)
            )


def _tantivy(folder: Path, rows: Iterable[Row]) -> None:
    import tantivy

    builder = tantivy.SchemaBuilder().add_text_field("id", stored=True, tokenizer_name="raw")
    for field in ("title", "body", "rest"):
        builder.add_text_field(field, tokenizer_name="en_stem")
    for field in ("record", "source"):
        builder.add_bytes_field(field, stored=True, indexed=False)
    writer = tantivy.Index(builder.build(), path=str(folder)).writer(heap_size=_MEMORY_MB << 20, num_threads=cores())
    for row in rows:
        writer.add_document(tantivy.Document(**msgspec.structs.asdict(row)))
    writer.commit()
    writer.wait_merging_threads()


def _whoosh(folder: Path, rows: Iterable[Row]) -> None:
    from whoosh import index
    from whoosh.analysis import StemmingAnalyzer
    from whoosh.fields import ID, STORED, TEXT, Schema

    text = TEXT(analyzer=StemmingAnalyzer(stoplist=None, minsize=1))
    schema = Schema(id=ID(stored=True), title=text, body=text, rest=text, record=STORED, source=STORED)
    writer = index.create_in(str(folder), schema).writer(limitmb=_MEMORY_MB)
    for row in rows:
        writer.add_document(**msgspec.structs.asdict(row))
    writer.commit()


STORES: dict[str, Callable[[Path, Iterable[Row]], None]] = {"tantivy": _tantivy, "SQLite FTS5": _fts5, "Whoosh": _whoosh}
"""By the name of an engine what builds its index in a folder that is there and empty."""
