"""An index that is built anew while it is served."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from kbarchive.index import build_index
from kbarchive.index.store import POINTER
from kbarchive.search import open_index
from kbarchive.web import Limits
from tests.pages import asking
from tests.searching import article, write_articles

_ADDRESSES = ("/search.json?q=relay", "/search?q=relay", "/browse/collection/exchange.json")


def _written(folder: Path, *numbers: int) -> Path:
    made = {f"Q{number}": article(number, f"Relay {number}", {"SUMMARY": "The relay is closed."}) for number in numbers}
    build_index(write_articles(folder / str(numbers), made), folder / "index", jobs=1)
    return folder / "index"


def test_every_answer_is_of_the_index_as_it_is_now(tmp_path: Path) -> None:
    folder = _written(tmp_path, 900001)
    with asking(partial(open_index, folder), Limits(readers=2), folder=folder) as client:
        for _ in range(2):
            assert all("Q900001" in client.get(address).text for address in _ADDRESSES)
        _written(tmp_path, 900002, 900003)
        for _ in range(2):
            for address in _ADDRESSES:
                text = client.get(address).text
                assert "Q900002" in text
                assert "Q900001" not in text
        assert client.get("/kb/Q900001").status_code == 404
        assert client.get("/health.json").json()["articles"] == 2


def test_an_index_that_is_gone_and_comes_back(tmp_path: Path) -> None:
    folder = _written(tmp_path, 900001)
    with asking(partial(open_index, folder), Limits(readers=1), folder=folder) as client:
        assert client.get("/search.json?q=relay").status_code == 200
        pointer = (folder / POINTER).read_bytes()
        (folder / POINTER).unlink()
        answer = client.get("/search.json?q=relay")
        assert (answer.status_code, "cannot be read" in answer.text) == (500, True)
        (folder / POINTER).write_bytes(pointer)
        assert client.get("/search.json?q=relay").status_code == 200


def test_without_a_folder_the_index_stays_as_it_was_opened(tmp_path: Path) -> None:
    folder = _written(tmp_path, 900001)
    with asking(partial(open_index, folder), Limits(readers=1)) as client:
        assert "Q900001" in client.get("/search.json?q=relay").text
        _written(tmp_path, 900002)
        assert "Q900001" in client.get("/search.json?q=closed").text
