"""Inverting many articles at once gives what plain loops give, and all their posting lists come back from the bytes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kbarchive.index.analysis import runs, words_of
from kbarchive.index.blocks import Block
from kbarchive.index.inverter import Inverter
from kbarchive.index.lexicon import Terms
from kbarchive.index.pool import InvertedPool
from kbarchive.index.postings import Postings
from kbarchive.index.thesaurus import thesaurus
from kbarchive.index.zones import CODE, MOST_POSITIONS, WORTHS, Piece, pieces
from kbarchive.parsing import parse_document
from kbarchive.resources import resource_folder
from kbarchive.sources import documents
from tests.inverting import inverted, plainly_inverted

_NAMES = sorted({b" ".join(stems).decode() for stems, _ in thesaurus().named})
_TEXTS = st.lists(
    st.one_of(
        st.sampled_from("Relay relays relayed RELAYED don't C++ C# Win32s TCP/IP, (Q179289) 0x0000000A a.b.c -- =".split()),
        st.sampled_from(_NAMES),
        st.text(max_size=6),
    ),
    max_size=8,
).map(" ".join)
_PIECES = st.lists(st.builds(Piece, st.sampled_from(sorted(WORTHS)), _TEXTS, st.sampled_from(["", "", CODE])), max_size=8)


@settings(deadline=None)
@given(st.lists(_PIECES, min_size=1, max_size=5))
def test_many_at_once_are_as_one_by_one(articles: list[list[Piece]]) -> None:
    assert inverted(articles) == plainly_inverted(articles)


def test_the_corpus_is_inverted_as_in_plain_loops() -> None:
    articles = [
        list(pieces(article))
        for document in documents(*(resource_folder("corpus") / form for form in ("txt", "jekyll", "localised")))
        for article in parse_document(document.data, file=document.file)
    ]
    assert len(articles) > 50
    assert inverted(articles) == plainly_inverted(articles)


@settings(deadline=None)
@given(st.text() | st.text("aB7_.+#'/- \u00e9\u2019"))
def test_runs_and_words_are_such_by_themselves(text: str) -> None:
    for run in runs(text):
        assert runs(run) == [run]
        for word in words_of(run):
            assert runs(word) == words_of(word) == [word]
    assert runs(text) == [run for part in text.split() for run in runs(part)]


def test_text_that_positions_cannot_count_is_left_out() -> None:
    inverter = Inverter()
    inverter.add([Piece("title", "Relay"), Piece("cause", "no " * MOST_POSITIONS), Piece("status", "never")])
    (found,) = inverter.invert().words
    assert found == 1


@settings(deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.integers(0, 2**32 - 1),
            st.tuples(st.integers(0, 255), st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=4)),
            min_size=1,
            max_size=4,
        ),
        min_size=1,
        max_size=6,
    )
)
def test_posting_lists_come_back(lists: list[dict[int, tuple[int, list[int]]]]) -> None:
    pool = InvertedPool()
    terms = Terms()
    numbers = [terms[b"%d" % number] for number in range(len(lists))]
    postings = sorted((document, number) for number in numbers for document in lists[number])
    rows = [(number, document, len(lists[number][document][1]), lists[number][document][0]) for document, number in postings]
    places = [place for document, number in postings for place in lists[number][document][1]]
    columns = (np.array(column, np.uint32) for column in zip(*rows, strict=True))
    pool.add_text("text", terms, [Block(*columns, np.array(places, np.uint32))])
    ((found, packed),) = pool.pop("text")
    assert found == [b"%d" % number for number in numbers]
    at = 0
    for number, length in enumerate(packed.lengths.tolist()):
        whole = dict(sorted(lists[number].items()))
        for passed_over in (set(), {*list(whole)[::2], 7}, set(whole)):
            expected = {document: kept for document, kept in whole.items() if document not in passed_over}
            read = Postings(bytes(packed.data[at : at + length]))
            read.pass_over(passed_over)
            assert list(read.documents) == list(expected)
            assert list(read.impacts) == [impact for impact, _ in expected.values()]
            for document in whole:
                kept = expected.get(document, (0, []))[1]
                assert list(read.positions(document)) == [place & 0xFFFFFF for place in kept]
                assert list(read.places(document)[1]) == [place >> 24 for place in kept]
            assert {document: list(places) for document, places in read.all_positions().items()} == {
                document: [place & 0xFFFFFF for place in kept] for document, (_, kept) in expected.items()
            }
        at += length
    assert at == len(packed.data)
