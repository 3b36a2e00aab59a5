"""Which lines with an underline are headings, and what kind of section a heading begins."""

from __future__ import annotations

import re
from functools import lru_cache

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
_COLUMNS = re.compile(r"(?<![.:?!)0-9])[ ]{2,}[^ ]|[^ ][ ]{3,}[^ ]")

_LETTER = re.compile(r"[^\W_]")

_LONGEST = 79

# No line is wrapped before it is so long.
_LEAST_WRAPPED = 20

# By how much an underline was miscounted; one that is as long as a line of text is a rule.
_MOST_OFF = 3
_LONGEST_NEAR = 66


@lru_cache(maxsize=1000)
def section_kind(heading: str) -> SectionKind:
    """The kind of section that a heading begins, by its text without case and colon; "other" where it is none of them."""
    return _KINDS.get(heading.rstrip(" :").lower(), "other")


@lru_cache(maxsize=1000)
def read_heading(block: str) -> tuple[str, bool]:
    """The text of a heading, and whether the underline, its second line or its third, is as long as it."""
    heading, underline, *more = (line.rstrip() for line in block.split("\n", 3)[:3])
    if underline.strip("=-"):  # the heading wraps
        heading = f"{heading} {underline}"
        underline = more[0] if more else ""
    return heading, len(heading) == len(underline)


def read_label(line: str) -> str:
    """The text of a heading that is a standard name alone on its line, without the words of a picture glued to it."""
    return re.sub(r"\A(?:Collapse image|Expand image)", "", line.strip()).rstrip(" :")


def is_heading(block: str) -> bool:
    """Whether a line with an "=" underline is a heading: one as long as itself, or below a standard name."""
    heading, fits = read_heading(block)
    return fits or section_kind(heading) != "other"


def is_subheading(block: str, below: str) -> bool:
    """Whether a line with a "-" underline is a sub-heading, and no table's head row.

    Where the line itself has columns, the line below decides: rows in columns right below the dashes make it a head row.
    """
    heading, fits = read_heading(block)
    first = block.partition("\n")[0].rstrip()
    if first != heading and len(first) < _LEAST_WRAPPED:
        return False
    return fits and not (_COLUMNS.search(heading) and _COLUMNS.search(below))


def is_meant(block: str, above: str, below: str) -> bool:
    """Whether an underline of another length is meant for its line: the like stands above that, or a few signs lack."""
    heading, fits = read_heading(block)
    line, underline = (line.rstrip() for line in block.split("\n", 2)[:2])
    if (
        fits
        or line != heading
        or not _LETTER.search(line)
        or len(line) > _LONGEST
        or _COLUMNS.search(line)
        or _COLUMNS.search(below)
    ):
        return False
    if above.rstrip() == underline:
        return True
    off = abs(len(line) - len(underline))
    if off > _MOST_OFF or off * 4 > len(underline) or len(underline) > _LONGEST_NEAR:
        return False
    # What ends as a sentence is text above a rule, and so is the last of several lines.
    return not above.strip(" =-") and not line.endswith((".", ";", ","))


def is_underlined(block: str) -> bool:
    """Whether a line within a list item is a title: the underline right below it is as long as it."""
    title, underline = (line.rstrip() for line in block.split("\n", 2)[:2])
    return len(title) == len(underline) and len(title.lstrip(" ")) == len(underline.lstrip(" "))
