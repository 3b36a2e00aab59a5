"""Bytes to text and back: codes, line ends, signs that are none, and parts of a file."""

from __future__ import annotations

import codecs

import pytest

from kbarchive.parsing.encoding import detect
from kbarchive.parsing.text import (
    Text,
    common_margin,
    cut,
    decode,
    encode,
    line_starts,
    sign_finder,
    without_margin,
)


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
        (codecs.BOM_UTF16_LE + b"a\x00b", "a\ufffd\ufffd\n"),  # cut within a sign
        (codecs.BOM_UTF16_LE + b"\x00\xd8\x41", "\ufffd\ufffd\ufffd\n"),
        (codecs.BOM_UTF16_BE + b"\xd8\x00\xdc\x41", "\U00010041\n"),  # and what half a sign is kept as is one in itself
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


@pytest.mark.parametrize(
    ("margin", "line", "bare"),
    [
        ("// ", "//  a", " a"),
        ("// ", "//a", "a"),
        ("//", "//a", "a"),
        ("   ", "    a", " a"),
        ("   ", " a", "a"),
        ("//\t", "//\t\ta", "\ta"),
        ("//\t", "//", ""),
        ("// \t", "// a", "a"),
    ],
)
def test_what_stands_before_lines_is_taken_off_as_far_as_it_does(margin: str, line: str, bare: str) -> None:
    assert without_margin(decode(f"{line}\nx{line}\n{line}\n"), margin).readable == f"{bare}\nx{line}\n{bare}\n"


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


def test_a_part_may_begin_within_a_line() -> None:
    text = without_margin(Text("> a\r\n> bDOC\r\n> c", "> a\n> bDOC\n> c\n", None, "mixed", -1), "> ")
    parts = cut(text, [0, 3, len(text.readable)])
    assert [part.original for part in parts] == ["> a\r\n> b", "DOC\r\n> c"]
    assert [part.readable for part in parts] == ["a\nb\n", "DOC\nc\n"]
    assert [part.line for part in parts] == [1, 2]


@pytest.mark.parametrize(
    ("lines", "margin"),
    [
        (["> a", ">", "> b"], "> "),
        (["> > a", "> > - b"], "> > "),
        (["//\ta", "//", "//\tb"], "//\t"),
        (["' a", "'b"], "'"),
        (["> --", "> a"], "> "),
        ([" * a", " *", " * b"], " * "),
        (["> a"] * 9 + ["b"], "> "),
        (["> a"] * 8 + ["b"], ""),
        (["a", "b"], ""),
        ([], ""),
    ],
)
def test_a_margin_stands_before_nearly_all_lines(lines: list[str], margin: str) -> None:
    assert common_margin("\n".join([*lines, ""])) == margin


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


PAGE = '<html><meta http-equiv="Content-Type" content="text/html; charset={}"><p>{}</p>\n<p>end</p>'


@pytest.mark.parametrize(
    ("declared", "code", "words"),
    [
        ("koi8-r", "koi8-r", "\u043c\u0430\u044f\u043a"),
        ("windows-1251", "cp1251", "\u043c\u0430\u044f\u043a"),
        ("ISO-8859-2", "iso8859-2", "maj\u00e1k \u017elut\u00fd"),
        ("windows-874", "cp874", "\u0e1b\u0e23\u0e30"),
        ("Shift_JIS", "cp932", "\u706f\u53f0 \u2460"),
        ("x-sjis", "cp932", "\u706f\u53f0"),
        ("euc-jp", "euc_jp", "\u706f\u53f0"),
        ("iso-2022-jp", "iso2022_jp", "\u706f\u53f0"),
        ("gb2312", "gb18030", "\u71c8\u5854 \u71c8\u5854"),
        ("big5", "cp950", "\u71c8\u5854"),
        ("ks_c_5601-1987", "cp949", "\ub4f1\ub300"),
        ("iso-8859-1", "cp1252", "caf\u00e9 \u201c\u2013\u201d"),
        ("us-ascii", "cp1252", "M\u00fcnchen h\u00e4tte"),
    ],
)
def test_a_page_declares_its_code(declared: str, code: str, words: str) -> None:
    data = PAGE.format(declared, words).encode(code)
    text = decode(data)
    assert (text.encoding, text.undecodable) == (code, -1)
    assert words in text.readable
    assert len(line_starts(text.original)) == 3
    assert encode(text.original, text.encoding) == data


@pytest.mark.parametrize("before", ["", '<?xml version="1.0" encoding="koi8-r"?>', "<!-- saved -->\n<meta charset='koi8-r'>"])
def test_ways_to_declare(before: str) -> None:
    assert detect(f"{before}<p>\u043c".encode("koi8-r")) == ("koi8-r" if before else "cp1252", True)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<meta charset=shift_jis><p>\x8f\xff\xfd \xff", ("cp1252", False)),  # which it is not
        (b"<meta charset=shift_jis><p>\xc3\xa9", ("utf-8", True)),
        (b"<meta charset=shift_jis><p>", ("ascii", True)),
        (b"<meta charset=iso-2022-jp><p>caf\xe9s", ("cp1252", False)),
        (b"<meta charset=punycode><p>caf\xe9s", ("cp1252", True)),
        (b"<meta charset=rot13><p>caf\xe9s", ("cp1252", True)),
        (b"<meta charset=utf-16><p>caf\xe9s", ("cp1252", True)),
        (b"<meta charset=utf-8><p>caf\xe9s", ("cp1252", True)),
        (b"<meta charset=none-such><p>caf\xe9s", ("cp1252", True)),
        (b"Type <meta charset=koi8-r> for caf\xe9s", ("cp1252", True)),  # text that shows a declaration
    ],
)
def test_a_declaration_is_not_believed_blindly(data: bytes, code: tuple[str, bool]) -> None:
    assert detect(data) == code
    text = decode(data)
    assert encode(text.original, text.encoding) == data


@pytest.mark.parametrize("code", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("more", [b"", b"x"])
def test_utf_16_without_a_mark(code: str, more: bytes) -> None:
    data = "The lamp is \u201clit\u201d, and so is the tower.".encode(code) + more
    text = decode(data)
    assert text.encoding == code
    assert text.readable.startswith("The lamp is \u201clit\u201d")
    assert encode(text.original, code) == data


def test_zeros_alone_are_no_utf_16() -> None:
    assert detect(b"\0" * 100) == ("ascii", True)
    assert detect(b"a\0b\0") == ("ascii", True)


@pytest.mark.parametrize(
    ("text", "newline"),
    [("a", "lf"), ("a\nb", "lf"), ("a\r\nb\r\n", "crlf"), ("a\rb", "cr"), ("a\rb\n", "mixed"), ("a\r\nb\n", "mixed")],
)
def test_how_lines_end_is_told(text: str, newline: str) -> None:
    """Found by mutation."""
    assert decode(text.encode()).newline == newline
