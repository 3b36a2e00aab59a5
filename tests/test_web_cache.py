"""Answers that are kept."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from kbarchive.index.reader import open_reader
from kbarchive.search import Index
from kbarchive.web.cache import Answer, Asked, Cache
from tests.pages import asking
from tests.searching import index_of


def address(path: str, query: str = "") -> Asked:
    return Asked(b"", path.encode(), query.encode(), False)


def test_the_one_not_asked_for_longest_goes_first() -> None:
    cache = Cache(14)
    for path in "ab":
        cache.put(address(path), Answer(((b"x", b"y"),), b"1234"))
    assert cache.get(address("a")) == Answer(((b"x", b"y"),), b"1234")
    cache.put(address("c"), Answer((), b"123456"))
    assert [cache.get(address(path)) is not None for path in "abc"] == [True, False, True]
    cache.put(address("a"), Answer((), b"12345678"))
    assert [cache.get(address(path)) is not None for path in "abc"] == [True, False, False]
    cache.put(address("l"), Answer((), b"x" * 14))
    assert [cache.get(address(path)) is not None for path in "al"] == [False, False]


def test_an_address_takes_room_itself() -> None:
    cache = Cache(14)
    cache.put(address("a", "x" * 14), Answer((), b""))
    assert cache.get(address("a", "x" * 14)) is None


class _Telling(Index):
    """An index that writes down beside itself what it is asked."""

    def search(self, query: str, *arguments: object, **options: object) -> object:  # type: ignore[override]
        assert self.location is not None
        with (self.location.parent / "asked").open("a") as file:
            file.write(f"{query}\n")
        return super().search(query, *arguments, **options)  # type: ignore[arg-type]


def open_telling(folder: Path) -> Index:
    return _Telling(open_reader(folder), "telling")


def test_an_answer_is_made_once(tmp_path: Path) -> None:
    index_of(tmp_path).close()
    with asking(partial(open_telling, tmp_path / "index")) as client:
        first, second = (client.get("/search?q=relay") for _ in range(2))
        assert "page=2" not in client.get("/search?q=relay&sort=date").text
        plain = client.get("/search?q=relay", headers={"Accept-Encoding": "identity"})
        health = [client.get("/health").status_code for _ in range(2)]
    assert first.text == second.text == plain.text
    assert first.headers["etag"] == second.headers["etag"]
    assert first.headers["content-security-policy"] == second.headers["content-security-policy"]
    assert "content-encoding" not in plain.headers
    assert health == [200, 200]
    # Once for each form in which it is sent, and once in the other order.
    assert (tmp_path / "asked").read_text().split("\n").count("relay") == 3
