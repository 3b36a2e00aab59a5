"""The parser of articles, in each dialect: total, lossless, and no word is lost."""

from __future__ import annotations

from collections import Counter

import msgspec

import kbarchive
from kbarchive.dialects import DIALECTS
from kbarchive.parsing import is_lossless, parse_document
from tests.fuzz.seeds import articles
from tests.fuzz.target import BrokenError, Target
from tests.test_properties import lost_words

# In these no text is chrome, so that each word of it has a place in the record; a page may stand in HTML, whose tags have none.
_WHOLE = {"ftp", "page", "unknown"}

_WORDS = [
    b"SYMPTOMS\n========\n", b"MORE INFORMATION", b"--------", b"-" * 79, b"=" * 70, b"1. One", b"   a. Letter", b" - Bullet",
    b"   -or-", b"\ttab", b"NOTE: so", b"   Q900001 Title", b"ARTICLE-ID: Q900002", b"TITLE     : Title", b"A  B  C",
    b"-  -  -", b"Keywords          : kbone", b"Additional query words: x", b"DOCUMENT:Q900001  01-JAN-1999  [winnt]",
    b"TITLE   :T", b"PRODUCT :P", b"PROD/VER::1.0;|", b"OPER/SYS:", b"KEYWORDS:k",
    b"The information in this article applies to:",
    b"THE INFORMATION PROVIDED IN THIS", b"\x93quoted\x94 \xae", b"\x0c\x1a", b"Article: Q900001", b"Product(s): P",
    b"Last Modified: 12-MAY-1999", b"---\n", b"# Heading\n", b"<pre>", b"</table>", b"<html>", b"<!--", b"&#0;", b"&nbsp;",
    b"```\n", b"|---|\n", b"> ", b"[a](b)", b"&*a [*a, *a]\n", b"\xef\xbb\xbf", b"\xc2\x85", b"\xe2\x80\xa8",
]  # fmt: skip


def holds(data: bytes) -> None:
    found = parse_document(data, file="a.txt")
    if not found:
        raise BrokenError("no article")
    for article in found:
        if msgspec.json.decode(msgspec.json.encode(article), type=kbarchive.Article) != article:
            raise BrokenError("a record is not read back as it was written")
    if not is_lossless(data):
        raise BrokenError("the text is not given back")
    if len(found) == 1 and found[0].source.dialect in _WHOLE and b"<" not in data:
        lost: Counter[str] = lost_words(data, found[0])
        if lost:
            raise BrokenError(f"words are lost: {found[0].source.dialect}", dict(lost))


def _marks() -> list[bytes]:
    return [word for dialect in DIALECTS for word in {dialect.word.encode()} if word != b"\0"]


TARGET = Target(articles, holds, [*_WORDS, *_marks()])
