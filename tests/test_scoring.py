"""What units are worth in documents: one by one, and added up."""

from __future__ import annotations

from pathlib import Path

import pytest

from kbarchive.index import build_index
from kbarchive.index.reader import open_reader
from kbarchive.search import scoring
from kbarchive.search.scoring import Scorer
from kbarchive.search.units import Unit
from tests.searching import article, write_articles

TEXTS = ["relay the relay", "a lamp", "the lamp and the relay", "horns", "relay", "lamp lamp lamp"]


def test_the_first_unit_that_stands_in_a_document_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "_REMEMBERED_BYTES", 1)
    articles = {f"Q{number}": article(number, "Made Up", {"SUMMARY": text}) for number, text in enumerate(TEXTS, 930001)}
    build_index(write_articles(tmp_path / "articles", articles), tmp_path / "index", jobs=1)
    reader = open_reader(tmp_path / "index")
    scorer = Scorer(reader)
    units = [(Unit((term,)), share) for term, share in ((b"lamp", 1.0), (b"nowhere", 0.8), (b"relai", 0.5))]
    documents = list(reader.all_documents())
    for _ in range(2):  # made, and forgotten and made again
        sums = scorer.sums(list(scorer.columns(units, 3.0)))
        shares = []
        for document in documents:
            impacts = [(scorer.impact(unit, document), share) for unit, share in units]
            impact, share = next(((impact, share) for impact, share in impacts if impact), (0, 0.0))
            shares.append(share)
            assert sums.share(document) == pytest.approx(share, abs=0.001)
            assert sums.worth(document) == pytest.approx(3.0 * share * impact, rel=0.001)
        assert sorted(shares) == [0.0, 0.5, 0.5, 1.0, 1.0, 1.0]
        assert len(scorer._lanes) == 1
    reader.close()


def test_words_that_stand_nowhere_are_forgotten_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "_REMEMBERED_POSTINGS", 10 * scoring._UNIT_COST)
    articles = {"Q930001": article(930001, "Made Up", {"SUMMARY": "relay"})}
    build_index(write_articles(tmp_path / "articles", articles), tmp_path / "index", jobs=1)
    scorer = Scorer(open_reader(tmp_path / "index"))
    for number in range(100):
        assert not scorer.frequency(Unit((f"nowhere{number}".encode(),)))
    assert 5 < len(scorer._remembered) <= 10
