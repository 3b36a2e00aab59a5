"""The query language: any text is a query."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark import Lark

from kbarchive.index.values import HAS
from kbarchive.parsing.grammars import TokenListLexer
from kbarchive.resources import grammar_text
from kbarchive.search.fields import NAMES, bound_key, within
from kbarchive.search.language import read
from kbarchive.search.nodes import And, Phrase, Range, Word, cost
from kbarchive.search.query import parse, with_plain_signs
from kbarchive.search.units import MOST_WORDS, Unit, plan
from tests.corpus import corpus_files
from tests.querying import PASTED, SIGNS

_TWO_VERSIONS = "Range('version', '>=5.0', '<=5.10'), Field('version', Word('12345678901234567.00'))"
_LONG = ">=123456789012345678901"  # longer than any version


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("", ""),
        ("relay not", "Word('relay'), Word('not')"),
        ('"relay not" host', "Phrase('relay not'), Word('host')"),
        ('("relay not")', "Phrase('relay not')"),
        ("relay -smtp", "Word('relay'), Not(Word('smtp'))"),
        ('-"not allowed" relay', "Not(Phrase('not allowed')), Word('relay')"),
        # The number of an article
        ("Q206968", "ArticleNumber(206968)"),
        (" kb206968 ", "ArticleNumber(206968)"),
        ("206968", "ArticleNumber(206968)"),
        ("Q206968 relay", "Word('Q206968'), Word('relay')"),
        # Choices and brackets
        ("relay OR smtp", "Or(Word('relay'), Word('smtp'))"),
        ("NT OR XP", "Or(Word('NT'), Word('XP'))"),
        ("BAD FILE OR NAME MISSING", "Word('BAD'), Word('FILE'), Word('OR'), Word('NAME'), Word('MISSING')"),
        ("a OR b OR c", "Or(Word('a'), Word('b'), Word('c'))"),
        ("a b OR c d", "Word('a'), Or(Word('b'), Word('c')), Word('d')"),
        ("(a b) OR (c d)", "Or(And(Word('a'), Word('b')), And(Word('c'), Word('d')))"),
        ("((a OR b) c) OR d", "Or(And(Or(Word('a'), Word('b')), Word('c')), Word('d'))"),
        ("relay OR -smtp", "Or(Word('relay'), Not(Word('smtp')))"),
        ("(relay -smtp)", "Word('relay'), Not(Word('smtp'))"),
        ("this or that", "Word('this'), Word('or'), Word('that')"),
        # Words near one another
        ("relay NEAR/3 allowed", "Near(Word('relay'), Word('allowed'), 3)"),
        ('"a b" NEAR/0 c NEAR/12 d*ta', "Near(Phrase('a b'), Word('c'), 0), Near(Word('c'), Word('d*ta'), 12)"),
        ("near NEAR x", "Word('near'), Word('NEAR'), Word('x')"),
        # Fields
        ("title:relay", "Field('title', Word('relay'))"),
        ('cause:"not allowed"', "Field('cause', Phrase('not allowed'))"),
        ("-collection:exchange", "Not(Field('collection', Word('exchange')))"),
        ("title:(a OR b c)", "Or(Field('title', Word('a')), Field('title', Word('b'))), Field('title', Word('c'))"),
        ("-title:(a b)", "Not(And(Field('title', Word('a')), Field('title', Word('b'))))"),
        ("title:(a cause:b)", "Field('title', Word('a')), Field('cause', Word('b'))"),
        ("title:(a NEAR/2 b)", "Field('title', Near(Word('a'), Word('b'), 2))"),
        ("more-information:x applies-to:y", "Field('more-information', Word('x')), Field('applies-to', Word('y'))"),
        ("cites:kb0179289 citedby:Q1", "Field('cites', Word('Q179289')), Field('citedby', Word('Q1'))"),
        ("has:code has:WORKAROUND", "Field('has', Word('code')), Field('has', Word('WORKAROUND'))"),
        ("title: relay", "Word('title:'), Word('relay')"),
        ("Title:relay titles:x", "Word('Title:relay'), Word('titles:x')"),
        # Ranges
        ("modified:1999", "Range('modified', '>=1999', '<=1999')"),
        ("modified:1996..1999", "Range('modified', '>=1996', '<=1999')"),
        ("modified:1999..1996", "Range('modified', '>=1996', '<=1999')"),
        ("modified:1996..", "Range('modified', '>=1996', '')"),
        ("modified:..1999-5", "Range('modified', '', '<=1999-05')"),
        ("modified:>=1999-05", "Range('modified', '>=1999-05', '')"),
        ("-modified:<1999-05-12", "Not(Range('modified', '', '<1999-05-12'))"),
        ("modified:1999-12-31..1999-12-31", "Range('modified', '>=1999-12-31', '<=1999-12-31')"),
        ("version:4.0..5.5 version:5.5", "Range('version', '>=4.0', '<=5.5'), Field('version', Word('5.5'))"),
        # Wildcards and fuzzy words
        ("relay* c?t win*32", "Wildcard('relay*'), Wildcard('c?t'), Wildcard('win*32')"),
        ("title:rel*", "Field('title', Wildcard('rel*'))"),
        ("relya~ title:relya~", "Fuzzy('relya'), Field('title', Fuzzy('relya'))"),
        ("-relay*", "Not(Wildcard('relay*'))"),
        ("x -(a OR b)", "Word('x'), Not(Or(Word('a'), Word('b')))"),
        ("x -(title:a (b c))", "Word('x'), Not(And(Field('title', Word('a')), Word('b'), Word('c')))"),
        ("a OR -(b NEAR/2 c)", "Or(Word('a'), Not(Near(Word('b'), Word('c'), 2)))"),
        # As word processors write it
        (
            "\u201cnot allowed\u201d \u2013smtp \u2212(\u00aba b\u00bb)",
            "Phrase('not allowed'), Not(Word('smtp')), Not(Phrase('a b'))",
        ),
        ("lamp \u2013 dark \u20135", "Word('lamp'), Word('\u2013'), Word('dark'), Word('\u20135')"),
        ("lamp () -(5)", "Word('lamp'), Word('()'), Word('()'), Word('-(5)')"),
        ("x -(95 OR 98)", "Word('x'), Not(Or(Word('95'), Word('98')))"),
        ('x -("5.5" OR smtp)', "Word('x'), Not(Or(Phrase('5.5'), Word('smtp')))"),
        # What looks like a sign and is none
        ("-379 -PRI -Qz --help -x:y", "Word('-379'), Word('-PRI'), Word('-Qz'), Word('--help'), Word('-x:y')"),
        ('5.25" disk', "Word('5.25'), Word('\"'), Word('disk')"),
        (r"E:\dir XFOR: x", "Word('E:\\\\dir'), Word('XFOR:'), Word('x')"),
        ("*.dll select * from", "Word('*.dll'), Word('select'), Word('*'), Word('from')"),
        ("why? MSVCRT??.DLL", "Word('why?'), Word('MSVCRT??.DLL')"),
        ("PROGRA~1 ~ a~", "Word('PROGRA~1'), Word('~'), Word('a~')"),
        ("printf() file(s)", "Word('printf()'), Word('file(s)')"),
        ("Setup (Part 2)", "Word('Setup'), Word('Part'), Word('2')"),
    ],
)
def test_parse(text: str, nodes: str) -> None:
    query = parse(text)
    assert repr(query.tree) == f"And({nodes})"
    assert query.diagnostics == ()


@pytest.mark.parametrize(
    ("text", "nodes", "code", "marked"),
    [
        ("(relay", "Word('('), Word('relay')", "unbalanced", "("),
        ("relay OR smtp)", "Or(Word('relay'), Word('smtp')), Word(')')", "unbalanced", ")"),
        ('relay "not', "Word('relay'), Word('\"'), Word('not')", "unbalanced", '"'),
        ("relay -(smtp", "Word('relay'), Not(Word('(')), Word('smtp')", "unbalanced", "("),
        ("OR relay", "Word('OR'), Word('relay')", "operator", "OR"),
        ("relay OR", "Word('relay'), Word('OR')", "operator", "OR"),
        ("a OR OR b", "Word('a'), Word('OR'), Word('OR'), Word('b')", "operator", "OR"),
        ("a OR (b", "Word('a'), Word('OR'), Word('('), Word('b')", "operator", "OR"),
        ("() NEAR/3 lamp", "Word('()'), Word('()'), Word('NEAR/3'), Word('lamp')", "operator", "NEAR/3"),
        ("a NEAR/2 (b)", "Word('a'), Word('NEAR/2'), Word('b')", "operator", "NEAR/2"),
        ("modified:soon", "Word('modified:soon')", "field-value", "soon"),
        ("modified:1999-13", "Word('modified:1999-13')", "field-value", "1999-13"),
        ("modified:1999-12-32", "Word('modified:1999-12-32')", "field-value", "1999-12-32"),
        ("modified:1996..soon", "Word('modified:1996..soon')", "field-value", "1996..soon"),
        ("version:1999-13..2000-14", "Word('version:1999-13..2000-14')", "field-value", "1999-13..2000-14"),
        ("version:>new", "Word('version:>new')", "field-value", ">new"),
        (f"version:{_LONG}", f"Word('version:{_LONG}')", "field-value", _LONG),
        ("  modified:>soon", "Word('modified:>soon')", "field-value", ">soon"),
        ("keyword:*", "Word('keyword:*')", "field-value", "*"),
        ("type:k*", "Word('type:k*')", "field-value", "k*"),
        ("-modified:199*", "Word('-modified:199*')", "field-value", "199*"),
        ("cites:me", "Word('cites:me')", "field-value", "me"),
        ("has:wings", "Word('has:wings')", "field-value", "wings"),
        ("collection:exch~", "Word('collection:exch~')", "field-value", "exch~"),
        ("title:...", "Word('title:...')", "field-value", "..."),
        ("cites:(lamp NEAR/3 dark)", "Word('lamp NEAR/3 dark')", "field-value", "lamp NEAR/3 dark"),
        ("x keyword:(lamp NEAR/3 dark)", "Word('x'), Word('lamp NEAR/3 dark'))", "field-value", "lamp NEAR/3 dark"),
    ],
)
def test_what_cannot_be_read_is_words_and_told(text: str, nodes: str, code: str, marked: str) -> None:
    query = parse(text)
    assert repr(query.tree).startswith(f"And({nodes}")
    found = query.diagnostics[0]
    assert found.message
    assert (found.code, text[found.start : found.end]) == (code, marked)


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("title:(relay -smtp)", "Field('title', Word('relay')), Not(Field('title', Word('smtp')))"),
        ("THE LAMP OR OUT", "Word('THE'), Or(Word('LAMP'), Word('OUT'))"),
        ("THE LAMP OR IS OUT", "Word('THE'), Word('LAMP'), Word('OR'), Word('IS'), Word('OUT')"),
        ("is LAMP OR HORN", "Word('is'), Or(Word('LAMP'), Word('HORN'))"),
        (
            "says NO LAMP OR HORN at night OR noon",
            "Word('says'), Word('NO'), Or(Word('LAMP'), Word('HORN')), Word('at'), Or(Word('night'), Word('noon'))",
        ),
        (
            "says NO LAMP OR HORN HERE at night",
            "Word('says'), Word('NO'), Word('LAMP'), Word('OR'), Word('HORN'), Word('HERE'), Word('at'), Word('night')",
        ),
        ('THE LAMP OR "NOT LIT" OUT', "Word('THE'), Word('LAMP'), Word('OR'), Phrase('NOT LIT'), Word('OUT')"),
        ("(lamp) OR (a NEAR/2 b)", "Or(Word('lamp'), Near(Word('a'), Word('b'), 2))"),
        ("title:lamp NEAR/2 dark", "Field('title', Word('lamp')), Word('NEAR/2'), Word('dark')"),
        ("x title:(lamp", "Word('x'), Word('title:'), Word('('), Word('lamp')"),
        ("-title:(lamp", "Word('-title:'), Word('('), Word('lamp')"),
        ('-"dim"mer -"--" x', "Not(Word('\"')), Word('dim'), Word('\"'), Word('mer'), Not(Phrase('--')), Word('x')"),
        ("lamp modified:soon", "Word('lamp'), Word('modified:soon')"),
        ("version:1..version:<2", "Word('version:1..version:'), Word('<2')"),
        ("version:5.0..5.10 version:12345678901234567.00", _TWO_VERSIONS),
        ("modified:\u0661999", "Word('modified:\u0661999')"),
    ],
)
def test_what_no_other_test_told(text: str, nodes: str) -> None:
    """Found by mutation."""
    assert repr(parse(text).tree) == f"And({nodes})"


def test_a_field_without_its_bracket_is_not_asked_for_a_value() -> None:
    assert [found.code for found in parse("title:(lamp").diagnostics] == ["unbalanced"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("modified:soon", "modified: wants a date such as 1999, 1999-05 or 1999-05-12"),
        ("modified:1999..soon", "modified: wants a range such as 1996..1999 or >=1999-05"),
        ("version:1999-13..2000-14", "version: wants a range such as 4.0..5.5 or >=5"),
        ("modified:1996-02-31", "modified: there is no date 1996-02-31"),
        ("modified:1996..1999-13", "modified: there is no date 1999-13"),
        ("modified:>=1999-00", "modified: there is no date 1999-00"),
        ("has:wings", f"has: knows {', '.join(HAS)}"),
        ("cites:1*", "cites: wants the number of an article"),
        ("title:...", "title: wants a word"),
    ],
)
def test_the_message_says_what_is_wanted(text: str, message: str) -> None:
    (found,) = parse(text).diagnostics
    assert found.message == message


@pytest.mark.parametrize(
    ("node", "inside", "outside"),
    [
        (Range("version", "", "<=4"), ["4", "4.0", "3.51"], ["4.0.1", "4.1", "5"]),
        (Range("version", ">4", ""), ["4.1", "5"], ["4", "3.5"]),
        (Range("modified", "", "<=1999-05"), ["1999-05-31", "1999-04-01"], ["1999-06-01"]),
        (Range("modified", ">1999", ""), ["2000-01-01"], ["1999-12-31"]),
    ],
)
def test_a_month_has_all_its_days_but_a_version_no_other_one(node: Range, inside: list[str], outside: list[str]) -> None:
    fits = within(node)
    assert [value for value in inside + outside if fits(bound_key(node.name, value))] == inside


@pytest.mark.parametrize("text", PASTED)
def test_what_people_paste_is_words_and_phrases(text: str) -> None:
    assert all(isinstance(node, Word | Phrase) for node in parse(text).tree.nodes)


def test_titles_are_words_and_phrases() -> None:
    titles = [
        line.split(":", 1)[1]
        for path in corpus_files()
        for line in path.read_text("latin-1").split("\n")
        if "TITLE   :" in line
    ]
    assert len(titles) > 60
    for title in titles:
        assert all(isinstance(node, Word | Phrase) for node in parse(title).tree.nodes), title


@pytest.mark.parametrize(("name", "example"), [("modified", "1996..1999 or >=1999-05"), ("version", "4.0..5.5 or >=5")])
def test_the_message_shows_a_range_of_the_field(name: str, example: str) -> None:
    (found,) = parse(f"{name}:>soon").diagnostics
    assert found.message == f"{name}: wants a range such as {example}"


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("version", "5.0", (5,)),
        ("version", "5.00.0", (5,)),
        ("version", "10.50", (10, 50)),
        ("version", "5.0.1", (5, 0, 1)),
        ("version", "4.0a (OEM 3)", (4,)),
        ("version", "0.0", (0,)),
        ("version", "OEM 3", ()),
        ("modified", "2000-10-00", (2000, 10, 0)),
    ],
)
def test_what_values_are_compared_by(name: str, value: str, key: tuple[int, ...]) -> None:
    assert bound_key(name, value) == key


def test_what_takes_long_costs_more() -> None:
    text = '-title:(a OR "b c") dark* NEAR/3 lamp~ modified:>1999'
    assert cost(parse(text).tree) == 1 + 2 + (4 + 4 + 6) + 1


def test_the_grammar_has_no_conflict() -> None:
    # In strict mode Lark raises for a conflict; that wants a lexer of one's own, whichever.
    Lark(grammar_text("query.lark"), start="query", parser="lalr", lexer=TokenListLexer, strict=True)


def test_the_grammar_knows_the_fields() -> None:
    (terminal,) = re.findall(r"_NAME: (.*?)\n_BEGIN", grammar_text("query.lark"), re.DOTALL)
    assert sorted(re.findall(r"[a-z-]+", terminal)) == sorted(NAMES)


@given(st.text(max_size=200) | st.text(alphabet='ab "-Q1(:', max_size=60) | st.lists(st.sampled_from(SIGNS)).map("".join))
def test_any_text_is_a_query(text: str) -> None:
    query = parse(text)
    plan(query.tree, {})
    for found in query.diagnostics:
        assert found.start is not None
        assert found.end is not None
        assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "a" + ")" * 5000,
        "a OR " * 5000,
        "-title:(" * 3000,
        '"' * 9999,
        "a NEAR/1 " * 3000,
        "modif" * 4000 + "!",  # found by the fuzzer: looked for from each of its letters
        'title:"' + "a" * 19_000,
    ],
)
def test_long_and_deep_texts_are_queries(text: str) -> None:
    plan(parse(text).tree, {})


def test_words_become_units() -> None:
    planned = plan(parse('CD/RW "relay not allowed" relay relay -host').tree, {})
    assert [word.text for word in planned.words] == ["CD", "RW", "relay", "not", "allowed", "relay", "relay"]
    assert [part.units for part in planned.wanted] == [
        (Unit((b"cd", b"rw")), Unit((b"cd/rw",))),
        (Unit((b"relai", b"not", b"allow"), (b"relay", b"not", b"allowed")),),
        (Unit((b"relai",)),),
    ]
    assert planned.wholes == (Unit((b"cd/rw",)),)
    assert [part.units for part in planned.excluded] == [(Unit((b"host",)),)]
    assert planned.conditions == ()


def test_a_name_is_wanted_or_excluded_by_whatever_it_is_called() -> None:
    """Found by mutation."""
    names = {(b"cd", b"rw"): (b"burner",), (b"sign", b"on"): (b"login",)}
    planned = plan(parse('Lamp,out lamp CD/RW "--" -sign-on -"--"').tree, names)
    assert [part.units for part in planned.wanted] == [
        (Unit((b"lamp",)),),
        (Unit((b"out",)),),
        (Unit((b"cd", b"rw")), Unit((b"cd/rw",)), Unit((b"burner",))),
    ]
    assert [part.units for part in planned.excluded] == [
        (Unit((b"sign", b"on")), Unit((b"sign-on",)), Unit((b"login",))),
    ]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Q206968", (206968,)),
        ("206968", (206968,)),
        ("(q206968), KB0179289.", (206968, 179289)),
        ("see article 206968 or kb #179289", (206968, 179289)),
        ("Q206968.TXT", (206968,)),
        ("lamp OR (Q206968 dark)", (206968,)),
        ("206968 lamps", ()),
        ("xq206968 Q2069681234 Q12 NOT_Q206968", ()),
        ('lamp -"Q206968" -Q206968 -kb206968 title:Q206968', ()),
    ],
)
def test_the_articles_that_a_query_names(text: str, numbers: tuple[int, ...]) -> None:
    assert plan(parse(text).tree, {}).numbers == numbers


def test_the_number_of_an_article_is_a_word_too() -> None:
    assert [word.text for word in plan(parse("Q206968").tree, {}).words] == ["206968"]


def test_what_stands_behind_the_first_words_of_a_page_is_no_condition() -> None:
    page = "lamp " * (MOST_WORDS + 1)
    planned = plan(parse(f"{page} light OR dark -dim").tree, {})
    assert (planned.conditions, planned.excluded, planned.cut) == ((), (), True)


@pytest.mark.parametrize(
    ("text", "kept", "cut"),
    [
        ("lamp " * MOST_WORDS, 0, False),
        ("lamp " * MOST_WORDS + "-dark", 0, True),
        ("lamp OR " * (MOST_WORDS - 1) + "dark", MOST_WORDS, False),
        ("lamp OR " * MOST_WORDS + "dark", MOST_WORDS, True),
        ("(" + "lamp* " * (MOST_WORDS // 4) + ") OR dark", MOST_WORDS, True),
        ("lamp* " * (MOST_WORDS // 4 - 1) + "a OR b OR dark* OR c", MOST_WORDS - 2, True),
        ("lamp* " * (MOST_WORDS // 4) + "a OR b", MOST_WORDS, True),
    ],
)
def test_where_a_query_is_cut(text: str, kept: int, cut: bool) -> None:
    """The conditions that are left cost so much."""
    planned = plan(parse(text).tree, {})
    assert (cost(And(planned.conditions)), planned.cut) == (kept, cut)


def test_other_nodes_become_conditions() -> None:
    planned = plan(parse("relay a OR b -title:c").tree, {})
    assert [word.term for word in planned.words] == [b"relai"]
    assert repr(planned.conditions) == "(Or(Word('a'), Word('b')), Not(Field('title', Word('c'))))"


def test_a_query_that_only_excludes_is_taken_as_words() -> None:
    planned = plan(parse("-relay").tree, {})
    assert [word.term for word in planned.words] == [b"relai"]
    assert planned.only_excluded
    assert not planned.excluded


@pytest.mark.parametrize("joint", [" ", " OR ", " title:", "* ", "~ OR "])
def test_a_pasted_page_is_cut(joint: str) -> None:
    planned = plan(parse(joint.join(f"word{number}" for number in range(1000))).tree, {})
    assert len(planned.words) + cost(And(planned.conditions)) <= MOST_WORDS + 1
    assert planned.cut


_VALUES = (
    'relay 4.0 1996 1999-05 Q206968 kberrmsg a-b code OR "a" "--" win* a~ (a) a:b 1996..1999 ..1999 1996.. '
    ">=1999-05 <4 <=5.5 >x 4.0..5.5 .. 1999-99 1996..x"
).split()


@given(
    st.lists(
        st.one_of(
            st.sampled_from(["relay", "OR", "or", "Q206968", "kb1234", "206968", "é", "NEAR", "9", '"a b"', '"', '"OR"']),
            st.text(max_size=4),
            st.builds("{}:{}".format, st.sampled_from([*NAMES, "Title", "no"]), st.sampled_from(_VALUES) | st.text(max_size=4)),
        )
    )
)
def test_what_is_plain_is_what_the_grammar_makes_of_them(words: list[str]) -> None:
    text = with_plain_signs(" ".join(words).strip())
    assert parse(text).tree == read(text, 0)[0]
