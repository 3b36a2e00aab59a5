"""Runs the case files in tests/cases: each case is a source and what must be read out of it.

A case begins with ``=== name``. Then comes ``--- source`` (the body of an article, or a whole one that begins with its
header), and any parts of the record: ``--- blocks``, ``--- references`` and so on (tests/outline.py). Each case is run twice:
as a parse, and as a round trip that must lose no character.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

import kbarchive
from kbarchive.parsing import is_lossless
from tests.outline import outline

CASES = Path(__file__).parent / "cases"

# Around sources that are a body only; line 1 of a case's source is line 8 of the article.
HEADER = """DOCUMENT:Q900900  01-FEB-1999  [winnt]
TITLE   :A Case
PRODUCT :Made-Up Product
PROD/VER:
OPER/SYS:
KEYWORDS:kbcase
======================================================================
"""
TRAILER = """
======================================================================
Keywords          : kbcase

=============================================================================
"""


class Case(NamedTuple):
    name: str
    source: str
    parts: dict[str, str]


def read_cases(path: Path) -> list[Case]:
    cases = []
    for text in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, _, rest = text.partition("\n")
        parts = dict(zip(*[iter(re.split(r"^--- (.*)\n", rest, flags=re.MULTILINE)[1:])] * 2, strict=True))
        cases.append(Case(name, parts.pop("source"), parts))
    return cases


ALL = [pytest.param(case, id=f"{path.stem}: {case.name}") for path in sorted(CASES.glob("*.txt")) for case in read_cases(path)]


def article_text(source: str) -> str:
    whole = source.startswith(("DOCUMENT", "TITLE", "Knowledge", "Article:", "RAW\n"))
    return source.removeprefix("RAW\n") if whole else HEADER + source.rstrip("\n") + "\n" + TRAILER


@pytest.mark.parametrize("case", ALL)
def test_record(case: Case) -> None:
    article = kbarchive.parse(article_text(case.source).encode())
    assert case.parts, "a case says what is to be read"
    for part, expected in case.parts.items():
        assert outline(article, part) == [line.rstrip() for line in expected.split("\n") if line.strip()], part


@pytest.mark.parametrize("case", ALL)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_round_trip(case: Case, newline: str) -> None:
    assert is_lossless(article_text(case.source).replace("\n", newline).encode())


@pytest.mark.parametrize("case", ALL)
def test_line_ends_change_nothing(case: Case) -> None:
    text = article_text(case.source)
    records = [kbarchive.parse(text.replace("\n", newline).encode()) for newline in ("\n", "\r\n")]
    lf, crlf = (_without_source(record) for record in records)
    assert lf == crlf


def _without_source(article: kbarchive.Article) -> dict[str, object]:
    return {name: getattr(article, name) for name in article.__struct_fields__ if name != "source"}
