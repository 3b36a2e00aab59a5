"""What the signs of the query language find, on the bundled corpus; what is right is told by the records themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kbarchive
from kbarchive import Article
from kbarchive.article import Code, Table, walk_blocks, walk_sections
from kbarchive.resources import query_help, resource_folder
from kbarchive.search import Index
from kbarchive.search.expansion import _distance, _matching, alike
from kbarchive.search.query import parse
from tests.querying import PASTED, SIGNS
from tests.searching import article, index_of

CORPUS = resource_folder("corpus")


@pytest.fixture(scope="module")
def index(corpus_index: Path) -> Iterator[Index]:
    with kbarchive.open_index(corpus_index) as opened:
        yield opened


@pytest.fixture(scope="module")
def articles(index: Index) -> list[Article]:
    return list(index.articles())


def found(index: Index, query: str) -> set[str]:
    results = index.search(query, limit=1000)
    assert len(results.hits) == results.total
    return set() if results.partial else {hit.key for hit in results.hits}


def has(pattern: str, text: str) -> bool:
    return re.search(rf"(?<![^\W_]){pattern}", text, re.IGNORECASE) is not None


def everything(article: Article) -> str:
    products = [*article.products, *(entry.text for entry in article.applies_to)]
    words = [article.title, *article.residue, *article.query_words, *article.keywords, *products]
    return "\n".join([*words, article.text, article.metadata.get("Technology", "")])


def blocks(article: Article, kind: type) -> list[str]:
    sections = walk_sections(article.sections)
    return [block.text for section in sections for block in walk_blocks(section.blocks) if isinstance(block, kind)]  # type: ignore[union-attr]


def versions(article: Article) -> set[str]:
    entries = [*article.applies_to, *(inner for entry in article.applies_to for inner in entry.with_)]
    return {version for part in (*article.versions, *entries) for version in part.versions}


def five(version: str) -> bool:
    return re.match(r"5(\.|\D|\Z)", version) is not None


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("collection:exchange", lambda a: a.collection == "exchange"),
        ("collection:EXCHANGE", lambda a: a.collection == "exchange"),
        ("collection:exch*", lambda a: (a.collection or "").startswith("exch")),
        ("collection:(exchange OR visualc)", lambda a: a.collection in ("exchange", "visualc")),
        ("-collection:exchange modified:1999", lambda a: a.collection != "exchange" and (a.modified or "")[:4] == "1999"),
        ("modified:1999", lambda a: (a.modified or "")[:4] == "1999"),
        ("modified:1996..1999", lambda a: "1996" <= (a.modified or "")[:4] <= "1999"),
        ("modified:>=1999-05", lambda a: (a.modified or "") >= "1999-05"),
        ("modified:>1999-05", lambda a: (a.modified or "") >= "1999-06"),
        ("modified:<=1999-05", lambda a: a.modified is not None and a.modified < "1999-06"),
        ("modified:<1999-05", lambda a: a.modified is not None and a.modified < "1999-05"),
        ("modified:1999-05-12", lambda a: a.modified == "1999-05-12"),
        ("keyword:kberrmsg", lambda a: "kberrmsg" in {word.lower() for word in a.keywords}),
        ("keyword:errmsg", lambda a: "kberrmsg" in {word.lower() for word in a.keywords}),
        ("technology:kbexch*", lambda a: has("kbexch", a.metadata.get("Technology", ""))),
        ("type:bug", lambda a: "kbbug" in a.metadata.get("Issue type", "").split()),
        ("platform:winnt", lambda a: "winnt" in {version.platform.lower() for version in a.versions}),
        ("version:5.5", lambda a: "5.5" in versions(a)),
        ("version:5..5.99", lambda a: any(map(five, versions(a)))),
        ("cites:Q179289", lambda a: "Q179289" in {reference.id for reference in a.references}),
        ("cites:179289", lambda a: "Q179289" in {reference.id for reference in a.references}),
        ("citedby:Q206968", lambda a: a.key == "Q179289"),
        ("citedby:Q111111", lambda a: not a),
        ("has:code", lambda a: bool(blocks(a, Code))),
        ("has:table", lambda a: bool(blocks(a, Table))),
        ("-has:table", lambda a: not blocks(a, Table)),
        ("has:workaround", lambda a: "workaround" in {section.kind for section in a.sections}),
        ("has:references", lambda a: bool(a.references)),
        ("has:keywords -has:technology", lambda a: bool(a.keywords) and not a.metadata.get("Technology")),
        ("title:relay", lambda a: has("relay", a.title)),
        ("title:(relay OR joystick)", lambda a: has("relay|joystick", a.title)),
        ("-title:relay relay", lambda a: has("relay", everything(a)) and not has("relay", a.title)),
        ('title:"relay not allowed"', lambda a: has("relay not allowed", a.title)),
        ("cause:RelayFlags", lambda a: has("RelayFlags", a.cause)),
        ('resolution:"service pack"', lambda a: has(r"service\s+packs?\b", a.resolution)),
        ("code:HKEY_LOCAL_MACHINE", lambda a: any(has("HKEY_LOCAL_MACHINE", text) for text in blocks(a, Code))),
        ("joystick OR relayflags", lambda a: has("joysticks?\\b|relayflags", everything(a))),
        (
            "(joystick OR relayflags) -clock",
            lambda a: has("joystick|relayflags", everything(a)) and not has("clock", everything(a)),
        ),
        ("title:(relay NEAR/1 allowed)", lambda a: has(r"relay not allowed", a.title)),
        ('"relay not" NEAR/0 allowed', lambda a: has(r"relay\S* not allow", everything(a))),
        ("title:(relay NEAR/0 allowed)", lambda a: not a),
        ("joyst*", lambda a: has("joyst", everything(a))),
        ("j?ystick", lambda a: has("joystick", everything(a))),
        ("title:joyst*", lambda a: has("joyst", a.title)),
        ("joystik~", lambda a: has("joystick", everything(a))),
        ("title:jyostick~", lambda a: has("joystick", a.title)),
        ("(... OR relayflags)", lambda a: has("relayflags", everything(a))),
    ],
)
def test_what_is_found(index: Index, articles: list[Article], query: str, wanted: Callable[[Article], bool]) -> None:
    assert parse(query).diagnostics == ()
    assert found(index, query) == {article.key for article in articles if wanted(article)}


@pytest.mark.parametrize(
    ("texts", "near"),
    [
        (["open the gate"], True),
        (["gate, then open"], True),
        (["open one two gate", "gate one two open"], False),
        (["open one two gate and open"], True),
        (["open and OpenGate"], True),  # the parts of a name are words
        (["open", "gate"], False),
    ],
)
def test_near_in_either_order(tmp_path: Path, texts: list[str], near: bool) -> None:
    sections = dict(zip(("SYMPTOMS", "CAUSE"), texts, strict=False))
    with index_of(tmp_path, {"Q980001": article(980001, "Title", sections)}) as made:
        for query in ("open NEAR/1 gate", "gate NEAR/1 open", "op*n NEAR/1 gat*"):
            assert made.search(query).total == near, query


def test_the_words_of_conditions_rank_and_are_marked(index: Index) -> None:
    results = index.search("relayflags OR joystick")
    assert [hit.score for hit in results.hits] == sorted((hit.score for hit in results.hits), reverse=True)
    assert results.hits[0].score > 0
    (snippet,) = index.search("joyst*").hits[0].snippets
    assert "joystick" in {snippet.text[start:end].lower() for start, end in snippet.highlights}


def test_partial_matches_keep_to_the_conditions(index: Index) -> None:
    results = index.search("relay xyzzyplugh collection:exchange")
    assert results.partial
    assert {hit.collection for hit in results.hits} == {"exchange"}
    assert index.search("relay collection:nosuch").total == 0


def test_what_cannot_be_read_is_told_with_its_place(index: Index) -> None:
    (diagnostic,) = index.search("  relay modified:soon").diagnostics
    assert (diagnostic.code, diagnostic.start, diagnostic.end) == ("field-value", 17, 21)


def examples() -> list[str]:
    rows = [line for line in query_help().splitlines() if line.startswith("|")]
    return [example for row in rows for example in re.findall(r"`([^`]+)`", row) if re.search(r"[ :~*?\"]\S|[*~\d]$", example)]


@pytest.mark.parametrize("example", examples())
def test_the_examples_of_the_help_find_something(index: Index, example: str) -> None:
    results = index.search(example)
    assert results.diagnostics == ()
    assert results.total
    assert not results.partial


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(SIGNS + PASTED), max_size=12).map("".join) | st.text(max_size=60))
def test_no_query_raises(index: Index, query: str) -> None:
    results = index.search(query, facets=True)
    assert results.total >= len(results.hits)
    msgspec.json.encode(results)


@given(st.text("abc", min_size=3, max_size=9), st.lists(st.text("abc", min_size=1, max_size=10), max_size=20))
def test_fuzzy_words_are_all_that_few_edits_away(word: str, others: list[str]) -> None:
    edits = 1 if len(word) <= 5 else 2
    assert sorted(alike(word)("\n".join(others))) == sorted(other for other in others if _distance(word, other, edits) <= edits)


@given(st.text("ab*?", min_size=1, max_size=8), st.lists(st.text("ab", min_size=1, max_size=8), min_size=1, max_size=20))
def test_wildcards_fit_what_they_say(pattern: str, words: list[str]) -> None:
    said = pattern.replace("?", ".").replace("*", ".*")
    assert list(_matching(pattern)("\n".join(words))) == [word for word in words if re.fullmatch(said, word)]


def test_many_stars_take_no_longer_than_their_number() -> None:
    """Found by a reader: each star more took six times as long."""
    assert list(_matching("xx*" * 40 + "y")("x" * 200)) == []
