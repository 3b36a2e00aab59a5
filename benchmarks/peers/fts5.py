"""SQLite FTS5: its BM25 with weights by column, with and without the Porter stemmer.

https://www.sqlite.org/fts5.html: columns are weighed before they are saturated, so one column of all text is the same as
columns of one weight.
"""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.peers import engine
from benchmarks.peers.engine import BOOSTS, FORMS, Text, first_then, setting
from benchmarks.qrels import ASKED

_TOKENIZERS = {"porter": "porter unicode61", "plain": "unicode61"}
_PHRASES = "compounds as phrases"
_FORMS = {"porter": FORMS, "plain": {_PHRASES: FORMS[_PHRASES]}}

# Weights of title, body and rest.
_WEIGHTS = {
    "title only": (1, 0, 0),
    "body only": (0, 1, 0),
    **{f"title x{boost}, body": (boost, 1, 0) for boost in BOOSTS},
    "title x5, body, rest": (5, 1, 1),
}


class Engine(engine.Engine):
    version = f"SQLite {sqlite3.sqlite_version}"

    @classmethod
    def build(cls, folder: Path, texts: Iterable[Text]) -> None:
        with sqlite3.connect(folder / "fts5.db") as database:
            database.execute("CREATE TABLE ids (number INTEGER PRIMARY KEY, id TEXT)")
            for name, tokenizer in _TOKENIZERS.items():
                database.execute(
                    f"CREATE VIRTUAL TABLE {name} USING fts5(title, body, rest, content='', tokenize='{tokenizer}')"
                )
            for number, text in enumerate(texts):
                database.execute("INSERT INTO ids VALUES (?, ?)", (number, text.id))
                for name in _TOKENIZERS:
                    database.execute(
                        f"INSERT INTO {name} (rowid, title, body, rest) VALUES (?, ?, ?, ?)",  # noqa: S608 - names above
                        (number, text.title, text.body, text.rest),
                    )
            for name in _TOKENIZERS:
                database.execute(f"INSERT INTO {name} ({name}) VALUES ('optimize')")  # noqa: S608

    def __init__(self, folder: Path) -> None:
        self._database = sqlite3.connect(folder / "fts5.db")
        self._ids = dict(self._database.execute("SELECT number, id FROM ids"))

    def search(self, query: str) -> dict[str, list[str]]:
        found = {}
        for table, forms in _FORMS.items():
            for form, words_of in forms.items():
                quoted = [f'"{word}"' for word in words_of(query)]
                some = self._search(table, " OR ".join(quoted))
                every = self._search(table, " AND ".join(quoted))
                for weights in _WEIGHTS:
                    found[setting(table, weights, form)] = some[weights]
                    found[setting(table, weights, form, "all words first")] = first_then(every[weights], some[weights], ASKED)
        return found

    def _search(self, table: str, expression: str) -> dict[str, list[str]]:
        # All weights at once: finding the rows and what matches in them is most of the work.
        scores = ", ".join(f"bm25({table}, {', '.join(map(str, weights))})" for weights in _WEIGHTS.values())
        statement = f"SELECT rowid, {scores} FROM {table} WHERE {table} MATCH ?"  # noqa: S608 - names and numbers above
        rows = self._database.execute(statement, (expression,)).fetchall() if expression else []
        if not rows:
            return {weights: [] for weights in _WEIGHTS}
        numbers, *columns = zip(*rows, strict=True)
        return {
            weights: [self._ids[number] for number in _best(numbers, column)]
            for weights, column in zip(_WEIGHTS, columns, strict=True)
        }


def _best(numbers: Sequence[int], scores: Sequence[float]) -> list[int]:
    # The better the match, the smaller the score that bm25() gives; without a match in the columns that count it is 0.
    last = heapq.nsmallest(ASKED, scores)[-1]
    best = sorted((score, number) for score, number in zip(scores, numbers, strict=True) if score <= last and score)
    return [number for _, number in best[:ASKED]]
