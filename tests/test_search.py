"""Which articles are found, in which order, and with which snippets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kbarchive.search import Index
from tests.searching import ARTICLES, article, index_of, snippets_of


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with index_of(tmp_path_factory.mktemp("search")) as opened:
        yield opened


def found(index: Index, query: str) -> list[str]:
    return [hit.key for hit in index.search(query).hits]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("relay", ["Q910001", "Q910002"]),
        ("RELAYED", ["Q910001", "Q910002"]),
        ("relay not allowed", ["Q910001", "Q910002"]),
        ('"relay not allowed"', ["Q910001"]),
        ('"relay allowed"', []),
        ("relay -hosts", ["Q910001"]),
        ('relay -"relay not allowed"', ["Q910002"]),
        ("open gateway", ["Q910001"]),
        ("CreateWindowEx", ["Q910002"]),
        ("create window", ["Q910002"]),
        ("TCP/IP", ["Q910002"]),
        ("tcp", ["Q910002"]),
        ("autoexec.bat", ["Q910002"]),
        ("autoexec", ["Q910002"]),
        ("0x80040154", ["Q910002"]),
        ("80040154", ["Q910002"]),
        (r"HKEY_LOCAL_MACHINE\System", ["Q910001"]),
        ("local machine", ["Q910001"]),
        ("relayflags", ["Q910001"]),
        ("C++", ["Q910003"]),
        ("win32s", ["Q910003"]),
        ("Q910002", ["Q910002", "Q910001"]),
        ("kb910002", ["Q910002", "Q910001"]),
        ("910002", ["Q910002", "Q910001"]),
        ("(Q910002).", ["Q910002", "Q910001"]),
        ("#910002", ["Q910002", "Q910001"]),
        ("Q910002 Setting Up the Connector", ["Q910002", "Q910001"]),
        ("Q910002 modified:2001", ["Q910002"]),
        ("Q910003 OR Q910002", ["Q910003", "Q910002", "Q910001"]),
        ("Q910002 -compiler title:connector", ["Q910002"]),
        ("relay -Q910002", []),
        ("allowed -q910001", ["Q910002"]),
        ("relay -kb910001", ["Q910002"]),
        ("product:vc++ stops", ["Q910003"]),
        ("win32s -msvc", []),
        ("Q919999", ["Q910001"]),
        ("", []),
        ('"" - (', []),
    ],
)
def test_what_is_found(index: Index, query: str, keys: list[str]) -> None:
    results = index.search(query)
    assert [hit.key for hit in results.hits] == keys
    assert results.total == len(keys)
    assert not results.partial


def test_where_nothing_matches_whole_the_best_parts_are_given(index: Index) -> None:
    results = index.search("relay zeppelin")
    assert results.partial
    assert [hit.key for hit in results.hits] == ["Q910001", "Q910002"]
    assert index.search("zeppelin").partial is False
    assert index.search("zeppelin").total == 0


def test_a_long_query_may_have_words_that_the_article_lacks(index: Index) -> None:
    results = index.search("my letter comes back with relay not allowed, why")
    assert results.hits[0].key == "Q910001"
    assert results.partial


def test_words_near_one_another_in_their_order_count(tmp_path: Path) -> None:
    texts = {
        "Q940001": "The blue horse left, and nobody saw the red barn or the old fence.",
        "Q940002": "The old fence hid the horse, and nobody saw the blue barn or the red.",
        "Q940003": "The horse left, and nobody saw the old red barn or the blue fence.",
    }
    with index_of(tmp_path, {key: article(int(key[1:]), "A Farm", {"SUMMARY": text}) for key, text in texts.items()}) as farm:
        assert found(farm, "old red barn")[0] == "Q940003"
        assert found(farm, "old fence hid")[0] == "Q940002"


def test_equal_articles_stand_in_the_order_of_their_keys(tmp_path: Path) -> None:
    same = {f"Q{number}": article(number, "Same", {"SUMMARY": "The same."}) for number in (950003, 950001, 950002)}
    with index_of(tmp_path, same) as index:
        assert found(index, "same") == ["Q950001", "Q950002", "Q950003"]


def test_pages_join_to_the_whole(tmp_path: Path) -> None:
    many = {
        f"Q{number}": article(number, f"Thing {number % 5}", {"SUMMARY": "Word " * (number % 4) + "thing."})
        for number in range(960000, 960250)
    }
    with index_of(tmp_path, many) as index:
        whole = index.search("thing word", limit=1000)
        assert whole.total == len(whole.hits) < 250
        pages = [hit for offset in range(0, whole.total, 7) for hit in index.search("thing word", 7, offset).hits]
        assert pages == list(whole.hits)
        assert [hit.rank for hit in pages] == list(range(1, whole.total + 1))
        assert index.search("thing", limit=0).total == 250
        assert index.search("thing", offset=1000).hits == ()


@pytest.mark.parametrize(("limit", "offset"), [(-1, 0), (10, -1)])
def test_a_negative_page_is_refused(index: Index, limit: int, offset: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        index.search("relay", limit, offset)


def test_the_json_of_results(index: Index) -> None:
    results = msgspec.to_builtins(index.search('"relay not allowed"', facets=True))
    hit = results["hits"][0]
    snippet = hit["snippets"][0]
    names = ["schema", "query", "total", "partial", "hits", "facets", "suggestions", "diagnostics", "folded"]
    assert list(results) == names
    assert results["schema"] == 1
    assert results["facets"] == {
        "collection": {"exchange": 1},
        "product": {"Microsoft Exchange Server": 1},
        "keyword": {"kbmadeup": 1},
        "type": {},
        "year": {"1999": 1},
    }
    assert {name: hit[name] for name in ("rank", "id", "key", "modified", "collection", "products")} == {
        "rank": 1,
        "id": "Q910001",
        "key": "Q910001",
        "modified": "1999-05-12",
        "collection": "exchange",
        "products": ("Microsoft Exchange Server",),
    }
    assert snippet["section"] == "symptoms"
    assert [snippet["text"][start:end] for start, end in snippet["highlights"]] == ["relay", "not", "allowed"]


def test_facets_count_all_that_matches(index: Index) -> None:
    facets = index.search("kbmadeup", limit=1, facets=True).facets
    assert facets["collection"] == {"exchange": 2, "visualc": 1}
    assert facets["year"] == {"1995": 1, "1999": 1, "2001": 1}
    assert index.search("kbmadeup").facets == {}


@pytest.mark.parametrize(
    ("query", "suggestions"),
    [
        ("netsheild", ("netshield",)),
        ("Netsheild, please", ("Netshield, please",)),
        ("compilre relay", ("compiler relay",)),
        ("connetcors", ("connector",)),
        ("relay", ()),
        ("xyzzyqqq", ()),
    ],
)
def test_did_you_mean(index: Index, query: str, suggestions: tuple[str, ...]) -> None:
    assert index.search(query).suggestions == suggestions


def test_odd_queries_are_told(index: Index) -> None:
    def codes(query: str) -> list[str]:
        return [diagnostic.code for diagnostic in index.search(query).diagnostics]

    assert codes("...") == ["no-words"]
    assert codes("-relay") == ["only-excluded"]
    assert codes("modified:1980 relay") == codes("modified:<1980") == ["no-date"]
    assert not codes("relay -modified:1980")
    assert codes("relay " * 500) == ["query-cut"]
    assert codes("relay xyzzyplugh") == ["unknown-word"]
    assert codes("relay") == []


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80) | st.text(alphabet='relay not "-()C+/\\.Q9', max_size=60))
def test_no_query_raises(index: Index, query: str) -> None:
    results = index.search(query, facets=True)
    msgspec.json.encode(results)
    for hit in results.hits:
        for snippet in hit.snippets:
            assert all(0 <= start < end <= len(snippet.text) for start, end in snippet.highlights)


def test_a_snippet_is_the_tightest_passage_cut_between_words(tmp_path: Path) -> None:
    filling = "plain words that fill the page without saying much of anything at all " * 5
    text = f"A relay. {filling} Here relay is not allowed. {filling}"
    with index_of(tmp_path, {"Q970001": article(970001, "Snippets", {"SUMMARY": text})}) as index:
        (snippet,) = snippets_of(index.article("Q970001"), {b"relai": 2.0, b"not": 1.0, b"allow": 2.0})
    assert [snippet.text[start:end] for start, end in snippet.highlights] == ["relay", "not", "allowed"]
    assert snippet.text.startswith("...")
    assert snippet.text.endswith("...")
    assert 150 <= len(snippet.text) <= 200
    words = set(text.split())
    assert all(word in words for word in snippet.text.removeprefix("...").removesuffix("...").split())


def test_a_snippet_of_what_only_the_title_has_is_the_begin(index: Index) -> None:
    (hit, *_) = index.search("compiling").hits
    assert hit.key == "Q910003"
    (snippet,) = index.search("setting up the connector in three steps").hits[0].snippets
    assert snippet.section == "summary"
    assert len(ARTICLES) == len(index)


def test_answers_do_not_hang_on_what_is_remembered(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kbarchive.search.scoring._REMEMBERED_POSTINGS", 0)
    monkeypatch.setattr("kbarchive.search.examining._KEPT_BYTES", 1_000)
    with index_of(tmp_path) as forgetful:
        for query in ("relay not allowed", "open gateway relay", "relay", "title:relay window", "relay not allowed"):
            assert forgetful.search(query) == index.search(query)


def test_words_are_near_within_a_part_however_far_it_is(index: Index) -> None:
    assert found(index, "compiler NEAR/9999 netshield") == ["Q910003"]  # both in SYMPTOMS
    assert found(index, "compiler NEAR/9999 instead") == []  # in SYMPTOMS, and in WORKAROUND
    assert found(index, "compiler instead") == ["Q910003"]
