"""What `check_index` tells of an index whose files are as they were written, but do not fit together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kbarchive.errors import SearchIndexError
from kbarchive.index import lock, publishing, records, verify
from kbarchive.index.publishing import POINTER, leftovers
from kbarchive.index.reader import IndexReader, ShardReader
from kbarchive.index.store import Generation
from kbarchive.index.verify import check_index
from tests.searching import index_of


@pytest.fixture
def findings(tmp_path: Path) -> Callable[[], list[str]]:
    """Gives what is found wrong with an index of three articles."""
    index_of(tmp_path).close()
    return lambda: [str(finding) for finding in check_index(tmp_path / "index").findings]


class Postings:
    def __init__(self, *documents: int) -> None:
        self.documents = documents


def test_the_sample_is_sound() -> None:
    check = check_index("sample")
    assert check_index("sample") == check, "the one that was made for the first"
    assert (check.findings, check.mend) == ([], "")
    assert check.articles < check.records < check.postings


def test_an_index_that_cannot_be_opened(findings: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(generation: object) -> None:
        raise ValueError("no shard")

    monkeypatch.setattr(verify, "open_generation", refuse)
    (found,) = findings()
    assert found.endswith(": no shard")


def test_a_text_without_its_key(findings: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ShardReader, "documents_with", lambda *_: [])
    assert [found.split(": ")[1] for found in findings()] == [f"Q91000{n} is not found by its key" for n in (1, 2, 3)]


def test_a_text_with_another_source(findings: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    unpack = records.unpack
    monkeypatch.setattr(records, "unpack", lambda stored: (unpack(stored)[0], b"another"))
    assert len(findings()) == 3
    assert all("the source is not the one that was read" in found for found in findings())


def test_a_text_that_cannot_be_had_back(findings: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: ShardReader, document: int) -> bytes:
        raise ValueError(f"no row {document}")

    monkeypatch.setattr(ShardReader, "record", refuse)
    assert [found.split(": ")[1] for found in findings()[:3]] == ["no row 0", "no row 1", "no row 2"]


@pytest.mark.parametrize(("documents", "wrong"), [((0, 3), True), ((1, 1), True), ((2, 0), True), ((), True), ((0, 2), False)])
def test_postings(
    findings: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch, documents: tuple[int, ...], wrong: bool
) -> None:
    postings = ShardReader.postings

    def given(self: ShardReader, field: str, term: bytes) -> Any:
        return Postings(*documents) if (field, term) == ("text", b"connector") else postings(self, field, term)

    monkeypatch.setattr(ShardReader, "postings", given)
    told = [found for found in findings() if "connector" in found]
    assert [found.split(": ")[1] for found in told] == ["has postings of documents that are not there"] * wrong


def test_postings_that_cannot_be_read(findings: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    postings = ShardReader.postings

    def given(self: ShardReader, field: str, term: bytes) -> Any:
        if term == b"connector":
            raise ValueError("cut")
        return postings(self, field, term)

    monkeypatch.setattr(ShardReader, "postings", given)
    assert [found for found in findings() if not found.endswith("connector: cut")] == []
    assert findings()


def test_a_file_that_is_none_of_the_index(findings: Callable[[], list[str]], tmp_path: Path) -> None:
    (generation,) = (path for path in (tmp_path / "index").iterdir() if path.is_dir())
    (generation / "more").touch()
    assert findings() == ["more: is no file of the index"]


def test_columns_that_are_too_long(findings: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IndexReader, "dates", [0] * 4)
    assert findings() == ["columns: date is not there for every document"]


def test_a_text_that_is_found_and_is_no_article(findings: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    opened = verify.open_generation

    def with_one_dropped(generation: Generation) -> IndexReader:
        reader = opened(generation)
        reader.shards[0].deleted = frozenset({1})
        return reader

    monkeypatch.setattr(verify, "open_generation", with_one_dropped)
    assert "shard-0, text:connector: is found in texts that are no articles" in findings()


def test_an_index_that_cannot_be_read_back_is_not_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = publishing.open_generation

    def without_the_last(generation: Generation) -> IndexReader:
        reader = opened(generation)
        reader.documents -= 1
        return reader

    monkeypatch.setattr(publishing, "open_generation", without_the_last)
    with pytest.raises(SearchIndexError, match="has 2 articles of 3 written to it"):
        index_of(tmp_path)


def test_what_was_to_become_the_pointer_is_removed_by_the_next_build(tmp_path: Path) -> None:
    index_of(tmp_path).close()
    left = tmp_path / "index" / f"{POINTER}abc"
    left.touch()
    assert leftovers(tmp_path / "index") == [left]
    index_of(tmp_path).close()
    assert leftovers(tmp_path / "index") == []


def test_who_writes_an_index_alone_is_not_waited_for_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_SECONDS", 0.2)
    alone = lock.locked(tmp_path / "lock")
    with lock.locked(tmp_path / "lock"), pytest.raises(SearchIndexError, match="another kbarchive"), alone:
        pass
    with lock.locked(tmp_path / "lock"):
        pass
