"""The tables of the SQLite format, and the rows of articles for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import msgspec

from kbarchive.article import AppliesTo, Article, Section

TABLES = """
CREATE TABLE input (documents INTEGER NOT NULL, bytes INTEGER NOT NULL, fingerprint TEXT NOT NULL);  -- see Report
CREATE TABLE articles (
    pk INTEGER PRIMARY KEY,  -- in the order of the sources; id and key repeat where there are several texts of an article
    id TEXT,
    "key" TEXT NOT NULL,
    title TEXT NOT NULL,
    modified TEXT,
    collection TEXT,
    dialect TEXT NOT NULL,
    file TEXT,
    member TEXT,
    number INTEGER NOT NULL,
    line INTEGER NOT NULL,
    encoding TEXT,
    newline TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE TABLE sections (
    pk INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles (pk),
    parent INTEGER REFERENCES sections (pk),
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    heading TEXT NOT NULL,
    line INTEGER NOT NULL,
    text TEXT NOT NULL
);
CREATE TABLE applies_to (
    pk INTEGER PRIMARY KEY,
    article INTEGER NOT NULL REFERENCES articles (pk),
    parent INTEGER REFERENCES applies_to (pk),
    position INTEGER NOT NULL,
    text TEXT NOT NULL,
    name TEXT NOT NULL,
    versions TEXT NOT NULL,
    relation TEXT
);
CREATE TABLE cites (
    article INTEGER NOT NULL REFERENCES articles (pk),
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    title TEXT,
    section TEXT NOT NULL,
    line INTEGER NOT NULL,
    PRIMARY KEY (article, position)
) WITHOUT ROWID;
CREATE TABLE versions (
    article INTEGER NOT NULL REFERENCES articles (pk),
    position INTEGER NOT NULL,
    platform TEXT NOT NULL,
    version TEXT,  -- NULL where a platform has none
    PRIMARY KEY (article, position)
) WITHOUT ROWID;
CREATE TABLE diagnostics (
    article INTEGER NOT NULL REFERENCES articles (pk),
    position INTEGER NOT NULL,
    code TEXT NOT NULL,
    line INTEGER NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (article, position)
) WITHOUT ROWID;
"""

# Lists of single values, and pairs of a name and a value, by the name of their table and field.
_LISTS = {
    "products": "product TEXT NOT NULL",
    "operating_systems": "operating_system TEXT NOT NULL",
    "keywords": "keyword TEXT NOT NULL",
    "query_words": "word TEXT NOT NULL",
    "residue": "text TEXT NOT NULL",
    "copyright": "year INTEGER NOT NULL",
}
_PAIRS = ("header", "metadata")

TABLES += "".join(
    f"""CREATE TABLE {table} (
    article INTEGER NOT NULL REFERENCES articles (pk),
    position INTEGER NOT NULL,
    {columns},
    PRIMARY KEY (article, position)
) WITHOUT ROWID;
"""
    for table, columns in (_LISTS | dict.fromkeys(_PAIRS, "name TEXT NOT NULL,\n    value TEXT NOT NULL")).items()
)
TABLES += """
CREATE VIRTUAL TABLE articles_fts USING fts5 (
    title, text, content="articles", content_rowid="pk", tokenize="porter unicode61"
);
"""

INDEXES = """
CREATE INDEX articles_id ON articles (id);
CREATE INDEX articles_key ON articles ("key");
CREATE INDEX articles_modified ON articles (modified);
CREATE INDEX articles_collection ON articles (collection);
CREATE INDEX sections_article ON sections (article);
CREATE INDEX sections_parent ON sections (parent);
CREATE INDEX sections_kind ON sections (kind);
CREATE INDEX applies_to_article ON applies_to (article);
CREATE INDEX applies_to_parent ON applies_to (parent);
CREATE INDEX applies_to_name ON applies_to (name);
CREATE INDEX cites_id ON cites (id);
CREATE INDEX versions_version ON versions (version);
CREATE INDEX diagnostics_code ON diagnostics (code);
CREATE INDEX products_product ON products (product);
CREATE INDEX operating_systems_operating_system ON operating_systems (operating_system);
CREATE INDEX keywords_keyword ON keywords (keyword);
CREATE INDEX query_words_word ON query_words (word);
ANALYZE;
"""

Rows: TypeAlias = dict[str, list[tuple[Any, ...]]]
"""Rows by table. Keys count from 1 in each batch."""

_TREES = ("sections", "applies_to")
_OF_ARTICLES = {"article": "articles"}

KEYS: dict[str, dict[str, str]] = {
    "articles": {"pk": "articles"},
    **{table: {"pk": table, "parent": table, **_OF_ARTICLES} for table in _TREES},
    **dict.fromkeys(("cites", "versions", "diagnostics", *_LISTS, *_PAIRS), _OF_ARTICLES),
}
"""The columns of each table that are keys, and the table whose rows they count."""


def rows_of(articles: Sequence[Article]) -> Rows:
    """The rows of some articles, for each table those of all."""
    rows: Rows = {table: [] for table in KEYS}
    for pk, article in enumerate(articles, 1):
        rows["articles"].append(_article(pk, article))
        _add_sections(rows["sections"], pk, None, article.sections)
        _add_entries(rows["applies_to"], pk, None, article.applies_to)
        rows["cites"] += (
            (pk, position, each.id, each.title, each.section, each.line) for position, each in enumerate(article.references, 1)
        )
        versions = ((part.platform, version) for part in article.versions for version in part.versions or (None,))
        rows["versions"] += ((pk, position, *version) for position, version in enumerate(versions, 1))
        rows["diagnostics"] += (
            (pk, position, each.code, each.line, each.message) for position, each in enumerate(article.diagnostics, 1)
        )
        for table in _LISTS:
            rows[table] += ((pk, position, value) for position, value in enumerate(getattr(article, table), 1))
        for table in _PAIRS:
            rows[table] += ((pk, position, *pair) for position, pair in enumerate(getattr(article, table).items(), 1))
    return rows


def _article(pk: int, article: Article) -> tuple[Any, ...]:
    source = article.source
    return (
        pk,
        article.id,
        article.key,
        article.title,
        article.modified,
        article.collection,
        source.dialect,
        source.file,
        source.member,
        source.number,
        source.line,
        source.encoding,
        source.newline,
        source.sha256,
        article.text,
    )


def _add_sections(rows: list[tuple[Any, ...]], article: int, parent: int | None, sections: Iterable[Section]) -> None:
    for position, section in enumerate(sections, 1):
        pk = len(rows) + 1
        rows.append((pk, article, parent, position, section.kind, section.heading, section.line, section.text))
        _add_sections(rows, article, pk, section.sections)


def _add_entries(rows: list[tuple[Any, ...]], article: int, parent: int | None, entries: Iterable[AppliesTo]) -> None:
    for position, entry in enumerate(entries, 1):
        pk = len(rows) + 1
        versions = msgspec.json.encode(entry.versions).decode()
        rows.append((pk, article, parent, position, entry.text, entry.name, versions, entry.relation))
        _add_entries(rows, article, pk, entry.with_)
