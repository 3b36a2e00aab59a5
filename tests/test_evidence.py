"""What positions tell of a document, on places that are written down."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbarchive import parse, reading
from kbarchive.index import build_index
from kbarchive.index.forms import PART, SHIFT
from kbarchive.index.zones import ZONES, Bounds, Piece, pack, pieces, unpack
from kbarchive.search import evidence, open_index
from tests.inverting import inverted
from tests.searching import article, from_one_and_two_processes, write_articles

_Places = list[dict[int, tuple[float, int]]]


def at(*places: int, share: float = 1.0) -> dict[int, tuple[float, int]]:
    """A word of its own at some positions."""
    return dict.fromkeys(places, (share, 1))


def test_the_heaviest_run_counts() -> None:
    places = [at(3, 20), at(4, 30), at(5), at(31)]
    assert evidence._runs(places, [1.0, 2.0, 4.0, 8.0], [0, 1, 2, 3]) == (
        8.0,
        False,
    )  # 30 31, not followed by the fourth in order
    assert evidence._runs(places[:3], [1.0, 2.0, 4.0], [0, 1, 2]) == (7.0, True)
    assert evidence._runs(places[:2], [1.0, 2.0], [0, 1]) == (3.0, False)  # two words are no quotation


def test_neighbours_count_by_their_least_distance() -> None:
    places = [at(10), at(12)]
    assert evidence._pairs(places, [(0, 1, 2.0)]) == pytest.approx(1.0)
    assert evidence._pairs([at(10, 40), at(12, 41)], [(0, 1, 2.0)]) == pytest.approx(2.0)
    assert evidence._pairs([at(10), at(15)], [(0, 1, 2.0)]) == 0.0


@given(st.lists(st.dictionaries(st.integers(0, 300), st.sampled_from([0.4, 0.9, 1.0]), max_size=6), min_size=1, max_size=5))
def test_the_passage_is_the_best_of_all(words: list[dict[int, float]]) -> None:
    rarities = [1.5, 0.7, 3.2, 2.0, 0.4][: len(words)]
    places = [{place: (share, 1) for place, share in word.items()} for word in words]
    best = 0.0
    for start in range(301):
        shares = [[word[place] for place in word if start <= place <= start + evidence._WINDOW] for word in words]
        best = max(best, sum(rarity * max(found, default=0.0) for rarity, found in zip(rarities, shares, strict=True)))
    found = evidence._window(places, rarities)
    # A word's best share within a passage counts until the passage has none of it left.
    assert best - 1e-9 <= found <= sum(rarities) + 1e-9


@given(st.lists(st.tuples(st.integers(0, len(ZONES) - 1), st.integers(0, 2**24 - 1), st.integers(0, 2**24 - 1)), max_size=300))
def test_zones_come_back(zones: list[tuple[int, int, int]]) -> None:
    packed = pack(bytes(zone for zone, _, _ in zones), [place for _, *places in zones for place in places])
    assert unpack(packed) == [Bounds(*zone) for zone in zones]


def test_zones_lie_apart_and_words_have_forms() -> None:
    (found,) = inverted([[Piece("title", "Relay relays"), Piece("cause", "Relayed TCP/IP")]])
    _, places = found.postings[b"relai"]
    assert [place & (1 << SHIFT) - 1 for place in places] == [0, 1, 42]
    assert len({place >> SHIFT for place in places}) == 3
    assert found.postings[b"tcp/ip"][1] == [43 | PART << SHIFT]


def test_the_title_of_another_article_stands_in_its_section_and_apart() -> None:
    data = article(
        950001,
        "How to Wind a Clock",
        {"REFERENCES": "Before that, see:\n\n   Q950002 Choosing a Key for the Clock\n\nand rest."},
    )
    kinds = {(piece.zone, piece.within): piece.text for piece in pieces(parse(data))}
    assert kinds["cited", "references"] == "Choosing a Key for the Clock"
    assert all("Choosing" not in text for (zone, _), text in kinds.items() if zone != "cited")
    (found,) = inverted([pieces(parse(data))])
    named = [ZONES[zone.zone] for zone in found.zones]
    assert named.count("references") == 2
    assert named[-2:] == ["references", "cited"]


def test_worth_does_not_depend_on_the_shard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no other form of a stem stands in a shard, its parts of words are worth what they are worth elsewhere."""
    monkeypatch.setattr(reading, "_BATCH_DOCUMENTS", 1)
    articles = {
        "Q910001": article(910001, "The SoundBlaster Is Silent", {"SUMMARY": "Set the SoundBlaster card up."}),
        "Q910002": article(910002, "Many Blasters", {"SUMMARY": "Blasters make sounds."}),
    }
    one, two = from_one_and_two_processes(
        tmp_path, articles, lambda index: [(hit.key, hit.score) for hit in index.search("blaster card sound").hits]
    )
    assert one == two


def test_kept_posting_lists_have_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "_KEPT_BYTES", 3_000)
    articles = {f"Q{n}": article(n, f"Wombat {n}", {"SUMMARY": f"It has burrow{n}."}) for n in range(910001, 910011)}
    build_index(write_articles(tmp_path / "articles", articles), tmp_path / "index", 1)
    with open_index(tmp_path / "index") as index:
        scores = {n: index.search(f"wombat burrow{n}").hits[0].key for n in range(910001, 910011)}
        kept = index._finding.ranker._examiner._kept
        assert 0 < sum(map(evidence._size, kept.values())) <= 3_000
    assert scores == {n: f"Q{n}" for n in scores}
