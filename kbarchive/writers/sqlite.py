"""A SQLite database of normalised tables with a full-text index (https://www.sqlite.org/fts5.html)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager

from kbarchive.article import SCHEMA, Article
from kbarchive.document import clean
from kbarchive.errors import TargetError
from kbarchive.report import Report
from kbarchive.writers.atomic import output_path
from kbarchive.writers.sqlite_tables import INDEXES, KEYS, TABLES, Rows, rows_of

# The file is made under a name of its own and dropped when anything fails: it needs neither a journal nor locks.
_SETTINGS = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA cache_size = -8000;
"""
_STEPS = 100_000  # some milliseconds


class SqliteWriter:
    """One file, a database."""

    def encode(self, articles: Sequence[Article]) -> Rows:
        return rows_of(articles)

    @contextmanager
    def open(self, target: str, overwrite: bool, report: Report | None = None) -> Iterator[Callable[[Rows], object]]:  # noqa: ARG002 - a file is replaced
        with output_path(target) as path, _told(target), closing(sqlite3.connect(path, isolation_level=None)) as connection:
            database = _Database(connection)
            yield database.write
            # Python sees an interrupt from the keyboard only when it is asked something.
            connection.set_progress_handler(lambda: 0, _STEPS)
            database.finish(report)


class _Database:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript(_SETTINGS + TABLES)
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.execute("BEGIN")
        self._columns = {table: self._columns_of(table) for table in KEYS}
        self._written = dict.fromkeys(KEYS, 0)

    def write(self, rows: Rows) -> None:
        before = self._written["articles"]
        for table, table_rows in rows.items():
            values = ", ".join(self._value(table, column) for column in self._columns[table])
            self._connection.executemany(f"INSERT INTO {table} VALUES ({values})", table_rows)  # noqa: S608 - no data in it
        for table, table_rows in rows.items():
            self._written[table] += len(table_rows)
        self._connection.execute(
            "INSERT INTO articles_fts (rowid, title, text) SELECT pk, title, text FROM articles WHERE pk > ?", (before,)
        )

    def finish(self, report: Report | None) -> None:
        if report is not None:
            told = (report.documents, report.bytes, report.fingerprint)
            self._connection.execute("INSERT INTO input VALUES (?, ?, ?)", told)
        self._connection.execute("COMMIT")
        self._connection.executescript(INDEXES)

    def _columns_of(self, table: str) -> list[str]:
        return [name for (name,) in self._connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]

    def _value(self, table: str, column: str) -> str:
        """A column's parameter: keys count from 1 in each batch, and go on behind what is written."""
        of = KEYS[table].get(column)
        return f"? + {self._written[of]}" if of else "?"


@contextmanager
def _told(target: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise KeyboardInterrupt from None
        raise TargetError(f"cannot write {clean(target)}: {error}") from error
