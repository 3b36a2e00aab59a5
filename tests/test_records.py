"""Records as JSON and back; what is wrong in others is told with its place; the schema is that of the types."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kbarchive
from kbarchive import records
from kbarchive.article import Article
from kbarchive.errors import RecordError, SourceError
from kbarchive.resources import resource_folder
from kbarchive.schema import NAMES, schema_text
from tests.test_cli_convert import Run, run

__all__ = ["run"]

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def article(make_article: Callable[..., bytes]) -> Article:
    return kbarchive.parse(make_article())


def changed(article: Article, **values: object) -> str:
    return json.dumps({**json.loads(kbarchive.dumps(article)), **values})


def test_article_is_read_back_equal() -> None:
    for article in kbarchive.read(resource_folder("corpus")):
        assert kbarchive.loads(kbarchive.dumps(article)) == article
        assert kbarchive.loads(kbarchive.dumps(article).encode()) == article


def test_fields_of_later_versions_are_no_error(article: Article) -> None:
    assert kbarchive.loads(changed(article, later=1)) == article


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"sections": [{"kind": "symptom", "heading": "", "line": 1, "blocks": []}]}, "$.sections[0].kind: invalid enum value"),
        ({"title": None}, "$.title: expected `str`, got `null`"),
        ({"modified": "12-MAY-1999"}, "$.modified: expected `str` matching regex"),
        ({"modified": "1999-02-31"}, "$.modified: there is no day 1999-02-31"),
        ({"id": "KB900001"}, "$.id: expected `str` matching regex"),
        ({"schema": 2}, "$.schema: invalid enum value 2; this version of kbarchive reads schema 1"),
        ({"header": {"TITLE": 1}}, "$.header[...]: expected `str`, got `int`"),
        ({"references": [{"id": "Q1"}]}, "$.references[0]: object missing required field `title`"),
    ],
)
def test_wrong_value_is_told_with_its_path(article: Article, values: dict[str, object], told: str) -> None:
    with pytest.raises(RecordError) as error:
        kbarchive.loads(changed(article, **values))
    assert str(error.value).startswith(told)


@pytest.mark.parametrize("data", ["", "{", "[]", "1", b"\xff", '{"sections":' * 100_000])
def test_what_is_no_record_is_told(data: str | bytes) -> None:
    with pytest.raises(RecordError):
        kbarchive.loads(data)


def lines_of(*texts: str) -> bytes:
    return "".join(f"{text}\n" for text in texts).encode()


@pytest.mark.parametrize("how", ["path", "binary", "text", "string", "gzip"])
def test_any_file_is_read(article: Article, tmp_path: Path, how: str) -> None:
    data = lines_of(kbarchive.dumps(article), "", kbarchive.dumps(article))
    path = tmp_path / "r.jsonl"
    path.write_bytes(gzip.compress(data) if how == "gzip" else data)
    opened: dict[str, Callable[[], Any]] = {
        "binary": lambda: path.open("rb"),
        "text": lambda: path.open(encoding="utf-8"),
        "string": lambda: io.StringIO(data.decode()),
    }
    if how not in opened:
        assert list(kbarchive.read_jsonl(path)) == [article, article]
        return
    with opened[how]() as file:
        assert list(kbarchive.read_jsonl(file)) == [article, article]
        assert not file.closed  # it is its giver's to close


def test_reading_is_lazy(article: Article, tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(lines_of(kbarchive.dumps(article), "no record"))
    found = kbarchive.read_jsonl(path)
    assert next(found) == article
    with pytest.raises(RecordError, match=rf"{path}:2: \$: JSON is malformed"):
        next(found)


def test_work_goes_on_behind_what_is_wrong(article: Article, tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(lines_of("[1]", kbarchive.dumps(article), "[", kbarchive.dumps(article)))
    errors: list[str] = []
    assert list(kbarchive.read_jsonl(path, on_error=lambda error: errors.append(str(error)))) == [article, article]
    assert [error.removeprefix(f"{path}:").split(":")[0] for error in errors] == ["1", "3"]


def test_array_that_is_cut_short_is_told(article: Article) -> None:
    data = lines_of("[", f"{kbarchive.dumps(article)},")
    with pytest.raises(RecordError, match="records:2: the array has no end"):
        list(kbarchive.read_jsonl(io.BytesIO(data)))


def test_damaged_file_is_told(article: Article) -> None:
    data = gzip.compress(lines_of(kbarchive.dumps(article)))
    with pytest.raises(SourceError, match="records:1: cannot read on"):
        list(kbarchive.read_jsonl(io.BytesIO(data[:-20])))


def test_missing_file_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere"):
        kbarchive.read_jsonl(tmp_path / "nowhere")


def test_endless_line_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LONGEST_LINE", 100)
    with pytest.raises(SourceError, match="records:1: a line of more than"):
        list(kbarchive.read_jsonl(io.BytesIO(b"x" * 101)))


# The commands


def test_validate(run: Run, article: Article, tmp_path: Path) -> None:
    (tmp_path / "good.jsonl").write_bytes(lines_of(kbarchive.dumps(article)))
    (tmp_path / "bad.jsonl").write_bytes(lines_of(changed(article, title=1), kbarchive.dumps(article), "{"))
    done = run("validate", "good.jsonl")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"kbarchive: 1 valid record\n")
    done = run("validate", "bad.jsonl", "nowhere", "-", data=b"x\n")
    assert done.stdout.decode().splitlines() == [
        "bad.jsonl:1: $.title: expected `str`, got `int`",
        "bad.jsonl:3: $: input data was truncated",
        "-:1: $: JSON is malformed: invalid character (byte 0)",
    ]
    assert done.stderr.splitlines()[-1] == b"kbarchive: 1 valid record, 3 wrong"
    assert done.returncode == 2
    assert run("validate", "bad.jsonl", "-q").returncode == 1


@pytest.mark.parametrize(("options", "name"), [((), "record"), (("--results",), "results"), (("--chunks",), "chunks")])
def test_schema_is_printed(run: Run, options: tuple[str, ...], name: str) -> None:
    assert run("schema", *options).stdout.decode() == schema_text(name)


@pytest.mark.parametrize("name", NAMES)
def test_schema_that_is_kept_is_that_of_the_types(name: str) -> None:
    kept = (resource_folder("docs") / f"{name}.schema.json").read_text(encoding="utf-8")
    assert kept == schema_text(name), "the types have changed: write the file anew with kbarchive schema, and its history"


def test_history_knows_the_schema(article: Article) -> None:
    history = (ROOT / "docs" / "record.md").read_text(encoding="utf-8").partition("\n## History of the schema\n")[2]
    versions = re.findall(r"^- \*\*(\d+)\*\*", history, re.MULTILINE)
    assert max(map(int, versions)) == article.schema
