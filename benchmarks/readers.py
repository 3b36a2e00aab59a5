"""The tools that people read each format with: each gives a digest an article, to be compared with what was written."""

from __future__ import annotations

import asyncio
import csv
import gzip
import importlib
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import kbarchive

Digests = Iterator[bytes]

FLAT = ["key", "title", *"symptoms cause resolution workaround status summary more_information text".split()]
"""The texts of the flat row."""

_SECTIONS = ["symptoms", "cause", "resolution", "workaround", "status", "summary", "more-information"]


class Reading(NamedTuple):
    """A format read back: the target, the tool, the command or module that it needs, what gives digests, and of what.

    `of` is "records", "flat" (FLAT), "texts" (key and text) or "chunks" (id and text).
    """

    target: str
    tool: str
    needs: str
    read: Callable[[Path], Digests]
    of: str


def digest(texts: Iterable[str]) -> bytes:
    """A digest of some texts."""
    return blake2b(json.dumps(list(texts)).encode(), digest_size=8).digest()


def _records(lines: Iterable[bytes]) -> Digests:
    return (digest([kbarchive.dumps(kbarchive.loads(line))]) for line in lines)


def _lines(*command: str | Path) -> Iterator[bytes]:
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - no shell
        yield from process.stdout or ()


def _by_kbarchive(path: Path) -> Digests:
    return (digest([kbarchive.dumps(article)]) for article in kbarchive.read_jsonl(path))


def _by_jq(path: Path) -> Digests:
    yield from _records(_lines("jq", "-c", ".", path))


def _by_jq_chunks(path: Path) -> Digests:
    yield from (digest(json.loads(line)) for line in _lines("jq", "-c", "[.id, .text]", path))


def _by_gzip(path: Path) -> Digests:
    with gzip.open(path) as stream:
        yield from _records(stream)


def _by_zstd(path: Path) -> Digests:
    yield from _records(_lines("zstd", "-dc", path))


def _by_json(path: Path) -> Digests:
    with open(path, "rb") as stream:
        yield from _records(json.dumps(record).encode() for record in json.load(stream))


def _by_json_files(path: Path) -> Digests:
    yield from _records(json.dumps(json.loads(file.read_bytes())).encode() for file in path.rglob("*.json"))


def _by_csv(path: Path) -> Digests:
    csv.field_size_limit(sys.maxsize)
    with open(path, newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            yield digest([row[name] for name in FLAT])


def _by_duckdb(path: Path) -> Digests:
    columns = ", ".join(f"coalesce({name}, '')" for name in FLAT)
    with importlib.import_module("duckdb").connect() as connection:
        found = connection.execute(f"SELECT {columns} FROM read_parquet(?)", [str(path)])  # noqa: S608 - our names
        while rows := found.fetchmany(1000):
            yield from map(digest, rows)


def _by_pandas(path: Path) -> Digests:
    for row in importlib.import_module("pandas").read_parquet(path, columns=FLAT).fillna("").itertuples(index=False):
        yield digest(row)


def _by_sqlite_utils(path: Path) -> Digests:
    database = importlib.import_module("sqlite_utils").Database(path)
    sections: dict[int, dict[str, list[str]]] = {}
    for row in database["sections"].rows_where("parent IS NULL", order_by="pk"):
        sections.setdefault(row["article"], {}).setdefault(row["kind"], []).append(row["text"])
    for row in database["articles"].rows_where(order_by="pk"):
        texts = sections.get(row["pk"], {})
        yield digest([row["key"], row["title"], *("\n\n".join(texts.get(kind, ())) for kind in _SECTIONS), row["text"]])
    database.close()


def _by_datasette(path: Path) -> Digests:
    datasette = importlib.import_module("datasette.app").Datasette([str(path)])

    async def rows() -> list[bytes]:
        digests: list[bytes] = []
        address = f"/{path.stem}/articles.json?_size=max&_sort=pk&_shape=objects"
        while address:
            page: Any = (await datasette.client.get(address)).json()
            digests += (digest([row["key"], row["text"]]) for row in page["rows"])
            address = (page.get("next_url") or "").partition("localhost")[2]
        return digests

    yield from asyncio.run(rows())


def _by_sqlite(path: Path) -> Digests:
    with closing(sqlite3.connect(path)) as database:
        database.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")
        if not database.execute("PRAGMA foreign_key_check").fetchall():
            yield from map(digest, database.execute("SELECT key, text FROM articles ORDER BY pk"))


def _of_ftp(path: Path) -> Digests:
    yield from (digest([article.key, article.text]) for article in kbarchive.read(path))


READINGS: Sequence[Reading] = (
    Reading("o.jsonl", "kbarchive.read_jsonl, which validates", "kbarchive", _by_kbarchive, "records"),
    Reading("o.jsonl", "jq", "jq", _by_jq, "records"),
    Reading("o.jsonl.gz", "Python's gzip", "gzip", _by_gzip, "records"),
    Reading("o.jsonl.zst", "zstd", "zstd", _by_zstd, "records"),
    Reading("o.json", "Python's json", "json", _by_json, "records"),
    Reading("records", "Python's json", "json", _by_json_files, "records"),
    Reading("o.csv", "Python's csv", "csv", _by_csv, "flat"),
    Reading("o.parquet", "DuckDB", "duckdb", _by_duckdb, "flat"),
    Reading("o.parquet", "pandas", "pandas", _by_pandas, "flat"),
    Reading("o.db", "Python's sqlite3, with checks of keys and index", "sqlite3", _by_sqlite, "texts"),
    Reading("o.db", "sqlite-utils", "sqlite_utils", _by_sqlite_utils, "flat"),
    Reading("o.db", "Datasette", "datasette.app", _by_datasette, "texts"),
    Reading("o.chunks.jsonl", "jq", "jq", _by_jq_chunks, "chunks"),
    Reading("ftp", "kbarchive.read", "kbarchive", _of_ftp, "texts"),
)
