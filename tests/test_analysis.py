"""Text to terms: names and codes whole and in parts, prose by its stems, no word lost."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbarchive.index import analysis
from kbarchive.index.analysis import _WORD_OF_RUN, Finder, plain_words, query_terms, stems, word_terms
from kbarchive.index.forms import SHIFT
from kbarchive.index.thesaurus import is_name
from kbarchive.index.zones import Piece
from tests.inverting import inverted


def positions(text: str) -> dict[bytes, list[int]]:
    """The terms of a text, each with its positions in rising order."""
    (found,) = inverted([[Piece("body", text)]])
    return {
        term: [place & (1 << SHIFT) - 1 for place in places]
        for term, (_, places) in found.postings.items()
        if not is_name(term)
    }


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("0x80040154", {b"0x80040154": [0], b"80040154": [0]}),
        ("0x0000000A", {b"0xa": [0]}),
        ("0xA", {b"0xa": [0]}),
        ("CreateWindowExA", {b"createwindowexa": [0], b"createwindowex": [0], b"creat": [0], b"window": [0], b"ex": [0]}),
        ("C++", {b"c++": [0], b"c": [0]}),
        ("C#", {b"c#": [0], b"c": [0]}),
        ("TCP/IP", {b"tcp/ip": [0], b"tcp": [0], b"ip": [1]}),
        ("autoexec.bat", {b"autoexec.bat": [0], b"autoexec": [0], b"bat": [1]}),
        ("Q179289", {b"q179289": [0], b"179289": [0]}),
        ("Win32s", {b"win32s": [0], b"win": [0], b"32": [0]}),
        ("CreateWindowEx", {b"createwindowex": [0], b"creat": [0], b"window": [0], b"ex": [0]}),
        ("don't", {b"dont": [0]}),
        ("user's", {b"user": [0]}),
        ("Le\xe7on", {b"lecon": [0]}),
        ("Sign-On", {b"sign": [0], b"on": [1], b"sign-on": [0], b"signon": [0]}),
        ("hard-coded", {b"hard": [0], b"code": [1], b"hard-coded": [0], b"hardcod": [0]}),
        ("x-86", {b"x": [0], b"86": [1], b"x-86": [0]}),
    ],
)
def test_names_are_found_whole_and_by_their_parts(text: str, terms: dict[bytes, list[int]]) -> None:
    assert positions(text) == terms


def test_parts_of_a_path_stand_one_after_another() -> None:
    found = positions(r"in HKEY_LOCAL_MACHINE\System of E:\dir\file.txt")
    assert found[rb"hkey_local_machine\system"] == [1]
    assert [found[term] for term in (b"local", b"machin", b"system", b"of")] == [[2], [3], [4], [5]]
    assert [found[term] for term in (b"e", b"dir", b"file", b"txt")] == [[6], [7], [8], [9]]


def test_no_word_is_a_stop_word() -> None:
    assert positions("relay not allowed to the") == {b"relai": [0], b"not": [1], b"allow": [2], b"to": [3], b"the": [4]}


def test_case_and_ends_of_words_do_not_matter() -> None:
    assert positions("Installing INSTALLED installs").keys() == {b"instal"}


def test_a_query_is_analysed_by_the_same_rules() -> None:
    (name, path) = query_terms(r"CreateWindowEx HKEY_LOCAL_MACHINE\System")
    assert name == (("CreateWindowEx",), (b"createwindowex",), (b"createwindowex",), None)
    assert path.whole == rb"hkey_local_machine\system"
    assert path.words == (b"hkei", b"local", b"machin", b"system")
    assert query_terms("(-) ... ??") == []


def test_long_runs_keep_their_words_but_not_the_whole() -> None:
    text = "/".join(["word"] * 40)
    assert positions(text) == {b"word": list(range(40))}


def test_find_gives_the_words_as_they_stand() -> None:
    text = "The relays, RELAYED: relay."
    assert [text[found.start : found.end] for found in Finder({(b"relai",): b"relai"}).find(text)] == [
        "relays",
        "RELAYED",
        "relay",
    ]


def test_find_looks_into_words_of_several_parts() -> None:
    """Found by comparing two finders: a name in small letters with a number was taken for a plain word."""
    text = "ppt95 and\nRegEdt32 (LPT1), a  Text1 box"
    found = {
        text[found.start : found.end]: found.term
        for found in Finder({(term,): term for term in (b"95", b"1", b"32", b"ppt")}).find(text)
    }
    assert found == {"ppt95": b"ppt", "RegEdt32": b"32", "LPT1": b"1", "Text1": b"1"}


def test_find_gives_words_that_stand_one_after_another_as_one() -> None:
    finder = Finder(
        dict.fromkeys(((b"vb5",), (b"vb", b"5"), (b"visual", b"basic"), (b"visual", b"basic", b"5", b"0")), b"=")
        | {(b"basic",): b"basic", (b"5",): b"5"}
    )
    text = "Visual Basic (5.0), VB5. Visual-basic 4, visual aids; basic 5.1 in VB 5, visual"
    assert [(text[found.start : found.end], found.term.decode()) for found in finder.find(text)] == [
        ("Visual Basic (5.0", "="),
        ("VB5", "="),
        ("Visual-basic", "="),
        ("basic", "basic"),
        ("5", "5"),
        ("VB 5", "="),
    ]


_WORDS = st.from_regex(r"[A-Za-z]{1,5}(ed|eds|ing|ings|s|es|ies|y)?", fullmatch=True) | st.sampled_from(
    ["Sign-On", "(relays,", "C++", "x'y", "NT4.", "\u00e9t\u00e9", "f(x)=1", "", "eyed", "EYING", "oings", "ied"]
)


@given(st.lists(_WORDS), st.randoms())
def test_find_gives_what_each_word_alone_would(words: list[str], random: random.Random) -> None:
    text = " ".join(words)
    terms = {term for word in random.sample(words, len(words) // 2) for term in stems(word)}
    expected = [
        (match.start(), match.end(), term)
        for match in _WORD_OF_RUN.finditer(text)
        for term in [term for term in word_terms(match.group()) if term in terms][:1]
    ]
    assert [tuple(found) for found in Finder({(term,): term for term in terms}).find(text)] == expected


def test_find_remembers_no_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "_REMEMBERED_TEXTS", 100)
    finder = Finder({(b"relai",): b"relai"})
    for number in range(0, 2000, 50):
        assert len(list(finder.find(" ".join([f"relay word{each}" for each in range(number, number + 50)])))) == 50
    assert list(finder.find("short " + "long" * 1000)) == []
    assert len(analysis._clues) <= 200
    assert max(map(len, analysis._clues)) <= analysis.LONGEST_WHOLE


def test_plain_words_are_unstemmed() -> None:
    assert plain_words("Relaying to C++ on NT4, relaying") == {b"relaying"}


@pytest.mark.parametrize(
    "words",
    [
        "stop stops stopped stopping",
        "run runs running",
        "set setting settings",
        "format formatted",
        "add added adding",
        "fall falling",
    ],
)
def test_forms_of_a_word_have_one_stem(words: str) -> None:
    assert len({stems(word) for word in words.split()}) == 1
