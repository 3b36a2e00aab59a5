"""What `check_index` tells of an index whose files are as they were written, but do not fit together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kbarchive.index import records, verify
from kbarchive.index.reader import ShardReader
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
