"""What units are worth in documents: one by one, and added up."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from kbarchive.index import build_index
from kbarchive.index.reader import open_reader
from kbarchive.search import scoring
from kbarchive.search.scoring import Scorer
from kbarchive.search.units import Unit
from tests.searching import article, index_of, write_articles

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
        sums = scorer.sums(list(scorer.addends(units, 3.0)))
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


def test_what_is_not_asked_for_is_no_share(tmp_path: Path) -> None:
    articles = {f"Q{number}": article(number, "Made Up", {"SUMMARY": text}) for number, text in enumerate(TEXTS, 930001)}
    lamp = [(Unit((b"lamp",)), 1.0)]
    with index_of(tmp_path, articles) as index:
        scorer = Scorer(index._reader)
        sums = scorer.sums([*scorer.addends(lamp, 2.0), *scorer.addends(lamp, 1.0, asked=False)])
        for document in index._reader.all_documents():
            impact = scorer.impact(lamp[0][0], document)
            assert sums.share(document) == bool(impact)
            assert sums.worth(document) == pytest.approx(3.0 * impact, rel=0.001)


@pytest.mark.parametrize("cost", [0, 1_000_000], ids=["by bisection", "all of them"])
def test_what_is_remembered_does_not_depend_on_who_asked_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cost: int
) -> None:
    """Sums for some documents, of a word as itself and as what another may mean, asked for or not, one after another."""
    monkeypatch.setattr(scoring, "_BISECTION_COST", cost)
    articles = {f"Q{number}": article(number, "Made Up", {"SUMMARY": text}) for number, text in enumerate(TEXTS, 930001)}
    with index_of(tmp_path, articles) as index:
        reader = index._reader
        lamp, relay = Unit((b"lamp",)), Unit((b"relai",))
        documents = list(reader.all_documents())
        scorer = Scorer(reader)
        for _ in range(2):
            for shares in ([(lamp, 1.0)], [(relay, 1.0)], [(lamp, 1.0), (relay, 0.5)], [(relay, 1.0), (lamp, 0.5)]):
                for among, asked in itertools.product(([], [2], [1, 2, 4], documents, None), (True, False)):
                    sums = scorer.sums(list(scorer.addends(shares, 2.0, among, asked=asked)))
                    alone = Scorer(reader)
                    expected = alone.sums(list(alone.addends(shares, 2.0, asked=asked)))
                    for document in documents if among is None else among:
                        assert sums.worth(document) == expected.worth(document)
                        assert sums.share(document) == expected.share(document)
