"""How the time grows with hostile texts: `python -m tests.growth` measures each at 10, 100 and 1000 KB.

A text is one piece over and over; in what takes linear time a text of ten times the length takes ten times as long.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from itertools import product

from kbarchive.parsing import parse_document
from kbarchive.search.query import parse

HEADER = b"""DOCUMENT:Q900001  01-JAN-1999  [winnt]
TITLE   :A Title
PRODUCT :Made-Up Product
PROD/VER:
OPER/SYS:
KEYWORDS:kbmadeup

======================================================================

"""
HTML = b"<!DOCTYPE html><html><head><title>Article: Q900001</title></head><body><p>Article: Q900001</p><p>Product(s): P</p>"
MARKDOWN = b"---\nlayout: page\ntitle: A Title\npermalink: /kb/900/Q900001/\n---\n\n## Q900001: A Title\n\n"
BEFORE = {
    "article": HEADER,
    "header": b"DOCUMENT:Q900001  01-JAN-1999  [winnt]\nTITLE   :",
    "nothing": b"",
    "html": HTML,
    "markdown": MARKDOWN,
}

PIECES = [
    b" ", b"\t", b"\n", b"\r", b" \n", b"\r\n", b"-", b"=", b"- ", b" - ", b"=\n", b"a\n=\n", b"a\n-\n", b"a", b"a ",
    b"a  ", b"A ", b"A\n",
    b"a\n\n", b" a\n", b"   a\n", b"\ta\n", b"1. ", b"1. a\n", b"1.\n", b"a. b\n", b" - a\n\n", b"   -or-\n",
    b"a  b  c\n", b"-  -  -\n",
    b"NOTE: ", b"NOTE: a\n", b"NOTE:\n\n", b"Q900001 ", b"Q900001\n", b"   Q900001 Title\n", b"Q9", b"ARTICLE-ID: Q900001\n",
    b"TITLE     : a\n", b"Keywords : ", b"Additional query words: a\n", b"DOCUMENT:",
    b"DOCUMENT:Q900001  01-JAN-1999  [winnt]\n",
    b"TITLE   :T\n", b"PROD/VER::1.0;|", b"1.0;", b":", b";", b",", b", ", b".", b". ", b"(", b")", b"()", b"[", b"]",
    b"[a](b)", b"[a]: b\n", b"\"",
    b"'", b"`", b"```\n", b"`a", b"*", b"* ", b"**a", b"_a_", b"|", b"|a|\n", b"|-|\n", b"> ", b">a\n", b"#", b"# a\n",
    b"<", b">", b"<a", b"<p>",
    b"<div>", b"</div>", b"<pre>", b"<table><tr><td>", b"<li>", b"<b>a",
    b"<!--", b"-->", b"<script>", b"<script></script>", b"&", b"&amp;", b"&#", b"&*a\n",
    b"\x00", b"\x0c", b"\x1a",
    b"\x93", b"\xff", b"\xc2\xa0", b"\xe2\x80\xa8", b"0", b"0.", b"1/1/99 ", b"12-MAY-1999\n", b"C:\\", b"http://a.b/",
    b"a@b.c ", b"+---+\n", b"| a | b |\n",
    b"Microsoft Word version 1.0\n", b" - Microsoft Word, versions 1.0, 2.0\n",
    b"The information in this article applies to:\n",
    b"THE INFORMATION PROVIDED IN THIS\n", b"SYMPTOMS\n========\n", b"SYMPTOMS\n", b"MORE INFORMATION\n\n", b"_" , b"~",
    b"~~~\n", b"\\", b"!", b"![",
    b"// a\n", b"aDOCUMENT:Q900001  01-JAN-1999  [winnt]\nTITLE   :T\n", b"DOCUMENT:Q900001\nTITLE:",
]  # fmt: skip

QUERY_PIECES = [
    b" ", b"a ", b"a", b"(", b")", b"(a ", b'"', b'"a', b'"a" ', b"-", b"-a ", b"OR ", b"a OR ", b"a OR b ", b"NEAR/3 ",
    b"a NEAR/3 ", b"*",
    b"a*", b"aa* ", b"?", b"aa? ", b"~", b"aaaa~ ", b"title:", b"title:(", b"title:a ", b"modified:1999..", b"version:>=",
    b"Q900001 ", b"0", b":", b".",
    b"a.b", b"C++ ", b"\\", b"\x00", b"-title:(a ", b"has:", b"..", b">=",
]  # fmt: skip


def article(text: bytes) -> None:
    parse_document(text)


def query(text: bytes) -> None:
    parse(text.decode("latin-1"))


def seconds(read: Callable[[bytes], None], text: bytes, times: int = 2) -> float:
    """The CPU time that reading takes, the least of some."""
    taken = []
    for _ in range(times):
        started = time.process_time()
        read(text)
        taken.append(time.process_time() - started)
    return min(taken)


def text_of(before: bytes, piece: bytes, size: int) -> bytes:
    return before + piece * (size // len(piece))


def cases() -> list[tuple[str, Callable[[bytes], None], bytes, bytes]]:
    """The name of each, what reads it, what stands before, and the piece."""
    found = [(f"{name} {piece!r}", article, before, piece) for (name, before), piece in product(BEFORE.items(), PIECES)]
    return found + [(f"query {piece!r}", query, b"", piece) for piece in QUERY_PIECES]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.growth", description=__doc__)
    parser.add_argument("--bound", type=float, default=30, help="how many times as long ten times the length may take")
    given = parser.parse_args()
    worst = []
    for name, read, before, piece in cases():
        short, middle, long = (seconds(read, text_of(before, piece, kilobytes * 1000)) for kilobytes in (10, 100, 1000))
        growth = long / max(middle, 0.001)
        worst.append((growth, f"{growth:6.1f}  {short * 1000:8.1f} {middle * 1000:8.1f} {long * 1000:8.1f} ms  {name}"))
    worst.sort(reverse=True)
    sys.stdout.write("\n".join(line for _, line in worst[:20]) + "\n")
    return 1 if worst[0][0] > given.bound else 0


if __name__ == "__main__":
    sys.exit(main())
