"""Asks other engines, over what `storing` has built, for the first ten hits of words and phrases.

Any of the words may match, the best first, in title, body and rest; each engine is asked in the way that its manual gives.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kbarchive.search.nodes import Phrase, Word
from kbarchive.search.query import parse

HITS = 10
_FIELDS = ("title", "body", "rest")
_WORD = re.compile(r"[^\W_]+")

Part = tuple[str, ...]
"""The words of a phrase, one after another; of a word, what it is made of."""

Ask = Callable[[Sequence[Part]], Sequence[Any]]


def parts_of(query: str) -> list[Part] | None:
    """The words and phrases of a query; None where it has more, which each engine's language says in its own way."""
    nodes = parse(query).tree.nodes
    if not all(isinstance(node, Word | Phrase) for node in nodes):
        return None
    return [words for node in nodes if isinstance(node, Word | Phrase) and (words := tuple(_WORD.findall(node.text.lower())))]


def _fts5(folder: Path) -> Ask:
    database = sqlite3.connect(folder / "fts5.db")

    def ask(parts: Sequence[Part]) -> Sequence[Any]:
        expression = " OR ".join(f'"{" ".join(words)}"' for words in parts)
        statement = (
            "SELECT articles.id, record FROM words JOIN articles ON articles.number = words.rowid "
            "WHERE words MATCH ? ORDER BY bm25(words, 5, 1, 1) LIMIT ?"
        )
        return database.execute(statement, (expression, HITS)).fetchall()

    return ask


def _tantivy(folder: Path) -> Ask:
    import tantivy

    index = tantivy.Index.open(str(folder))
    searcher = index.searcher()

    def ask(parts: Sequence[Part]) -> Sequence[Any]:
        text = " ".join(f'"{" ".join(words)}"' if len(words) > 1 else words[0] for words in parts)
        query, _ = index.parse_query_lenient(text, list(_FIELDS))
        return [searcher.doc(address)["id"] for _, address in searcher.search(query, HITS).hits]

    return ask


def _whoosh(folder: Path) -> Ask:
    from whoosh import index
    from whoosh.qparser import MultifieldParser, OrGroup

    opened = index.open_dir(str(folder))
    searcher = opened.searcher()
    parser = MultifieldParser(_FIELDS, opened.schema, group=OrGroup)

    def ask(parts: Sequence[Part]) -> Sequence[Any]:
        text = " ".join(f'"{" ".join(words)}"' if len(words) > 1 else words[0] for words in parts)
        return [hit["id"] for hit in searcher.search(parser.parse(text), limit=HITS)]

    return ask


ASKERS: dict[str, Callable[[Path], Ask]] = {"tantivy": _tantivy, "SQLite FTS5": _fts5, "Whoosh": _whoosh}
"""By the name of an engine what opens its index in a folder."""
