"""What comes first, and what a word may be found as, on made-up articles that say little else."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbarchive.index import build_index
from kbarchive.index.thesaurus import LONGEST, thesaurus
from kbarchive.search import Explanation, Index, open_index
from kbarchive.search.concepts import ASKING_FORMS
from kbarchive.search.evidence import KINDS, PLACE_BITS, Payload
from tests.searching import article, index_of, write_articles

_FILLER = "The lamp of the printer shows green, and the drawer holds two hundred sheets of plain paper."

ARTICLES = {
    "Q920001": article(920001, "Ledger Stops Responding on Large Journals", {"SYMPTOMS": f"It stops responding. {_FILLER}"}),
    "Q920002": article(920002, "Sample Form for Visual Basic", {"SUMMARY": f"A form in Visual Basic counts lamps. {_FILLER}"}),
    "Q920003": article(
        920003,
        "Tray Is Empty Although It Is Full",
        {"SYMPTOMS": "You may receive this message: Cannot feed a sheet from the lower tray.", "CAUSE": _FILLER},
    ),
    "Q920004": article(
        920004,
        "A Sheet Cannot Leave the Tray",
        {"SYMPTOMS": f"Sheets from the tray cannot be fed; a lower one is torn. {_FILLER}"},
    ),
    "Q920005": article(
        920005,
        "Where Joysticks Are Made",
        {"MORE INFORMATION": "See the article:\n\n   Q920006 Calibrating the Left Joystick Axis"},
    ),
    "Q920006": article(920006, "How the Left Axis Is Calibrated", {"SUMMARY": f"Calibrate the joystick. {_FILLER}"}),
    "Q920007": article(920007, "Stop 0x0000000A at Noon", {"SYMPTOMS": f"STOP 0x0000000A, then 0x80040154. {_FILLER}"}),
    "Q920012": article(920012, "Lamps Are Dim", {"SYMPTOMS": f"The lamps say -2147467259. {_FILLER}"}),
    "Q920008": article(920008, "Windows That Open Twice", {"SUMMARY": f"CreateLampExW opens a lamp twice. {_FILLER}"}),
    "Q920009": article(920009, "Relayed Letters", {"SUMMARY": f"The relayed letter arrives. {_FILLER}"}),
    "Q920010": article(920010, "Relay Letters", {"SUMMARY": f"The relay letter arrives. {_FILLER}"}),
    "Q920011": article(920011, "Filename of the Journal", {"SUMMARY": f"Choose a filename of eight letters. {_FILLER}"}),
    **{
        f"Q9201{number:02}": article(920100 + number, f"Plain Paper, Part {number}", {"SUMMARY": _FILLER})
        for number in range(40)
    },
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("ranking")
    build_index(write_articles(folder / "articles", ARTICLES), folder / "index", jobs=1)
    with open_index(folder / "index") as opened:
        yield opened


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("ledger hangs on big journals", "Q920001"),  # words that mean the same
        ("ledger crash", "Q920001"),  # a word for a phrase
        ("vb form lamps", "Q920002"),  # a short name
        ("cannot feed a sheet from the lower tray", "Q920003"),  # a message word for word, before those that have its words
        ("calibrating the left joystick axis", "Q920006"),  # not the article that only cites one of this title
        ("stop 0xA", "Q920007"),  # leading zeros
        ("80040154 noon", "Q920007"),  # without 0x
        ("&H80040154 noon", "Q920007"),  # as BASIC writes it
        ("80040154h noon", "Q920007"),
        ("why does my ledger always freeze", "Q920001"),  # words that only ask
        ("-2147221164 noon", "Q920007"),  # as a negative number
        ("2147746132 noon", "Q920007"),  # as one without sign
        ("0x80004005 lamps", "Q920012"),  # the other way round
        ("80004005 lamps", "Q920012"),
        ("2147500037 lamps", "Q920012"),
        ("CreateLampEx", "Q920008"),  # without the letter of its variant
        ("CreateLampExA opens", "Q920008"),  # with that of another
        ("create lamp twice", "Q920008"),  # by its parts
        ("relay letters", "Q920010"),  # the form that is asked for
        ("relayed letters", "Q920009"),
        ("file name of eight letters", "Q920011"),  # two words for one
        ("joistick axis", "Q920006"),  # a word that no article has
    ],
)
def test_what_comes_first(index: Index, query: str, key: str) -> None:
    assert index.search(query).hits[0].key == key


def test_a_phrase_is_never_taken_apart(index: Index) -> None:
    assert [hit.key for hit in index.search('"relay letter"').hits] == ["Q920010"]
    assert index.search('"relayed letters"').total == 1
    assert index.search('"letters relay"').total == 0
    assert index.search('"ledger hangs"').total == 0
    assert index.search('"relay letter" zebra').partial


def test_a_short_query_wants_all_its_words_or_what_they_mean(index: Index) -> None:
    assert [hit.key for hit in index.search("ledger crash").hits] == ["Q920001"]
    assert not index.search("ledger crash").partial
    assert index.search("ledger zebra").partial


@pytest.mark.parametrize(("borders", "found"), [(40, 40), (10, 12)])
def test_what_may_be_meant_is_found_where_few_have_the_word(tmp_path: Path, borders: int, found: int) -> None:
    texts = ["A border of roses."] * borders + ["A frame of wood."] * 2
    articles = {
        f"Q{number}": article(number, f"Garden, Part {number}", {"SUMMARY": text}) for number, text in enumerate(texts, 920200)
    }
    with index_of(tmp_path, articles) as index:
        results = index.search("border", limit=100)
        assert results.total == found
        assert all("border" in hit.snippets[0].text for hit in results.hits[:borders])


@pytest.mark.parametrize("query", ["outlook crashes on startup", "outlook crashes"])
def test_a_filter_lets_nothing_in(tmp_path: Path, query: str) -> None:
    texts = ["Outlook crashes on startup.", "Outlook crashes.", "The startup of the lamp.", "A lamp.", "A lamp on a table."]
    articles = {
        f"Q{number}": article(number, f"Lamps, Part {number}", {"SUMMARY": text}, collection=collection)
        for number, (text, collection) in enumerate(itertools.product(texts, ("exchange", "winnt")), 920200)
    }
    with index_of(tmp_path, articles) as index:
        everything = index.search(query, limit=100, facets=True)
        counts = everything.facets["collection"]
        assert len(counts) == 2
        for name, count in counts.items():
            other = next(other for other in counts if other != name)
            for narrowed in (f"{query} collection:{name}", f"{query} -collection:{other}"):
                results = index.search(narrowed, limit=100)
                assert results.total == count
                assert {hit.key for hit in results.hits} < {hit.key for hit in everything.hits}


# Words of one small language, in which other words may be meant, several are one name, and some only ask.
_WORDS = "zebra crash quit lampion gateway vb visual basic location path prints output how do i the a nt4 relay relayed".split()


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """Articles whose titles and texts are of those words, drawn by lot."""
    draw = random.Random(7)  # noqa: S311 - no secret
    articles = {
        f"Q{number}": article(
            number,
            " ".join(draw.choices(_WORDS, k=draw.randint(1, 5))).title(),
            {"SYMPTOMS": " ".join(draw.choices([*_WORDS, "lorem", "ipsum", "dolor"], k=draw.randint(3, 40)))},
        )
        for number in range(921001, 921121)
    }
    with index_of(tmp_path_factory.mktemp("crowd"), articles) as index:
        yield index


_QUERIES = st.lists(st.sampled_from([*_WORDS, "gronk"]), min_size=2, max_size=9)


@given(_QUERIES, st.integers(1, 12))
def test_a_shorter_page_is_the_beginning_of_a_longer_one(crowd: Index, words: list[str], limit: int) -> None:
    """What evidence cannot bring among those asked for is not looked at; nothing else is left out."""
    query = " ".join(words)
    everything = crowd.search(query, limit=100, snippets=False).hits
    assert crowd.search(query, limit=limit, snippets=False).hits == everything[:limit]


@given(_QUERIES)
def test_no_evidence_is_worth_more_than_its_bound(crowd: Index, words: list[str]) -> None:
    finding = crowd._finding
    ranker, ranking = finding.ranker, finding.find(" ".join(words)).ranking
    bounds, examine = ranker._upper_bounds(ranking), ranker._examination(ranking)
    for document in ranking.scores:
        evidence = examine(document)
        for kind, bound in zip(KINDS, bounds(document), strict=True):
            assert evidence is None or getattr(ranker._settings, kind) * getattr(evidence, kind) <= bound + 1e-9


@pytest.mark.parametrize("query", ["vb gronk", "gronk vb"])
def test_a_word_with_a_second_name_counts_where_it_opens_the_title(tmp_path: Path, query: str) -> None:
    titles = ["Vb", "Vb xx", "Lorem Vb"]
    articles = {f"Q{number}": article(number, title, {"SUMMARY": "Lorem."}) for number, title in enumerate(titles, 930001)}
    with index_of(tmp_path, articles) as index:
        (first, *_) = index.search(query, explain=True).hits
        assert first.key == "Q930001"
        assert isinstance(first.explanation, Explanation)
        assert {"title", "window", "run"} <= first.explanation.parts.keys()


def test_of_a_word_and_its_name_at_one_place_the_word_counts(tmp_path: Path) -> None:
    articles = {"Q930001": article(930001, "Visual Basic Lorem", {"SUMMARY": "Sit amet."})}
    with index_of(tmp_path, articles) as index:
        ranker, ranking = index._finding.ranker, index._finding.find("visual basic amet").ranking
        evidence = ranker._examination(ranking)(0)
        assert evidence is not None
        found = [(place >> PLACE_BITS, payload) for place, payload in zip(evidence._places, evidence._payloads, strict=True)]
        visual, named, basic, _ = found
        assert visual == (0, Payload(0, 1.0, 1))
        assert named == (0, Payload(1, 1.0, 2))  # the second word of the name: it begins with the first
        assert basic == (1, Payload(1, 1.0, 1))


def test_a_message_in_other_words_is_found_first_however_many_are_asked_for(tmp_path: Path) -> None:
    articles = {
        "Q930001": article(930001, "Zebra Quit Lampion Gateway", {"SUMMARY": "Lorem."}),
        "Q930002": article(
            930002, "Crash of the Zebra", {"SUMMARY": "The crash of a zebra, a lampion, a gateway. Crash, zebra."}
        ),
    }
    with index_of(tmp_path, articles) as index:
        keys = [hit.key for hit in index.search("zebra crash lampion gateway", limit=2).hits]
        assert [hit.key for hit in index.search("zebra crash lampion gateway", limit=1).hits] == keys[:1]


@pytest.mark.parametrize(("query", "key"), [("ups", "Q920200"), ("up", "Q920201"), ("dos", "Q920202"), ("do", "Q920203")])
def test_a_short_name_is_no_plural(tmp_path: Path, query: str, key: str) -> None:
    texts = ["The UPS hums.", "The lamp hangs up.", "A lamp of DOS.", "All that lamps do."]
    articles = {f"Q{number}": article(number, f"Hum {number}", {"SUMMARY": text}) for number, text in enumerate(texts, 920200)}
    with index_of(tmp_path, articles) as index:
        assert [hit.key for hit in index.search(query).hits] == [key]


def test_scores_are_the_sum_of_what_explains_them(index: Index) -> None:
    results = index.search("sheet from the lower tray is torn", explain=True)
    assert len(results.hits) > 1
    for hit in results.hits:
        assert isinstance(hit.explanation, Explanation)
        assert sum(hit.explanation.parts.values()) == pytest.approx(hit.score, abs=0.002)
    (ledger,) = index.search("ledger crash", explain=True).hits
    assert ledger.explanation
    assert [(word.word, word.found) for word in ledger.explanation.words] == [
        ("ledger", ("ledger",)),
        ("crash", ("stop respond",)),
    ]
    assert b"explanation" not in msgspec.json.encode(index.search("ledger"))


def test_pages_are_parts_of_one_order(index: Index) -> None:
    for query in ("plain paper sheets", "the lamp shows green and the tray is empty", "lamp OR tray"):
        everything = index.search(query, limit=1000)
        assert everything.total == len(everything.hits)
        scores = [hit.score for hit in everything.hits]
        assert scores == sorted(scores, reverse=True)
        pages = [hit.key for offset in range(0, everything.total, 7) for hit in index.search(query, 7, offset).hits]
        assert pages == [hit.key for hit in everything.hits]
        assert [hit.key for hit in index.search(query).hits] == pages[:10]


def test_the_thesaurus_is_sound() -> None:
    names = thesaurus()
    phrases = [stems for stems, _ in names.named] + list(names.words)
    assert all(0 < len(stems) <= LONGEST for stems in phrases)
    for stems, terms in names.words.items():
        assert b" ".join(stems) not in terms
        assert len(set(terms)) == len(terms), stems
    # A name is that of one thing, and not a word of every sentence.
    assert [stems for stems, terms in names.names.items() if len(terms) > 1] == []
    assert [stems for stems in names.names if len(stems) == 1 and stems[0] in ASKING_FORMS] == []
