"""The query language: any text is a query."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbarchive.search.query import And, ArticleNumber, Node, Not, Phrase, Word, parse
from kbarchive.search.units import MOST_UNITS, Unit, plan


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("", ()),
        ("relay not", (Word("relay"), Word("not"))),
        ('"relay not" host', (Phrase("relay not"), Word("host"))),
        ('("relay not")', (Word("("), Phrase("relay not"), Word(")"))),
        ("relay -smtp", (Word("relay"), Not(Word("smtp")))),
        ('-"not allowed" relay', (Not(Phrase("not allowed")), Word("relay"))),
        ("Q206968", (ArticleNumber(206968),)),
        (" kb206968 ", (ArticleNumber(206968),)),
        ("206968", (ArticleNumber(206968),)),
        ("Q206968 relay", (Word("Q206968"), Word("relay"))),
        ("-379 -PRI -Qz --help -x:y", (Word("-379"), Word("-PRI"), Word("-Qz"), Word("--help"), Word("-x:y"))),
        ('5.25" disk', (Word("5.25"), Word('"'), Word("disk"))),
        ('say "hello', (Word("say"), Word('"'), Word("hello"))),
        (r"E:\dir XFOR: x", (Word("E:\\dir"), Word("XFOR:"), Word("x"))),
    ],
)
def test_parse(text: str, nodes: tuple[Node, ...]) -> None:
    assert parse(text) == And(nodes)


@given(st.text(max_size=200) | st.text(alphabet='ab "-Q1(:', max_size=60))
def test_any_text_is_a_query(text: str) -> None:
    plan(parse(text))


def test_words_become_units() -> None:
    planned = plan(parse('TCP/IP "relay not allowed" relay relay -host'))
    assert list(planned.wanted) == [
        Unit((b"tcp", b"ip"), b"tcp/ip"),
        Unit((b"relai", b"not", b"allow")),
        Unit((b"relai",)),
    ]
    assert planned.excluded == (Unit((b"host",)),)


def test_a_query_that_only_excludes_is_taken_as_words() -> None:
    planned = plan(parse("-relay"))
    assert list(planned.wanted) == [Unit((b"relai",))]
    assert planned.only_excluded
    assert not planned.excluded


def test_a_pasted_page_is_cut() -> None:
    planned = plan(parse(" ".join(f"word{number}" for number in range(1000))))
    assert len(planned.wanted) == MOST_UNITS
    assert planned.cut
