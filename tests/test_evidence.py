"""What positions tell of a document, on places that are written down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbarchive import parse, reading
from kbarchive.index import build_index
from kbarchive.index.forms import PART, SHIFT
from kbarchive.index.zones import ZONES, Piece, pack, pieces, unpack
from kbarchive.search import evidence, examining, open_index
from kbarchive.search.evidence import PLACE_BITS, Asked, Evidence, Payload, Zones
from tests.inverting import inverted
from tests.searching import article, from_one_and_two_processes, write_articles

_Words = list[dict[int, Payload]]


def at(*places: int, share: float = 1.0, words: int = 1) -> dict[int, Payload]:
    """Something at some positions."""
    return dict.fromkeys(places, Payload(0, share, words))


def evidence_of(
    words: _Words, rarities: list[float], sequence: list[int], title: int = 0, products: Sequence[tuple[int, int]] = ()
) -> Evidence:
    """The evidence of a document where each word of a question has such payloads by position."""
    payloads: dict[int, Payload] = {}
    places = []
    for number, word in enumerate(words):
        codes: dict[Payload, int] = {}
        for place, found in word.items():
            code = codes.setdefault(found._replace(number=number), number << 8 | len(codes))
            places.append(place << PLACE_BITS | code)
        payloads |= {code: found for found, code in codes.items()}
    return Evidence(Asked(rarities, rarities, sequence, payloads), sorted(places), Zones(title, products))


def test_the_heaviest_run_counts() -> None:
    places = [at(3, 20), at(4, 30), at(5), at(31)]
    found = evidence_of(places, [1.0, 2.0, 4.0, 8.0], [0, 1, 2, 3])
    assert (found.run, found.exact) == (8.0 / 15.0, 0.0)  # 30 31, not followed by the fourth in order
    found = evidence_of(places[:3], [1.0, 2.0, 4.0], [0, 1, 2])
    assert (found.run, found.exact) == (1.0, 1.0)
    found = evidence_of(places[:2], [1.0, 2.0], [0, 1])
    assert (found.run, found.exact) == (1.0, 0.0)  # two words are no quotation


def test_a_word_that_is_said_twice_goes_on_with_a_run() -> None:
    found = evidence_of([at(4, 7, 8), at(6, 9)], [1.0, 2.0], [0, 0, 1])
    assert (found.run, found.exact) == (1.0, 1.0)
    assert evidence_of([at(7), at(9)], [1.0, 2.0], [0, 0, 1]).exact == 0.0


def test_a_lighter_run_of_more_words_is_the_whole_question_all_the_same() -> None:
    words = [at(3), at(3, words=2) | at(4, share=0.4), at(5), at(6)]
    found = evidence_of(words, [0.1, 5.0, 1.0, 1.0], [0, 1, 2, 3])
    assert (found.run, found.exact) == (pytest.approx(7.0 / 7.1), 1.0)


def test_neighbours_count_by_their_least_distance() -> None:
    assert evidence_of([at(10), at(12)], [2.0, 2.0], [0, 1]).pairs == pytest.approx(1.0 / 4.0)
    assert evidence_of([at(10, 40), at(12, 41)], [2.0, 2.0], [0, 1]).pairs == pytest.approx(2.0 / 4.0)
    assert evidence_of([at(10), at(15)], [2.0, 2.0], [0, 1]).pairs == 0.0
    assert evidence_of([at(10, words=3), at(15)], [2.0, 2.0], [0, 1]).pairs == pytest.approx(2.0 / 3 / 4.0)
    assert evidence_of([at(12), at(10)], [2.0, 2.0], [0, 1]).pairs == 0.0


def test_a_title_that_is_the_question_counts() -> None:
    words = [at(0, 50), at(2, share=0.5), at(60)]
    assert evidence_of(words, [1.0, 2.0, 1.0], [0, 1, 2], title=4).title == pytest.approx(2.0 / 4.0 * 2 / 4)
    assert evidence_of([at(0, words=2)], [1.0], [0], title=2).title == 1.0
    assert evidence_of([at(3)], [1.0], [0], title=3).title == 0.0


def test_the_names_of_products_count_by_the_words_in_them() -> None:
    words = [at(5, 40), at(41, share=0.5), at(90)]
    assert evidence_of(words, [1.0, 2.0, 1.0], [0, 1, 2], products=[(40, 42), (80, 90)]).products == pytest.approx(2.0 / 4.0)


_PAYLOADS = st.builds(Payload, st.just(0), st.sampled_from([0.4, 0.9, 1.0]), st.sampled_from([1, 1, 1, 2]))
_WORDS = st.lists(st.dictionaries(st.integers(0, 60), _PAYLOADS, max_size=6), min_size=1, max_size=5)


@given(_WORDS, st.lists(st.integers(0, 4), min_size=2, max_size=7))
def test_runs_and_neighbours_are_the_best_of_all(words: _Words, sequence: list[int]) -> None:
    rarities = [1.5, 0.7, 3.2, 2.0, 0.4][: len(words)]
    sequence = [number % len(words) for number in sequence]
    sequence += {*range(len(words))}.difference(sequence)  # each word is asked for
    found = evidence_of(words, rarities, sequence)
    runs = list(_runs(words, rarities, sequence))
    heaviest = max((weight for weight, _ in runs), default=0.0)
    assert found.run == pytest.approx(heaviest / sum(rarities[number] for number in sequence))
    assert found.exact == (len(sequence) >= 3 and any(length == len(sequence) for _, length in runs))
    pairs = 0.0
    for left, right in {pair for pair in pairwise(sequence) if pair[0] != pair[1]}:
        near = [
            min(one.share, other.share) / distance
            for (start, one), (end, other) in product(words[left].items(), words[right].items())
            if 1 <= (distance := end - start - one.words + 1) <= 4
        ]
        pairs += max(near, default=0.0) * min(rarities[left], rarities[right])
    assert found.pairs == pytest.approx(pairs / sum(rarities))


def _runs(words: _Words, rarities: list[float], sequence: list[int]) -> Iterator[tuple[float, int]]:
    """All runs, by brute force."""

    def from_here(step: int, place: int) -> Iterator[tuple[float, int]]:
        found = words[sequence[step]].get(place) if step < len(sequence) else None
        if found is not None:
            weight = found.share * rarities[sequence[step]]
            yield weight, 1
            yield from ((weight + more, length + 1) for more, length in from_here(step + 1, place + found.words))

    for step, number in enumerate(sequence):
        for place in words[number]:
            yield from from_here(step, place)


@given(_WORDS)
def test_the_passage_is_the_best_of_all(words: _Words) -> None:
    rarities = [1.5, 0.7, 3.2, 2.0, 0.4][: len(words)]
    words = [{place * 5: found for place, found in word.items()} for word in words]
    best = 0.0
    for start in range(301):
        shares = [[word[place].share for place in word if start <= place <= start + evidence._WINDOW] for word in words]
        best = max(best, sum(rarity * max(found, default=0.0) for rarity, found in zip(rarities, shares, strict=True)))
    found = evidence_of(words, rarities, list(range(len(words)))).window * sum(rarities)
    # A word's best share within a passage counts until the passage has none of it left.
    assert best - 1e-9 <= found <= sum(rarities) + 1e-9


@given(st.lists(st.tuples(st.integers(0, len(ZONES) - 1), st.integers(0, 2**24 - 1), st.integers(0, 2**24 - 1)), max_size=300))
def test_zones_come_back(zones: list[tuple[int, int, int]]) -> None:
    numbers, places = bytes(zone for zone, _, _ in zones), tuple(place for _, *bounds in zones for place in bounds)
    assert unpack(pack(numbers, places)) == (numbers, places)


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
    monkeypatch.setattr(examining, "_KEPT_BYTES", 3_000)
    articles = {f"Q{n}": article(n, f"Wombat {n}", {"SUMMARY": f"It has burrow{n}."}) for n in range(910001, 910011)}
    build_index(write_articles(tmp_path / "articles", articles), tmp_path / "index", 1)
    with open_index(tmp_path / "index") as index:
        scores = {n: index.search(f"wombat burrow{n}").hits[0].key for n in range(910001, 910011)}
        kept = index._finding.ranker._examiner._kept
        assert 0 < sum(map(examining._size, kept.values())) <= 3_000
    assert scores == {n: f"Q{n}" for n in scores}
