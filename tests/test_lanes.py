"""Sums over all documents at once: the same as one by one."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbarchive.search import lanes
from kbarchive.search.lanes import Addend, Few, Sums

NUMBER = 50

_FOUND = st.dictionaries(st.integers(0, NUMBER - 1), st.integers(1, 255), max_size=NUMBER)


def of(found: dict[int, int], *without: dict[int, int], asked: bool = True) -> lanes.Lanes:
    """The lanes of what has these bytes of worth in these documents."""
    documents = array("I", sorted(found))
    return lanes.lanes_of(
        documents, bytes(map(found.__getitem__, documents)), NUMBER, without=[sorted(other) for other in without], asked=asked
    )


@pytest.mark.parametrize("few", [0, 10**6], ids=["all in lanes", "each by itself"])
@given(st.lists(st.tuples(_FOUND, st.floats(0.01, 20), st.booleans()), max_size=70), st.floats(0, 1))
def test_sums_are_those_of_each_document(few: int, words: list[tuple[dict[int, int], float, bool]], least: float) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lanes, "_FEW", few)
        sums = Sums([Addend(of(found, asked=asked), weight, is_asked=asked) for found, weight, asked in words], NUMBER)
    total = sum(weight for _, weight, _ in words) or 1.0
    wanted = [(found, weight) for found, weight, asked in words if asked]
    rounding = (len(words) + 2) / 4000
    everything = range(NUMBER)
    for document, worth, share in zip(everything, *sums.worths_and_shares(everything), strict=True):
        assert (worth, share) == (sums.worth(document), sums.share(document))
        assert worth / total == pytest.approx(
            sum(found.get(document, 0) * weight for found, weight, _ in words) / total, abs=255 * rounding
        )
        if not wanted:
            assert share == 1.0
            continue
        of_wanted = sum(weight for _, weight in wanted)
        has = sum(weight for found, weight in wanted if document in found)
        assert share == pytest.approx(has / of_wanted, abs=rounding * total / of_wanted)
        assert (share == 1.0) == all(document in found for found, _ in wanted) == sums.any_has_all([document])
    having = sums.having(least)
    assert having == sorted(having)
    if wanted:
        shares = {document: sums.share(document) for document in everything}
        assert all(shares[document] > 0 for document in having)
        for document, share in shares.items():
            assert (document in sums.having(share)) == (share > 0)
            assert document not in sums.having(share + 0.0001)
        assert all(
            (document in having) == (share >= least) for document, share in shares.items() if share > 0 and share != least
        )


@given(_FOUND, _FOUND, _FOUND)
def test_what_may_be_meant_counts_only_where_the_word_does_not_stand(
    word: dict[int, int], one: dict[int, int], other: dict[int, int]
) -> None:
    expected = {document: worth for document, worth in other.items() if document not in {*word, *one}}
    for few in (0, 10**6):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(lanes, "_FEW", few)
            masked, alone = of(other, word, one), of(expected)
        sums = [Sums([Addend(found, 1.0)], NUMBER) for found in (masked, alone)]
        assert [sums[0].worth(n) for n in range(NUMBER)] == [sums[1].worth(n) for n in range(NUMBER)]


@pytest.mark.parametrize("words", [1, 2, 64, 1500, 4000])
def test_no_lane_runs_over_into_the_next(words: int) -> None:
    everywhere = dict.fromkeys(range(0, NUMBER, 2), 255)
    sums = Sums([Addend(of(everywhere), 1.0)] * words, NUMBER)
    everything = [sums.worth(document) for document in range(NUMBER)]
    assert everything[1::2] == [0.0] * (NUMBER // 2)
    assert len(set(everything[::2])) == 1
    if words < 100:
        assert everything[0] == pytest.approx(words * 255.0, rel=0.02)
    assert sums.having(1.0) == list(everywhere)


def test_what_a_word_may_be_called_takes_no_room_from_it() -> None:
    """However many names a word has, its weight is as fine as without them: a document has one of them."""
    named = [Addend(of({number: 100}), 0.5, is_first=False) for number in range(2, NUMBER)]
    sums = [Sums([Addend(of({0: 100, 1: 100}), 9.0), Addend(of({1: 100}), 0.1), *more], NUMBER) for more in ([], named)]
    for document in (0, 1):
        assert sums[0].share(document) == sums[1].share(document)
        assert sums[0].worth(document) == sums[1].worth(document)


def test_lanes_tell_about_how_much_memory_they_take() -> None:
    many, few = of(dict.fromkeys(range(NUMBER), 1)), of({7: 1})
    assert isinstance(many, int)
    assert isinstance(few, Few)
    assert 4 * NUMBER <= lanes.size(many) <= 6 * NUMBER
    assert lanes.size(few) >= 500
