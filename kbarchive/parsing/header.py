"""Reads the header of an article by its dialect's table of fields."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache

from kbarchive.article import Version
from kbarchive.dialects import Dialect
from kbarchive.parsing.inline import read_versions

_DOCUMENT = re.compile(r"(\S+)(?:\s+(\S+))?(?:\s+\[([^\]]*)\])?(.*)")
_ID = re.compile(r"Q?0*([1-9]\d*)")
_DATE = re.compile(r"(\d{1,2})-([A-Z]{3})-(\d{4})", re.IGNORECASE)
_MONTHS = {name: number for number, name in enumerate("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(), 1)}


@dataclass
class Header:
    """What a header says. `lines` are the offsets of its fields in lines; `leftover` is what is no field, by line."""

    id: str | None = None
    title: str = ""
    modified: str | None = None
    collection: str | None = None
    products: tuple[str, ...] = ()
    versions: tuple[Version, ...] = ()
    operating_systems: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    title_line: int = 0
    keywords_line: int = 0
    leftover: list[str] = field(default_factory=list)
    problems: list[tuple[str, int, str]] = field(default_factory=list)
    """Diagnostics as (code, offset in lines, message)."""


def header_end(text: str, start: int, dialect: Dialect) -> int:
    """Where the header that starts at `start` ends: behind its last lines, and the blank lines below them."""
    match = _header_pattern(dialect).match(text, start)
    return match.end() if match else start


def read_preamble(text: str, dialect: Dialect, header: Header) -> None:
    """Takes the title out of what stands before the header, and leaves over what is no page chrome."""
    for offset, line in enumerate(text.split("\n")):
        line = line.strip()
        if not line or line in dialect.chrome:
            continue
        match = dialect.title.match(line) if dialect.title and not header.title else None
        if match:
            header.title = " ".join(match[1].split())
            header.title_line = offset
        else:
            header.leftover.append(line)


def read_header(text: str, dialect: Dialect, header: Header, first_line: int = 0) -> None:
    """Reads the lines of a header into `header`. `first_line` is the offset of the first in lines."""
    raw: dict[str, str] = {}
    offset = first_line - 1
    for line in text.split("\n"):
        offset += 1
        label, colon, value = line.partition(":")
        label = label.rstrip()
        meaning = dialect.fields.get(label) if colon else None
        if meaning is None:
            if line.strip(" ="):
                header.leftover.append(line.strip())
                header.problems.append(("header-line-unknown", offset, "a line of the header has no known label"))
            continue
        if meaning in raw:
            header.leftover.append(line.strip())
            header.problems.append(("header-field-doubled", offset, f"{label} stands twice; the first is taken"))
            continue
        value = raw[meaning] = header.fields[label] = value.strip()
        if meaning == "title":
            header.title = " ".join(value.split())
            header.title_line = offset
        elif meaning == "keywords":
            header.keywords = tuple(value.split())
            header.keywords_line = offset
        elif meaning == "document":
            _read_document(value, offset, header)
        elif meaning == "id":
            header.id = _read_id(value, offset, header)
        elif meaning == "modified":
            header.modified = _read_date(value, offset, header)
    if dialect.ruled and "\n====" not in text:
        header.problems.append(("header-rule-missing", offset - 1, "there is no rule below the header"))
    if len(header.fields) < len(dialect.fields):
        for label in dialect.fields:
            if label not in header.fields:
                header.problems.append(("header-field-missing", first_line, f"the header has no {label}"))
    systems = raw.get("operating systems", "")
    header.products = _columns(raw.get("products", ""))
    header.operating_systems = _columns(systems)
    header.versions = read_versions(raw.get("versions", ""), systems)


def _read_document(value: str, offset: int, header: Header) -> None:
    match = _DOCUMENT.match(value)
    if match is None:
        header.problems.append(("header-id-missing", offset, "DOCUMENT is empty"))
        return
    number, date, header.collection, rest = match.groups()
    header.id = _read_id(number, offset, header)
    header.modified = _read_date(date or "", offset, header)
    if rest.strip():
        header.problems.append(("header-line-unknown", offset, "DOCUMENT goes on behind the collection"))


def _read_id(value: str, offset: int, header: Header) -> str | None:
    match = _ID.fullmatch(value)
    if match is None:
        header.problems.append(("header-id-unreadable", offset, f"{value!r} is no article number"))
        return None
    return f"Q{match[1]}"


def _read_date(value: str, offset: int, header: Header) -> str | None:
    date = _date(value)
    if date is None:
        header.problems.append(("header-date-unreadable", offset, f"{value!r} is no date"))
    return date


@lru_cache(maxsize=10_000)
def _date(value: str) -> str | None:
    """D-MMM-YYYY as an ISO date."""
    match = _DATE.fullmatch(value)
    if match is None or not (month := _MONTHS.get(match[2].upper())) or not 1 <= int(match[1]) <= 31:
        return None
    return f"{match[3]}-{month:02}-{int(match[1]):02}"


@lru_cache(maxsize=10_000)
def _columns(value: str) -> tuple[str, ...]:
    """A value, or several in columns parted by bars; "See article" is none."""
    parts = (" ".join(part.split()) for part in value.split("|"))
    return tuple(part for part in parts if part and part.lower() != "see article")


@cache
def _header_pattern(dialect: Dialect) -> re.Pattern[str]:
    """Lines up to a blank one, and on behind it where a known label follows; then the rule below the header."""
    labels = "|".join(map(re.escape, dialect.fields)) or "(?!)"
    lines = r"(?:(?!={20})[ \t]*[^ \t\n][^\n]*+\n)"
    return re.compile(
        rf"{lines}++(?:(?:[ \t]*+\n)++(?:{labels})[ \t]*:[^\n]*+\n{lines}*+)*(?:[ \t]*+\n)*+(?:={{20,}}[ ]*\n(?:[ \t]*+\n)*+)?"
    )
