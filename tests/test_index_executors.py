"""Indexes made by executors: they answer like those that processes made, also of several texts of one article."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from kbarchive import reading
from kbarchive.errors import SourceError
from kbarchive.index import build_index, executors
from kbarchive.index.store import holds_index
from kbarchive.report import Report
from kbarchive.resources import resource_folder
from kbarchive.search import open_index

EXECUTORS: dict[str, Callable[[], Executor]] = {
    "threads": lambda: ThreadPoolExecutor(2),
    "spawned": lambda: ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")),
}


@pytest.fixture(autouse=True)
def _small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_BATCH_DOCUMENTS", 5)
    monkeypatch.setattr(executors, "_PORTION_BATCHES", 4)


@pytest.fixture
def source(tmp_path: Path, make_article: Callable[..., bytes]) -> Path:
    """A folder of 50 articles, of which some have older and identical texts, in other batches and portions."""
    folder = tmp_path / "txt"
    folder.mkdir()
    for number in range(900001, 900051):
        article = make_article(number, f"Title of {number}")
        (folder / f"Q{number}.TXT").write_bytes(article)
        if number % 10 == 0:
            (folder / f"a{number}.TXT").write_bytes(article.replace(b"1999", b"1998"))
            (folder / f"z{number}.TXT").write_bytes(article)
    return folder


@pytest.mark.parametrize("kind", EXECUTORS)
@pytest.mark.parametrize("what", ["corpus", "several texts"])
def test_index_answers_as_one_of_processes(source: Path, tmp_path: Path, kind: str, what: str) -> None:
    source = resource_folder("corpus") / "txt" if what == "corpus" else source
    told: list[Report] = []
    by_processes = build_index(source, tmp_path / "one", 2)
    with EXECUTORS[kind]() as executor:
        by_executor = build_index(source, tmp_path / "two", 2, executor=executor, on_progress=told.append)
        assert executor.submit(int, "1").result() == 1  # it is not shut down
    assert told
    for name in ("articles", "documents", "indexed", "revisions", "identical", "fingerprint", "diagnostics", "skipped"):
        assert getattr(by_executor, name) == getattr(by_processes, name)
    assert (by_executor.revisions, by_executor.identical) == ((5, 5) if what != "corpus" else (by_executor.revisions, 0))
    with open_index(tmp_path / "one") as one, open_index(tmp_path / "two") as two:
        assert len(two.metadata.shards) > 1
        assert two.metadata.counts == one.metadata.counts
        assert sorted(article.key for article in two.articles()) == sorted(article.key for article in one.articles())
        for query in ("relay", "made up", "print* OR title", "modified:1998..1999", "Q900010"):
            assert two.search(query, 100, facets=True) == one.search(query, 100, facets=True)
        for article in one.articles():
            assert two.revisions(article.key) == one.revisions(article.key)


@pytest.mark.parametrize("change", ["gone", "more", "other"])
def test_sources_that_change_meanwhile_make_no_index(
    source: Path, tmp_path: Path, make_article: Callable[..., bytes], change: str
) -> None:
    def changing(report: Report) -> None:
        if report.articles == 60:
            if change == "gone":
                (source / "Q900050.TXT").unlink()
            else:
                (source / ("Q900051.TXT" if change == "more" else "Q900001.TXT")).write_bytes(make_article(900051))

    with ThreadPoolExecutor(1) as executor, pytest.raises(SourceError, match="changed while they were read twice"):
        build_index(source, tmp_path / "index", executor=executor, on_progress=changing)
    assert not holds_index(tmp_path / "index")


def test_what_cannot_be_read_twice_is_refused(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as executor, pytest.raises(SourceError, match="twice"):
        build_index("-", tmp_path / "index", executor=executor)
