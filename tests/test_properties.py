"""What holds for any input: a record comes of it, no character of the text is lost, and no word."""

from __future__ import annotations

import re
from collections import Counter

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kbarchive
from kbarchive.dialects.page import DIALECTS as PAGES
from kbarchive.parsing import is_lossless, parse_document
from kbarchive.parsing.text import decode
from tests.corpus import corpus_files, dialect_files

WORD = re.compile(r"[^\W_]+")
NOTICE = re.compile(r"^[ \t]*THE INFORMATION PROVIDED IN.*", re.DOTALL | re.MULTILINE)
_WORDS_OF = r"Additional (?:query|reference|qeury|querey) words?(?:\(s\))?(?=[ ]*:)"
LABELS = re.compile(
    rf"^[ \t]*(?:The information in this article applies to\b|{_WORDS_OF})",
    re.IGNORECASE | re.MULTILINE,
)
CHROME = re.compile(rf"^[^\S\n]*(?:{PAGES[0].chrome.pattern if PAGES[0].chrome else '(?!)'})[^\S\n]*$", re.MULTILINE)
FILES = [path.read_bytes() for path in corpus_files()]
OTHERS = [path.read_bytes() for path in dialect_files()]

LINES = st.sampled_from(
    [
        b"SYMPTOMS", b"========", b"--------", b"-" * 79, b"=" * 70, b"", b" ", b"1. One", b"2. Two", b"   a. Letter",
        b" - Bullet", b"   -or-", b"   indented", b"\ttabbed", b"      deep", b"NOTE: so", b"NOTES:",
        b"   Q900001 Title", b"Q900001Glued", b"text", b"ARTICLE-ID: Q900002", b"TITLE     : Title", b"A  B  C",
        b"-  -  -", b"--  --  --", b"a   b   c", b"Keywords          : kbone", b"Technology        : kbtwo",
        b"Additional query words: x", b"DOCUMENT:Q900001  01-JAN-1999  [winnt]", b"TITLE   :T", b"PRODUCT :P",
        b"PROD/VER::1.0;|", b"OPER/SYS:", b"KEYWORDS:k", b"The information in this article applies to:",
        b"THE INFORMATION PROVIDED IN THIS", b"Copyright the kbarchive project 1999.", b"\x93quoted\x94 \xae",
        b"\x00\x0c\x1a\x85", b"x" * 90, b"Article: Q900001", b"Product(s): P", b"Last Modified: 12-MAY-1999",
    ]
)  # fmt: skip
TEXTS = st.lists(st.tuples(LINES, st.sampled_from([b"\n", b"\n", b"\n", b"\r\n", b"\r"]))).map(
    lambda pairs: b"".join(line + end for line, end in pairs)
)

OTHER_SIGNS = dict(zip("190sSiI", "\uff11\u0669\u0966\u017f\u017f\u0131\u0130", strict=True))
PIECES = st.tuples(
    st.sampled_from(
        [
            "see Q900001", "DOCUMENT:Q900001  01-JAN-1999  [sea]", "Article ID: 900001", "Last Review: June 19, 1999",
            "PSS ID Number: Q900001", "Title: T", "Document Number: Q900001  Publ Date: 9-SEP-1991", "Operating System: S",
            "http://support.microsoft.com/kb/900001", "A title (900001)", "SUMMARY", "Copyright Microsoft Corporation 1999.",
            "This article was previously published under Q900001", " 1. Step", "   Q900001 A Title",
        ]
    ),
    st.sets(st.sampled_from([*OTHER_SIGNS])),
).map(lambda pair: pair[0].translate(str.maketrans({sign: OTHER_SIGNS[sign] for sign in pair[1]})))  # fmt: skip


def check(data: bytes) -> None:
    article = kbarchive.parse(data)
    assert is_lossless(data)
    encoded = msgspec.json.encode(article)
    assert msgspec.json.decode(encoded, type=kbarchive.Article) == article
    assert not lost_words(data, article)


def lost_words(data: bytes, article: kbarchive.Article) -> Counter[str]:
    """The words of a text that its record does not have; those of the notice and of labels are known without it."""
    source = CHROME.sub("", decode(data).readable)
    return _words(LABELS.sub("", NOTICE.sub("", source))) - _words(" ".join(_texts(msgspec.to_builtins(article))))


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    kbarchive.parse(data)
    assert is_lossless(data)


@given(st.text(max_size=400))
def test_any_text(text: str) -> None:
    msgspec.json.encode(kbarchive.parse(text))
    assert "".join(map(str, kbarchive.parse_tree(text).scan_values(lambda _: True))) == text


@given(st.lists(st.one_of(LINES.map(lambda line: line.decode("latin-1")), PIECES), max_size=20))
@settings(deadline=None)
def test_a_record_of_text_in_other_scripts_is_one_of_the_schema(pieces: list[str]) -> None:
    """There, a digit or a case variant of a letter is not that of an id, a date or a label."""
    for article in parse_document("\n".join(pieces)):
        assert kbarchive.loads(kbarchive.dumps(article)) == article


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_lines_of_articles_in_any_order(data: bytes) -> None:
    check(data)


@given(st.sampled_from(FILES), st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow])
def test_mutated_articles(file: bytes, data: st.DataObject) -> None:
    check(_mutated(file, data))


@given(st.sampled_from(OTHERS), st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow])
def test_mutated_articles_in_the_other_forms(file: bytes, data: st.DataObject) -> None:
    """Here words of the page are left out, so only the text must be whole."""
    mutated = _mutated(file, data)
    for article in parse_document(mutated):
        assert msgspec.json.decode(msgspec.json.encode(article), type=kbarchive.Article) == article
    assert is_lossless(mutated)


def _mutated(file: bytes, data: st.DataObject) -> bytes:
    lines = file.splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, max(0, len(lines) - 1)))
        match data.draw(st.sampled_from(["delete", "double", "swap", "cut", "junk", "blank", "indent"])):
            case "delete":
                del lines[at : at + data.draw(st.integers(1, 4))]
            case "double":
                lines[at:at] = lines[at : at + 1]
            case "swap":
                to = data.draw(st.integers(0, max(0, len(lines) - 1)))
                if lines:
                    lines[at], lines[to] = lines[to], lines[at]
            case "cut":
                lines = lines[at:] if data.draw(st.booleans()) else lines[:at]
            case "junk":
                lines.insert(at, data.draw(st.binary(max_size=12)))
            case "blank":
                lines.insert(at, b"\r\n")
            case "indent":
                lines[at : at + 1] = [b" " * data.draw(st.integers(1, 9)) + line for line in lines[at : at + 1]]
    return b"".join(lines)


def _words(text: str) -> Counter[str]:
    return Counter(WORD.findall(text))


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for key, inner in value.items() for text in (str(key), *_texts(inner))]
    if isinstance(value, list | tuple):
        return [text for inner in value for text in _texts(inner)]
    return [str(value)]
