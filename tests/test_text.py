"""Bytes to text and back: codes, line ends, signs that are none, and parts of a file."""

from __future__ import annotations

import codecs

import pytest

from kbarchive.parsing.encoding import detect
from kbarchive.parsing.text import Text, cut, decode, encode, line_starts, sign_finder, without_margin


@pytest.mark.parametrize(
    ("data", "readable"),
    [
        (b"plain", "plain\n"),
        (b"a\x92s \xae", "a\u2019s \xae\n"),
        ("caf\u00e9 caf\u00e9 \u201c".encode() + b"\xff", "caf\u00e9 caf\u00e9 \u201c\xff\n"),
        ("caf\u00e9 caf\u00e9 \u201c".encode() + b"\x81\x80", "caf\u00e9 caf\u00e9 \u201c\x81\u20ac\n"),
        (codecs.BOM_UTF8 + b"a", "a\n"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8", "\ufffd\n"),
        (codecs.BOM_UTF16_BE + b"\xdc\x41", "\ufffd\n"),
        (codecs.BOM_UTF16_LE + b"\x80\xdc", "\u20ac\n"),
    ],
)
def test_every_byte_comes_back(data: bytes, readable: str) -> None:
    text = decode(data)
    assert text.readable == readable
    assert encode(text.original, text.encoding) == data


@pytest.mark.parametrize(
    ("code", "readable"),
    [(0xD800, "\ufffd"), (0xDC7F, "\ufffd"), (0xDC80, "\u20ac"), (0xDC81, "\x81"), (0xDCFF, "\xff"), (0xDD00, "\ufffd")],
)
def test_surrogates_of_a_decoded_text(code: int, readable: str) -> None:
    text = decode(f"ab{chr(code)}\n")
    assert (text.readable, text.undecodable, text.encoding) == (f"ab{readable}\n", 2, None)
    assert encode(text.original, None) == f"ab{chr(code)}\n".encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    ("text", "starts"),
    [("", [0]), ("a", [0, 1]), ("a\n", [0, 2]), ("a\r\nb\rc\n\nd\x0be", [0, 3, 5, 7, 8, 11])],
)
def test_lines_end_at_three_signs_alone(text: str, starts: list[int]) -> None:
    assert line_starts(text) == starts


@pytest.mark.parametrize(("margin", "line"), [("// ", "//  a"), ("// ", "//a"), ("//", "//a"), ("   ", "    a"), ("   ", " a")])
def test_what_stands_before_lines_is_taken_off_as_far_as_it_does(margin: str, line: str) -> None:
    signs = margin.rstrip(" ")
    expected = line.removeprefix(signs)
    blanks = min(len(expected) - len(expected.lstrip(" ")), len(margin) - len(signs))
    assert (
        without_margin(decode(f"{line}\n{line} // b\n"), margin).readable == f"{expected[blanks:]}\n{expected[blanks:]} // b\n"
    )


@pytest.mark.parametrize(
    ("place", "told"), [(0, [0, -1, -1]), (3, [-1, 0, -1]), (6, [-1, 3, -1]), (7, [-1, -1, 0]), (-1, [-1] * 3)]
)
def test_a_file_is_cut_with_its_line_ends_and_what_was_guessed(place: int, told: list[int]) -> None:
    text = Text("a\r\nb\nc\nd", "a\nb\nc\nd\n", None, "mixed", place, line=5)
    parts = cut(text, [0, 2, 6, len(text.readable)])
    assert [part.original for part in parts] == ["a\r\n", "b\nc\n", "d"]
    assert [part.readable for part in parts] == ["a\n", "b\nc\n", "d\n"]
    assert [part.line for part in parts] == [5, 6, 8]
    assert [part.undecodable for part in parts] == told


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_signs_are_found_behind_a_mark_and_line_ends_of_two(mark: str) -> None:
    text = decode(f"{mark}a\r\nbc\r\n\rd")
    find = sign_finder(text)
    for place, sign in enumerate(text.readable[:-1]):
        assert text.original[find(place)] == ((mark or "a") if place == 0 else sign.replace("\n", "\r")), place


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xa4\xa4\xa4\xe5\xb1\xc0", "cp1252"),  # four different bytes may be signs
        (b"\xa4\xa4\xa4\xe5\xb1\xc0\xaa\xa4", ("cp1252", False)),  # five are words in Big5
        (b"\xa4\xa4\xa4\xe5\xb1\xc0\xaa\xa4 \xa9 \xa9 \xa9", "cp1252"),  # but not if as many stand alone
        (b"\xa4\xa4 \xa4\xe5 \xb1\xc0 \xa9 ", ("cp1252", False)),  # three of four
        (b"\xb3\xb3\xb3", "cp437"),
        (b"a\x82b", "cp437"),
        (b"a\xe9b", "cp1252"),
        (b"\xc3\xa9 \xff", ("utf-8", False)),  # a sequence to each stray byte
        (b"\xc3\xa9 \xff\xff", ("utf-8", False)),
        (b"\xc3\xa9 \xff\xff\xff", "cp1252"),
    ],
)
def test_bytes_that_prove_nothing_are_weighed(data: bytes, code: str | tuple[str, bool]) -> None:
    assert detect(data) == (code if isinstance(code, tuple) else (code, True))


def test_years_of_ms_dos_decide_where_nothing_else_does() -> None:
    assert detect(b"\xe9", old=True) == ("cp437", True)
    assert detect(b"\xe9") == ("cp1252", True)
    assert detect(b"a\xe9b", old=True) == ("cp1252", True)
    assert detect(b"\xc3\xaa \xff", old=True) == ("cp437", True)
