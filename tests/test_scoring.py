"""What units are worth in documents: the same whether posting lists are searched or opened out."""

from __future__ import annotations

from pathlib import Path

import pytest

from kbarchive.index import build_index
from kbarchive.index.reader import open_reader
from kbarchive.search import scoring
from kbarchive.search.scoring import CODES, Scorer
from kbarchive.search.units import Unit
from tests.searching import article, write_articles

TEXTS = ["relay the relay", "a lamp", "the lamp and the relay", "horns", "relay", "lamp lamp lamp"]


@pytest.mark.parametrize("cost", [0, 1_000_000], ids=["by bisection", "by an array"])
def test_the_first_unit_that_stands_in_a_document_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cost: int) -> None:
    monkeypatch.setattr(scoring, "_BISECTION_COST", cost)
    monkeypatch.setattr(scoring, "_DENSE_DOCUMENTS", 1)
    articles = {f"Q{number}": article(number, "Made Up", {"SUMMARY": text}) for number, text in enumerate(TEXTS, 930001)}
    build_index(write_articles(tmp_path / "articles", articles), tmp_path / "index", jobs=1)
    reader = open_reader(tmp_path / "index")
    scorer = Scorer(reader)
    units = tuple(Unit((term,)) for term in (b"lamp", b"nowhere", b"relai"))
    documents = list(reader.all_documents())
    expected = []
    for document in documents:
        worth = [dict(zip(*scorer.occurrences(unit), strict=True)).get(document, 0) for unit in units]
        expected.append(next((number * CODES + impact for number, impact in enumerate(worth) if impact), 0))
    assert sum(map(bool, expected)) == 5
    for _ in range(2):  # made, and remembered
        assert list(scorer.codes(units, documents)) == expected
    assert list(scorer.codes(units[2:], documents[::-1])) == [
        dict(zip(*scorer.occurrences(units[2]), strict=True)).get(document, 0) for document in documents[::-1]
    ]
    reader.close()


def test_words_that_stand_nowhere_are_forgotten_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "_REMEMBERED_POSTINGS", 10 * scoring._UNIT_COST)
    articles = {"Q930001": article(930001, "Made Up", {"SUMMARY": "relay"})}
    build_index(write_articles(tmp_path / "articles", articles), tmp_path / "index", jobs=1)
    scorer = Scorer(open_reader(tmp_path / "index"))
    for number in range(100):
        assert not scorer.frequency(Unit((f"nowhere{number}".encode(),)))
    assert 5 < len(scorer._remembered) <= 10
