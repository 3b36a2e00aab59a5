"""The formats: what is written of the whole sample is read back by the reader that people use, nothing lost."""

from __future__ import annotations

import csv
import gzip
import importlib
import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import kbarchive
from kbarchive import reading
from kbarchive.article import Article, walk_sections
from kbarchive.conversion import Report, convert
from kbarchive.errors import FormatError, MissingExtraError, SourceError, TargetError
from kbarchive.extras import zstd
from kbarchive.resources import resource_folder
from kbarchive.writers import FORMATS, Format, writer_for
from kbarchive.writers.csv import BAR
from kbarchive.writers.flat import Row, flat_row

TEXTS = "symptoms cause resolution workaround status summary more_information text".split()
FILES = [f"o.{s}" for s in "jsonl jsonl.gz ndjson.zst json json.gz csv csv.gz parquet db chunks.jsonl".split()]


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return list(kbarchive.read(resource_folder("corpus")))


@pytest.fixture
def converted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Converts the sample, in many small batches, to a target of this name."""
    monkeypatch.setattr(reading, "_BATCH_DOCUMENTS", 7)

    def make(name: str) -> Path:
        convert(resource_folder("corpus"), tmp_path / name)
        return tmp_path / name

    return make


# JSON


@pytest.mark.parametrize("name", ["o.jsonl", "o.jsonl.gz", "o.NDJSON.ZST", "o.json", "o.json.gz"])
def test_records_are_read_back_equal(converted: Callable[[str], Path], articles: list[Article], name: str) -> None:
    assert list(kbarchive.read_jsonl(converted(name))) == articles


def test_compressed_files_hold_the_plain_one(converted: Callable[[str], Path]) -> None:
    plain = converted("o.jsonl").read_bytes()
    assert gzip.decompress(converted("o.jsonl.gz").read_bytes()) == plain
    assert zstd().decompress(converted("o.jsonl.zst").read_bytes()) == plain


def test_array_is_one_json_value(converted: Callable[[str], Path], articles: list[Article]) -> None:
    assert json.loads(converted("o.json").read_bytes()) == [json.loads(kbarchive.dumps(article)) for article in articles]


# Tables


def cell(value: object) -> str:
    return BAR.join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)


def test_csv_is_read_by_pythons_own_reader(converted: Callable[[str], Path], articles: list[Article]) -> None:
    with open(converted("o.csv"), newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [[row[name] for name in TEXTS] for row in rows] == [
        [getattr(article, name) for name in TEXTS] for article in articles
    ]
    assert rows == [{name: cell(value) for name, value in flat_row(article)._asdict().items()} for article in articles]


def test_parquet_has_typed_columns(converted: Callable[[str], Path], articles: list[Article]) -> None:
    table = importlib.import_module("pyarrow.parquet").read_table(converted("o.parquet"))
    kinds = {field.name: str(field.type) for field in table.schema}
    assert (kinds["modified"], kinds["products"], kinds["number"]) == ("date32[day]", "list<element: string>", "int32")
    rows = [Row(**{k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}) for row in table.to_pylist()]
    assert rows == [flat_row(article) for article in articles]


def test_row_tells_what_the_record_does(articles: list[Article]) -> None:
    article = next(article for article in articles if article.id == "Q206968")
    row = flat_row(article)
    assert [getattr(row, name) for name in TEXTS] == [getattr(article, name) for name in TEXTS]
    assert (row.id, row.title, str(row.modified)) == ("Q206968", article.title, article.modified)
    assert row.versions == ("winnt:5.5",)
    assert row.section_count == len(list(walk_sections(article.sections)))
    assert (row.reference_count, row.diagnostic_count) == (len(article.references), len(article.diagnostics))


# SQLite


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("sqlite") / "o.sqlite"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_BATCH_DOCUMENTS", 7)
        convert(resource_folder("corpus"), path)
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def test_database_is_sound(database: sqlite3.Connection) -> None:
    assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    database.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")  # with the content
    assert database.execute("PRAGMA user_version").fetchone()[0] == 1


def test_database_has_all_texts(database: sqlite3.Connection, articles: list[Article]) -> None:
    rows = database.execute("SELECT * FROM articles ORDER BY pk").fetchall()
    assert [(row["key"], row["title"], row["modified"], row["text"]) for row in rows] == [
        (article.key, article.title, article.modified, article.text) for article in articles
    ]
    for kind in ("symptoms", "cause", "more-information"):
        texts = dict(
            database.execute(
                "SELECT article, group_concat(text, char(10, 10)) FROM"
                " (SELECT * FROM sections WHERE parent IS NULL AND kind = ? ORDER BY pk) GROUP BY article",
                (kind,),
            ).fetchall()
        )
        assert [texts.get(pk, "") for pk in range(1, len(articles) + 1)] == [a.section_text(kind) for a in articles]  # type: ignore[arg-type]


def test_sections_are_nested_by_their_parents(database: sqlite3.Connection, articles: list[Article]) -> None:
    rows = database.execute(
        "SELECT child.heading, parent.heading FROM sections child JOIN sections parent ON parent.pk = child.parent"
    )
    nested = [
        (inner.heading, section.heading)
        for article in articles
        for section in walk_sections(article.sections)
        for inner in section.sections
    ]
    assert sorted(map(tuple, rows)) == sorted(nested)
    assert nested


@pytest.mark.parametrize(
    ("table", "count"),
    [
        ("products", lambda a: len(a.products)),
        ("keywords", lambda a: len(a.keywords)),
        ("operating_systems", lambda a: len(a.operating_systems)),
        ("query_words", lambda a: len(a.query_words)),
        ("residue", lambda a: len(a.residue)),
        ("copyright", lambda a: len(a.copyright)),
        ("cites", lambda a: len(a.references)),
        ("diagnostics", lambda a: len(a.diagnostics)),
        ("header", lambda a: len(a.header)),
        ("metadata", lambda a: len(a.metadata)),
        ("versions", lambda a: sum(len(part.versions) or 1 for part in a.versions)),
        ("sections", lambda a: len(list(walk_sections(a.sections)))),
        ("applies_to", lambda a: sum(1 + len(entry.with_) + sum(len(e.with_) for e in entry.with_) for entry in a.applies_to)),
    ],
)
def test_each_table_has_the_rows_of_each_article(
    database: sqlite3.Connection, articles: list[Article], table: str, count: Callable[[Article], int]
) -> None:
    counts = dict(database.execute(f"SELECT article, count(*) FROM {table} GROUP BY article").fetchall())  # noqa: S608
    assert [counts.get(pk, 0) for pk in range(1, len(articles) + 1)] == [count(article) for article in articles]
    assert counts


def test_database_is_searched(database: sqlite3.Connection) -> None:
    found = database.execute(
        "SELECT articles.id FROM articles_fts JOIN articles ON articles.pk = articles_fts.rowid"
        " WHERE articles_fts MATCH '\"relay not allowed\"' ORDER BY rank"
    ).fetchall()
    assert "Q206968" in [row["id"] for row in found]


# All


@pytest.mark.parametrize("name", FILES)
def test_output_does_not_depend_on_who_worked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(reading, "_BATCH_DOCUMENTS", 7)
    for jobs in (1, 2):
        convert(resource_folder("corpus"), tmp_path / f"{jobs}{name}", jobs=jobs)
    assert (tmp_path / f"1{name}").read_bytes() == (tmp_path / f"2{name}").read_bytes()


@pytest.mark.parametrize("name", [*FILES, "o"])
@pytest.mark.parametrize("incremental", [False, True])
def test_archive_without_articles_replaces_nothing(tmp_path: Path, name: str, incremental: bool) -> None:
    (tmp_path / "in").mkdir()
    convert(resource_folder("corpus") / "txt", tmp_path / name)
    before = sorted(path for path in tmp_path.rglob("*"))
    with pytest.raises(SourceError, match=r"no article found in .* is left as it was"):
        convert(tmp_path / "in", tmp_path / name, overwrite=True, incremental=incremental)
    assert sorted(path for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", FILES)
def test_archive_without_articles_gives_a_sound_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    convert(tmp_path / "in", tmp_path / name)
    match name.split(".", 1)[1]:
        case "csv" | "csv.gz":
            head = gzip.open if name.endswith(".gz") else open
            with head(tmp_path / name, "rt") as file:
                assert file.read() == ",".join(Row._fields) + "\n"
        case "parquet":
            assert len(importlib.import_module("pyarrow.parquet").read_table(tmp_path / name)) == 0
        case "db":
            with closing(sqlite3.connect(tmp_path / name)) as connection:
                assert connection.execute("SELECT count(*) FROM articles_fts").fetchone() == (0,)
        case _:
            assert list(kbarchive.read_jsonl(tmp_path / name)) == []


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_left_when_the_work_is_broken_off(article_folder: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("old")

    def broken(_: Report) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert(article_folder, tmp_path / name, on_progress=broken)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "txt"])
    assert (tmp_path / name).read_text() == "old"


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is a Linux device")
@pytest.mark.parametrize("name", ["json", "csv", "parquet", "chunks"])
def test_full_disk_is_told(article_folder: Path, name: str) -> None:
    with pytest.raises(TargetError, match="No space left"):
        convert(article_folder, "/dev/full", name)


@pytest.mark.parametrize("target", ["-", "txt"])
def test_database_needs_a_file_of_its_own(
    article_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TargetError, match="needs a file of its own"):
        convert(article_folder / "900", target, "sqlite")


@pytest.mark.parametrize(
    ("target", "writer"),
    [
        ("a.json", "JsonArrayWriter"),
        ("a.csv.gz", "CsvWriter"),
        ("a.b.SQLite", "SqliteWriter"),
        ("a.chunks.jsonl.zst", "ChunksWriter"),
        ("chunks.jsonl", "JsonLinesWriter"),
        ("a.parquet", "ParquetWriter"),
    ],
)
def test_format_goes_by_the_name_of_the_target(target: str, writer: str) -> None:
    assert type(writer_for(target)).__name__ == writer


@pytest.mark.parametrize(
    ("target", "name"), [("a.parquet.gz", None), ("a.db.zst", None), ("a.gz", None), ("a.gz", "html"), ("a.foo.gz", None)]
)
def test_what_cannot_be_compressed_is_told(target: str, name: str | None) -> None:
    with pytest.raises(FormatError):
        writer_for(target, name)


@pytest.mark.parametrize(
    ("target", "modules", "command"),
    [
        ("o.parquet", ["pyarrow"], r"pip install 'kbarchive\[parquet\]'"),
        ("o.jsonl.zst", ["compression.zstd", "backports.zstd"], r"pip install 'kbarchive\[zstd\]'"),
    ],
)
def test_missing_package_is_told_with_the_command_that_installs_it(
    article_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, modules: list[str], command: str
) -> None:
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=command):
        convert(article_folder, tmp_path / target)
    assert [path.name for path in tmp_path.iterdir()] == ["txt"]


def test_example_of_the_documentation(article_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(__file__).resolve().parent.parent / "docs" / "formats.md").read_text(encoding="utf-8")
    code, row = (part.split("```")[0] for part in page.split("```python\n")[1:3])
    module: Any = ModuleType("kbarchive.writers.titles")
    exec(code, module.__dict__)  # noqa: S102 - our own page
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(FORMATS, "titles", eval(f"{{{row}}}", {"Format": Format})["titles"])  # noqa: S307 - as above
    convert(article_folder, tmp_path / "o.titles.gz", jobs=1)
    assert gzip.decompress((tmp_path / "o.titles.gz").read_bytes()).decode().splitlines() == [
        "key\ttitle",
        *(f"{key}\tA Made-Up Article" for key in ("Q900001", "Q900002", "Q901000")),
    ]
