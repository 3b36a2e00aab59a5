"""Answers that are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from kbarchive.search import Index, open_index
from kbarchive.web.cache import Cache
from tests.pages import asking
from tests.searching import index_of


def test_the_one_not_asked_for_longest_goes_first() -> None:
    cache = Cache(10)
    cache.put("a", b"1234")
    cache.put("b", b"1234")
    assert cache.get("a") == b"1234"
    cache.put("c", b"1234")
    assert [cache.get(asked) for asked in "abc"] == [b"1234", None, b"1234"]
    cache.put("a", b"12345678")
    assert [cache.get(asked) for asked in "abc"] == [b"12345678", None, None]
    cache.put("large", b"x" * 11)
    assert cache.get("large") is None


def test_an_answer_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    search = Index.search

    def counted(self: Index, query: str, *arguments: object, **options: object) -> object:
        made.append(query)
        return search(self, query, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Index, "search", counted)
    index_of(tmp_path).close()
    with asking(lambda: open_index(tmp_path / "index")) as client:
        first, second = (client.get("/search?q=relay").text for _ in range(2))
        assert "page=2" not in client.get("/search?q=relay&sort=date").text
    assert (first == second, made) == (True, ["relay", "relay"])
