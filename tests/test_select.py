"""Conversion of the articles that answer a query, whatever index there is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import kbarchive as kb
from kbarchive import answering, reading
from kbarchive.errors import SourceError
from kbarchive.report import Report
from kbarchive.resources import resource_folder
from tests.commands import kbarchive

QUERIES = ['"relay not allowed"', "product:exchange -title:relay", "cause:memory OR cause:relay", "modified:1999..", "has:code"]


def ids(path: Path) -> list[str | None]:
    return [article.id for article in kb.read_jsonl(path)]


@pytest.fixture
def source(tmp_path: Path, make_article: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of 30 articles, the title of every third tells of a modem; read in batches of four."""
    monkeypatch.setattr(reading, "_BATCH_DOCUMENTS", 4)
    folder = tmp_path / "txt"
    folder.mkdir()
    for number in range(900001, 900031):
        title = "A Modem Is Silent" if number % 3 == 0 else "A Printer Is Loud"
        (folder / f"Q{number}.TXT").write_bytes(make_article(number, title))
    return folder


MODEMS = [f"Q{number}" for number in range(900003, 900031, 3)]


@pytest.mark.parametrize("query", QUERIES)
def test_what_a_search_finds_is_written_in_input_order(tmp_path: Path, query: str) -> None:
    corpus = resource_folder("corpus") / "txt"
    report = kb.convert(corpus, tmp_path / "o.jsonl", select=query)
    kb.build_index(corpus, tmp_path / "index")
    with kb.open_index(tmp_path / "index") as index:
        results = index.search(query, limit=len(index))
    assert not results.partial
    wanted = {hit.key for hit in results.hits}
    assert wanted
    assert [each.key for each in kb.read_jsonl(tmp_path / "o.jsonl")] == [
        each.key for each in kb.read(corpus) if each.key in wanted
    ]
    assert report.articles - report.unselected == len(ids(tmp_path / "o.jsonl"))


