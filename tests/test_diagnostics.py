"""Each diagnostic of docs/diagnostics.md: where it is told, and what was done."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import kbarchive
from tests.test_cases import HEADER, TRAILER

ROOT = Path(__file__).parent.parent

BODY = "SUMMARY\n=======\n\nText.\n"
WHOLE = HEADER + BODY + TRAILER
BOX = f"{'-' * 79}\nThe information in this article applies to:\n\n - Made-Up Product\n{'-' * 79}\n\n"
NOTICE = "\nTHE INFORMATION PROVIDED IN THIS SAMPLE WAS WRITTEN FOR KBARCHIVE AND IS\nA STRAY LINE\nOFFERED AS IT STANDS.\n"


def changed(old: str, new: str) -> str:
    """A whole article, changed in one place."""
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


class Told(NamedTuple):
    """A diagnostic's code, a text it is told of, its line, and parts of the record that show what was done."""

    code: str
    text: str
    line: int
    parts: dict[str, Any]


CASES = [
    Told("not-an-article", "Just text.\n", 1, {"source.dialect": "unknown", "sections.0.kind": "body"}),
    Told("no-body", HEADER + TRAILER, 1, {"sections": (), "keywords": ("kbcase",)}),
    Told("undecodable", changed("Text.", "caf\u00e9 \udcff"), 11, {"sections.0.blocks.0.text": "caf\u00e9 \u00ff"}),
    Told("line-ends-lost", WHOLE.replace("\n", "  "), 1, {"id": "Q900900", "title": "A Case"}),
    Told("layout-lost", f"<pre>{WHOLE}</pre>".replace("\n", "<br>"), 1, {"id": "Q900900", "applies_to": ()}),
    Told("header-field-missing", changed("OPER/SYS:\n", ""), 1, {"operating_systems": ()}),
    Told("header-field-doubled", changed("PRODUCT", "TITLE   :B\nPRODUCT"), 3, {"title": "A Case", "residue": ("TITLE   :B",)}),
    Told("header-line-unknown", changed("PRODUCT", "COLOUR  :Blue\nPRODUCT"), 3, {"residue": ("COLOUR  :Blue",)}),
    Told(
        "header-line-unknown",
        changed("[winnt]", "[winnt] more"),
        1,
        {"collection": "winnt", "header.DOCUMENT": "Q900900  01-FEB-1999  [winnt] more", "residue": ()},
    ),
    Told("header-id-missing", changed("Q900900  01-FEB-1999  [winnt]", ""), 1, {"id": None, "key": "#1"}),
    Told("header-id-unreadable", changed("Q900900", "901QX"), 1, {"id": None, "key": "#1"}),
    Told("header-id-spelling", changed("Q900900", "KB900301"), 1, {"id": "Q900301"}),
    Told("header-id-spelling", changed("Q900900", "CHS307710"), 1, {"id": "Q307710"}),
    Told("header-date-unreadable", changed("01-FEB", "41-FEB"), 1, {"modified": None}),
    Told("header-keywords-cut", changed("kbcase", "kbca"), 6, {"keywords": ("kbcase",)}),
    Told("header-rule-missing", changed("=" * 70 + "\n", "\n"), 7, {"sections.0.heading": "SUMMARY"}),
    Told("heading-misspelt", changed("SUMMARY\n", "SYMPTOM\n"), 8, {"sections.0.kind": "symptoms"}),
    Told("heading-underline", changed("\n=======\n\nText", "\n====\n\nText"), 9, {"sections.0.kind": "other"}),
    Told("residue", changed("SUMMARY\n", f"An old value\n\n{BOX}SUMMARY\n"), 8, {"residue": ("An old value",)}),
    Told("no-trailer", HEADER + BODY, 1, {"keywords": ("kbcase",)}),
    Told("trailer-field-doubled", WHOLE.replace(TRAILER, TRAILER.replace("\n\n", "\nKeywords          : kbnone\n\n", 1)), 13,
         {"keywords": ("kbcase",), "residue": ("Keywords: kbnone",)}),
    Told("notice-altered", WHOLE + NOTICE, 18, {"residue": ("A STRAY LINE",)}),
]  # fmt: skip


def part(record: Any, path: str) -> Any:
    """A part of a record by its path, as in `sections.0.kind`."""
    for name in path.split("."):
        record = record[int(name)] if name.isdigit() else record[name] if isinstance(record, dict) else getattr(record, name)
    return record


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{n}-{case.code}") for n, case in enumerate(CASES)])
def test_diagnostic_is_told_at_its_line_and_costs_nothing_else(case: Told) -> None:
    article = kbarchive.parse(case.text.encode("utf-8", "surrogateescape"))
    assert (case.code, case.line) in [(diagnostic.code, diagnostic.line) for diagnostic in article.diagnostics]
    assert {path: part(article, path) for path in case.parts} == case.parts


def test_a_text_without_oddities_has_none() -> None:
    assert kbarchive.parse(WHOLE).diagnostics == ()


def test_all_codes_are_documented_and_tried() -> None:
    rows = re.findall(r"^\| (`.*?) \|", (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8"), re.MULTILINE)
    documented = {code for row in rows for code in re.findall(r"`([a-z-]+)`", row)}
    told = re.compile(r'(?:_tell\(|problems\.append\(\(|Diagnostic\()\s*"([a-z-]+)"')
    sources = (ROOT / "kbarchive" / "parsing").rglob("*.py")
    assert documented == {case.code for case in CASES}
    assert documented == {code for path in sources for code in told.findall(path.read_text(encoding="utf-8"))}
