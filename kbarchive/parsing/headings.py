"""Which lines with an underline are headings, and what kind of section a heading begins."""

from __future__ import annotations

import re

from kbarchive.article import SectionKind

_KINDS: dict[str, SectionKind] = {
    "symptoms": "symptoms",
    "symptom": "symptoms",
    "symptons": "symptoms",
    "cause": "cause",
    "resolution": "resolution",
    "workaround": "workaround",
    "status": "status",
    "summary": "summary",
    "more information": "more-information",
    "references": "references",
    "introduction": "introduction",
    "question": "question",
    "response": "response",
    "problem": "problem",
    "solution": "solution",
}

# Two blanks behind a sentence or a chapter's number make no columns.
_COLUMNS = re.compile(r"(?<![.:?!)\d])[ ]{2,}[^ ]|[^ ][ ]{3,}[^ ]")


def section_kind(heading: str) -> SectionKind:
    """The kind of section that a heading begins, by its text without case and colon; "other" where it is none of them."""
    return _KINDS.get(heading.rstrip(" :").lower(), "other")


def is_heading(text: str, start: int, end: int) -> bool:
    """Whether the two lines at `start` are a heading with its "=" underline: as long as itself, or below a standard name."""
    heading, underline = _two_lines(text, start, end)
    if len(heading) == len(underline):
        return True
    return section_kind(heading) != "other" and abs(len(heading) - len(underline)) <= 3


def is_subheading(text: str, start: int, end: int) -> bool:
    """Whether the two lines at `start` are a sub-heading with its "-" underline, and no table's head row.

    Where the line itself has columns, what follows decides: rows in columns right below the dashes make it a head row.
    """
    heading, underline = _two_lines(text, start, end)
    if len(heading) != len(underline):
        return False
    if not _COLUMNS.search(heading):
        return True
    line_end = text.find("\n", end)
    below = text[end : line_end if line_end >= 0 else len(text)]
    return not _COLUMNS.search(below)


def _two_lines(text: str, start: int, end: int) -> tuple[str, str]:
    middle = text.index("\n", start)
    return text[start:middle].rstrip(), text[middle + 1 : text.index("\n", middle + 1, end)].rstrip()