def test_index_of_just_these_documents_is_asked_and_any_other_is_not(
    source: Path, tmp_path: Path, make_article: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    kb.build_index(source, tmp_path / "index")
    built: list[object] = []
    build = answering.build_index
    monkeypatch.setattr(answering, "build_index", lambda *given, **named: built.append(given) or build(*given, **named))
    report = kb.convert(source, tmp_path / "o.jsonl", select="modem", index_dir=tmp_path / "index")
    assert (built, report.remarks, ids(tmp_path / "o.jsonl")) == ([], [], MODEMS)
    (source / "Q900002.TXT").write_bytes(make_article(900002, "Another Modem"))
    report = kb.convert(source, tmp_path / "o.jsonl", select="modem", index_dir=tmp_path / "index")
    assert len(built) == 1
    assert "kbarchive index SOURCE" in report.remarks[0]
    assert ids(tmp_path / "o.jsonl") == ["Q900002", *MODEMS]


def test_your_default_index_is_asked(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KBARCHIVE_INDEX", str(tmp_path / "index"))
    kb.build_index(source)
    assert kb.convert(source, tmp_path / "o.jsonl", select="modem").remarks == []


def test_all_texts_of_an_article_are_written_or_the_newest(
    source: Path, tmp_path: Path, make_article: Callable[..., bytes]
) -> None:
    (source / "old.TXT").write_bytes(make_article(900003, "Nothing of It").replace(b"1999", b"1998"))
    kb.convert(source, tmp_path / "o.jsonl", select="modem")
    assert sorted(map(str, ids(tmp_path / "o.jsonl"))) == sorted([*MODEMS, "Q900003"])
    kb.convert(source, tmp_path / "o.jsonl", select="modem", newest=True)
    assert ids(tmp_path / "o.jsonl") == MODEMS


@pytest.mark.parametrize(
    ("query", "remarks"),
    [
        ("modem zebra", ["no article has the word zebra", "no article has all of 'modem zebra'"]),
        ("-modem", ["'-modem' only excludes, which finds nothing; ask for something besides: modified:1980.. -modem"]),
        ("...", ["the query has no word to look for", "no article answers '...'"]),
        ("title:zzzz", ["no article answers 'title:zzzz'"]),
    ],
)
def test_what_is_answered_in_part_or_excludes_only_is_not_written(
    source: Path, tmp_path: Path, query: str, remarks: list[str]
) -> None:
    report = kb.convert(source, tmp_path / "o.jsonl", select=query)
    assert (ids(tmp_path / "o.jsonl"), report.unselected) == ([], 30)
    assert report.remarks[:-1] == remarks
    assert report.remarks[-1].startswith("no index of just these documents was at hand")


def test_what_a_misspelt_query_was_taken_for_is_told(source: Path, tmp_path: Path) -> None:
    """Found by an administrator: the spelling was corrected in silence."""
    report = kb.convert(source, tmp_path / "o.jsonl", select="silnet")
    assert (ids(tmp_path / "o.jsonl"), report.remarks[0]) == (MODEMS, "did you mean: silent")
    done = kbarchive("convert", str(source), str(tmp_path / "o.jsonl"), "--select", "silnet")
    assert b"\nkbarchive: did you mean: silent\n" in done.stderr


@pytest.mark.parametrize("name", ["o.jsonl", "o.csv", "o.parquet", "o.db", "o.chunks.jsonl", "o"])
def test_broken_off_and_gone_on_with(source: Path, tmp_path: Path, name: str) -> None:
    def broken(report: Report) -> None:
        if report.articles > 10 and report.unselected:
            raise KeyboardInterrupt

    kb.build_index(source, tmp_path / "index")
    (tmp_path / "once").mkdir()
    options = {"select": "modem", "index_dir": tmp_path / "index"}
    kb.convert(source, tmp_path / "once" / name, **options)
    with pytest.raises(KeyboardInterrupt):
        kb.convert(source, tmp_path / name, jobs=1, resumable=True, on_progress=broken, **options)
    assert kb.convert(source, tmp_path / name, resume=True, **options).reused > 10
    if name == "o":
        assert [len(list(place.rglob("*.json"))) for place in (tmp_path / name, tmp_path / "once" / name)] == [10, 10]
    else:
        assert (tmp_path / name).read_bytes() == (tmp_path / "once" / name).read_bytes()


def test_what_cannot_be_read_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="twice, as asking a query does"):
        kb.convert("-", tmp_path / "o.jsonl", select="modem")
    with pytest.raises(ValueError, match="not both"):
        kb.convert(tmp_path, tmp_path / "o.jsonl", select="modem", ids=["Q1"])


def test_command(source: Path, tmp_path: Path) -> None:
    target = str(tmp_path / "o.jsonl")
    done = kbarchive("index", str(source), "--index", str(tmp_path / "index"))
    done = kbarchive("convert", str(source), target, "--select", "modem", "--index", str(tmp_path / "index"))
    assert (done.returncode, ids(tmp_path / "o.jsonl")) == (0, MODEMS)
    assert b"kbarchive: of these 20 were not asked for: 10 articles in all\n" in done.stderr
    assert b"no index of just these" not in done.stderr
    done = kbarchive("convert", str(source), target, "--select", 'modem "', "--incremental")
    assert (done.returncode, ids(tmp_path / "o.jsonl")) == (0, MODEMS)
    assert b"no index of just these documents was at hand" in done.stderr
    assert kbarchive("convert", str(source), target, "--select", "zebra").returncode == 1


@pytest.mark.parametrize("wrong", [("--select", " "), ("--select", "a", "--ids", "Q1"), ("--index", "i")])
def test_what_does_not_go_together_is_told(source: Path, wrong: tuple[str, ...]) -> None:
    done = kbarchive("convert", str(source), str(source.parent / "o.jsonl"), *wrong)
    assert done.returncode == 2
    assert done.stderr.startswith(b"kbarchive: error: ")
    assert os.listdir(source.parent) == ["txt"]


def test_a_key_that_begins_with_a_blank_is_found_as_it_is(tmp_path: Path, make_article: Callable[..., bytes]) -> None:
    (tmp_path / "txt").mkdir()
    (tmp_path / "txt" / " lead.txt").write_bytes(
        make_article(900001, "A Modem Is Silent").replace(b"DOCUMENT:Q900001", b"DOCUMENT:")
    )
    report = kb.convert(tmp_path / "txt", tmp_path / "o.jsonl", select="modem")
    assert (report.articles, report.unselected) == (1, 0)
    assert [article.key for article in kb.read_jsonl(tmp_path / "o.jsonl")] == [" lead.txt#1"]


def test_one_id_may_be_given_alone(source: Path, tmp_path: Path) -> None:
    kb.convert(source, tmp_path / "o.jsonl", ids="q900003")
    assert ids(tmp_path / "o.jsonl") == ["Q900003"]
