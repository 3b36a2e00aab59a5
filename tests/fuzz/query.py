"""The query language: any text is a query, no word of it is lost, and a search of the bundled sample answers it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from kbarchive.index.build import build_sample_in_memory
from kbarchive.index.reader import IndexReader
from kbarchive.resources import query_help
from kbarchive.search.index import Index
from kbarchive.search.query import parse
from kbarchive.search.results import Results
from tests.fuzz.seeds import articles
from tests.fuzz.target import BrokenError, Target

_LIMIT = 5
_READ = 20_000  # of a query

_QUOTED = re.compile(r"`([^`\n]+)`")
_CASE = re.compile(r"""^        \(r?["'](.+)["'], "[A-Z]""", re.MULTILINE)
_WORD = re.compile(r"[^\W_]+")
_WORDS = [
    b'"', b"(", b")", b"-", b" OR ", b" NEAR/3 ", b" NEAR ", b"*", b"?", b"~", b"title:", b"product:", b"modified:>=1999",
    b"modified:1995..1999", b"version:>5.0", b"has:code", b"id:", b"Q206968", b"KB206968", b"0x80040154", b"-title:(", b"kb:",
    b"\xed\xa0\x80", b"\x00", b"\xe2\x80\x8b", b"\xc7\x85", b"\xef\xac\x81", b"C++", b"TCP/IP", b"autoexec.bat", b"%s",
    b"\xc3\xa9",
]  # fmt: skip


@cache
def sample() -> Index:
    storage, metadata = build_sample_in_memory()
    return Index(IndexReader([storage], metadata, None), "the sample")


def holds(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    query = parse(text)
    for diagnostic in query.diagnostics:
        if diagnostic.start is not None and not 0 <= diagnostic.start <= (diagnostic.end or 0) <= len(text):
            raise BrokenError("a diagnostic stands outside the query", diagnostic)
    if ":" not in text and len(text) < _READ:
        lost = _words(text) - _words(" ".join(_texts(query.tree))) - Counter(["OR", "NEAR"] * len(text))
        # The number of an article, and the distance of NEAR, are numbers.
        if lost := Counter({word: count for word, count in lost.items() if not re.search(r"\d", word)}):
            raise BrokenError("words of a query are lost", dict(lost))
    results = sample().search(text, _LIMIT, facets=True, explain=True)
    _check(results)
    if sample().search(text, _LIMIT, facets=True, explain=True) != results:
        raise BrokenError("asked twice, answered otherwise")
    _check(sample().search(text, _LIMIT, _LIMIT, sort="date", fold=True))
    sample().completions(text)


def _check(results: Results) -> None:
    if msgspec.json.decode(msgspec.json.encode(results), type=Results) != results:
        raise BrokenError("results are not read back as they were written")
    if len(results.hits) > _LIMIT or results.total > len(sample()):
        raise BrokenError("more hits than there are or were asked for", results.total)
    if any(count > results.total for counts in results.facets.values() for count in counts.values()):
        raise BrokenError("a facet counts more than was found")
    for hit in results.hits:
        for snippet in hit.snippets:
            if any(not 0 <= start < end <= len(snippet.text) for start, end in snippet.highlights):
                raise BrokenError("a highlight stands outside its snippet", snippet)


def _texts(node: object) -> Iterator[str]:
    """All that a tree says, in its order."""
    if isinstance(node, msgspec.Struct):
        for name in node.__struct_fields__:
            yield from _texts(getattr(node, name))
    elif isinstance(node, tuple):
        for inner in node:
            yield from _texts(inner)
    else:
        yield str(node)


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text))


def seeds() -> dict[str, list[bytes]]:
    """What the help explains, lines of articles as people paste them, and what was answered wrongly once."""
    lines = [line.strip() for data in articles()["txt"] for line in data.splitlines() if line.strip()]
    cases = Path(__file__).parent.parent / "test_query.py"
    strings = _CASE.findall(cases.read_text(encoding="utf-8"))
    return {
        "help": [found.encode() for found in _QUOTED.findall(query_help())],
        "pasted": lines[::20],
        "cases": [found.encode() for found in strings],
    }


TARGET = Target(seeds, holds, _WORDS, ("kbarchive", "lark"), seconds=2.0, seconds_per_kb=0.25, longest=24_000)
