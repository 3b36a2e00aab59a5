"""Reads the header of an article by its dialect's table of fields."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache

from kbarchive.article import Version
from kbarchive.dialects import Dialect, Field
from kbarchive.markup.front_matter import read_front_matter
from kbarchive.parsing.dates import read_date
from kbarchive.parsing.headings import read_label, section_kind
from kbarchive.parsing.inline import read_versions

_DOCUMENT = re.compile(r"(\S+)(?:\s+(\S+))?(?:\s+\[([^\]]*)\])?(.*)")
# Articles have up to six digits; a run of hundreds is no number that names a file, or fits a column.
_ID = re.compile(r"(Q?|[A-Z]{1,3})0*([1-9][0-9]{0,14})")
_DATE_AND_REST = re.compile(r"([A-Za-z]+\.? +[0-9]+[a-z]*,? +[0-9]{4}|[0-9]+[a-z]* +[A-Za-z]+\.?,? +[0-9]{4}|\S+)(.*)")
_COLLECTION = re.compile(r"mspl[0-9]+_\w+")
_RULE = re.compile(r"([=_\-*])\1{19,}")
# A page's heading is typeset: its converter made signs of these.
_TYPOGRAPHY = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2026": "...", "\u2013": "--", "\u2014": "---"}
)
_ROW_FIELDS: dict[str, Field] = {"systems": "operating systems", "code": "fact", "number": "fact"}

# The number of an article right before its title, behind whatever marks a heading.
_NUMBER_BEFORE = re.compile(r"((?:Q|KB)?[0-9]+)[\s:]*\Z")


@dataclass
class Header:
    """What a header says. `lines` are the offsets of its fields in lines; `leftover` is what is no field, by line.

    `title_id` is the number of an article that stands before a title above the header.
    """

    id: str | None = None
    title: str = ""
    modified: str | None = None
    collection: str | None = None
    products: tuple[str, ...] = ()
    versions: tuple[Version, ...] = ()
    operating_systems: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    raw: dict[Field, str] = field(default_factory=dict)
    title_line: int = 0
    title_id: str = ""
    keywords_line: int | None = None
    leftover: list[str] = field(default_factory=list)
    problems: list[tuple[str, int, str]] = field(default_factory=list)
    """Diagnostics as (code, offset in lines, message)."""


def header_end(text: str, start: int, dialect: Dialect) -> int:
    """Where the header that starts at `start` ends: behind its last lines, and the blank lines below them."""
    if dialect.block:
        match = _header_block(dialect).match(text, start)
        if match and dialect.last and (at := text.find(dialect.last, start, match.end())) >= 0:
            return text.index("\n", at) + 1  # text may follow without a blank line
        return match.end() if match else start
    end = place = start
    rows = list(dialect.rows)
    titled = dialect.above != "next"
    while place < len(text):
        next_place = text.index("\n", place) + 1
        line = text[place : next_place - 1].strip()
        if line and not is_chrome(line, dialect) and not any(_split(line, dialect)):
            row = next((row for row in rows if row.fullmatch(line)), None)
            if row:
                rows.remove(row)
            elif titled or section_kind(read_label(line)) != "other":
                break
            else:
                titled = True
        if line or end > start:
            end = next_place
        place = next_place
    return end


def read_preamble(text: str, dialect: Dialect, header: Header, first_line: int = 0, heading: str | None = None) -> None:
    """Takes the title out of what stands before the header, and leaves over what is no page chrome.

    `first_line` is the offset of the first line in lines, `heading` the ruled one that stands over articles.
    """
    lines = text.split("\n")
    if dialect.front_matter and (front := read_front_matter(text)):
        title = front[0].get("title")
        match = dialect.title.fullmatch(str(title).strip()) if dialect.title and title else None
        if match:
            header.title = _title(match[1], dialect)
            header.title_line = first_line + next((at for at, line in enumerate(lines) if line.startswith("title:")), 0)
    above = _paragraph_above(lines, dialect) if dialect.above in ("first", "last") else range(0)
    if above:
        header.title = _title(" ".join(_without_page(lines[number]) for number in above), dialect)
        header.title_line = first_line + above[0]
    for offset, line in enumerate(lines):
        line = line.strip()
        match = dialect.title.fullmatch(line) if dialect.title and not header.title else None
        if match:
            header.title = _title(match[1], dialect)
            header.title_line = first_line + offset
            number = _NUMBER_BEFORE.search(line, 0, match.start(1))
            header.title_id = number[1] if number else ""
        elif line and offset not in above and line != heading and not _RULE.fullmatch(line) and not is_chrome(line, dialect):
            header.leftover.append(line)


def read_epilogue(text: str, dialect: Dialect, header: Header) -> None:
    """Leaves over what stands behind an article and is no page chrome."""
    header.leftover += [line.strip() for line in text.split("\n") if line.strip() and not is_chrome(line.strip(), dialect)]


def read_header(text: str, dialect: Dialect, header: Header, first_line: int = 0) -> None:
    """Reads the lines of a header into `header`. `first_line` is the offset of the first in lines."""
    raw = header.raw
    fields = dialect.fields
    rows = list(dialect.rows)
    plain = not rows and not dialect.inline and not dialect.bare
    offset = first_line - 1
    for line in text.split("\n"):
        offset += 1
        if plain:  # the usual case, in the usual order: a line for each label
            label, colon, value = line.partition(":")
            label = label.rstrip()
            meaning = fields.get(label)
            if meaning is not None and colon and meaning not in raw:
                raw[meaning] = header.fields[label] = value = value.strip()
                take = _TAKE.get(meaning)
                if take:
                    take(value, offset, dialect, header)
                continue
        if not line or not line.strip(" \t="):
            continue
        if read_line(line.strip(), offset, dialect, header, rows) or is_chrome(line.strip(), dialect):
            continue
        if dialect.above == "next" and not header.title:
            _take_title(line.strip(), offset, dialect, header)
        else:
            header.leftover.append(line.strip())
            if dialect.block:
                header.problems.append(("header-line-unknown", offset, "a line of the header has no known label"))
    if dialect.ruled and "\n====" not in text:
        header.problems.append(("header-rule-missing", offset - 1, "there is no rule below the header"))
    if dialect.complete and len(header.fields) < len(dialect.fields):
        for label in dialect.fields:
            if label not in header.fields:
                header.problems.append(("header-field-missing", first_line, f"the header has no {label}"))
    finish_header(header)


def read_line(line: str, offset: int, dialect: Dialect, header: Header, rows: list[re.Pattern[str]]) -> bool:
    """Reads the fields of a line into `header`; False where it has none. A row that reads the line is taken out of `rows`."""
    found = _read_row(line, rows) or list(_split(line, dialect))
    for label, meaning, value in found:
        read_field(label, meaning, value, offset, dialect, header, line)
    return bool(found)


def read_field(label: str, meaning: Field, value: str, offset: int, dialect: Dialect, header: Header, line: str = "") -> None:
    """Reads one field into `header`; where it stands twice, the `line` of the second is left over."""
    if meaning != "fact" and meaning in header.raw:
        if label in header.fields or meaning != "id":
            header.leftover.append(line or f"{label}: {value}")
            header.problems.append(("header-field-doubled", offset, f"{label} stands twice; the first is taken"))
        else:
            header.fields[label] = value
        return
    header.raw[meaning] = header.fields[label] = value
    take = _TAKE.get(meaning)
    if take:
        take(value, offset, dialect, header)


def finish_header(header: Header) -> None:
    """Reads what takes more than one field, when all are there."""
    systems = header.raw.get("operating systems", "")
    header.products = _columns(header.raw.get("products", ""))
    header.operating_systems = _columns(systems)
    header.versions = read_versions(header.raw.get("versions", ""), systems)
    if header.title_id and _read_id(header.title_id, 0, Header()) != header.id:
        header.leftover.append(header.title_id)


def _take_title(value: str, offset: int, dialect: Dialect, header: Header) -> None:
    header.title = _title(value, dialect)
    header.title_line = offset


def _take_keywords(value: str, offset: int, dialect: Dialect, header: Header) -> None:
    del dialect
    header.keywords = tuple(value.split())
    header.keywords_line = offset


def _take_flags(value: str, offset: int, dialect: Dialect, header: Header) -> None:
    """Keywords, perhaps in groups parted by bars, of which one may name a collection."""
    del dialect
    header.keywords_line = offset
    words = []
    for group in value.split("|"):
        if _COLLECTION.fullmatch(group.strip()):
            header.collection = group.strip()
        else:
            words += group.split()
    header.keywords = tuple(words)


def _take_document(value: str, offset: int, dialect: Dialect, header: Header) -> None:
    del dialect
    match = _DOCUMENT.match(value)
    if match is None:
        header.problems.append(("header-id-missing", offset, "DOCUMENT is empty"))
        return
    number, date, header.collection, rest = match.groups()
    header.id = _read_id(number, offset, header)
    header.modified = _read_date(date or "", offset, header)
    if rest.strip():
        header.problems.append(("header-line-unknown", offset, "DOCUMENT goes on behind the collection"))


def _take_id(value: str, offset: int, dialect: Dialect, header: Header) -> None:
    del dialect
    header.id = _read_id(value, offset, header)


def _take_date(value: str, offset: int, dialect: Dialect, header: Header) -> None:
    del dialect
    match = _DATE_AND_REST.match(value)
    date, rest = match.groups() if match else ("", "")
    if read_date(date) is None:  # then all of it is none, and no words behind one
        date, rest = value, ""
    header.modified = _read_date(date, offset, header)
    if rest.strip():
        header.leftover.append(rest.strip())


_TAKE: dict[Field, Callable[[str, int, Dialect, Header], None]] = {
    "title": _take_title,
    "keywords": _take_keywords,
    "flags": _take_flags,
    "document": _take_document,
    "id": _take_id,
    "modified": _take_date,
}


def _split(line: str, dialect: Dialect) -> Iterator[tuple[str, Field, str]]:
    """The fields of a line as (label as spelled, what it means, value)."""
    fields = dialect.fields
    if not dialect.inline and not dialect.bare:
        label, colon, value = line.partition(":")
        label = label.rstrip()
        meaning = fields.get(label) if colon else None
        if meaning:
            yield label, meaning, value.strip()
        return
    matches = list(_label_pattern(dialect).finditer(line.strip()))
    if not matches or matches[0].start() > 0:
        return
    ends = [*(match.start() for match in matches[1:]), len(line)]
    for match, end in zip(matches, ends, strict=True):
        label = (match["label"] or match["inline"]).rstrip(" \t:")
        yield label, _meaning(label, dialect), line.strip()[match.end() : end].strip(" \t,")


def _read_row(line: str, rows: list[re.Pattern[str]]) -> list[tuple[str, Field, str]]:
    """The fields of a line without a label, by the first of the rows that reads it; each reads one line."""
    for number, row in enumerate(rows):
        match = row.fullmatch(line)
        if match and any(match.groupdict().values()):
            del rows[number]
            found: list[tuple[str, Field, str]] = []
            for name, value in match.groupdict().items():
                if value and value.strip():
                    meaning: Field = _ROW_FIELDS.get(name, name)  # type: ignore[arg-type]  # groups are named so
                    label = line[: match.start(name)].strip(" :(-") if len(match.groupdict()) == 1 else ""
                    found.append((label or name, meaning, value.strip()))
            return found
    return []


def _read_id(value: str, offset: int, header: Header) -> str | None:
    match = _ID.fullmatch(value)
    if match is None:
        header.problems.append(("header-id-unreadable", offset, f"{value!r} is no article number"))
        return None
    if match[1] not in ("", "Q"):
        header.problems.append(("header-id-spelling", offset, f"{value} was taken for Q{match[2]}"))
    return f"Q{match[2]}"


def _read_date(value: str, offset: int, header: Header) -> str | None:
    date = read_date(value)
    if date is None:
        header.problems.append(("header-date-unreadable", offset, f"{value!r} is no date"))
    return date


def _title(text: str, dialect: Dialect) -> str:
    if dialect.entities:
        text = html.unescape(text)
    if dialect.markup:
        text = text.translate(_TYPOGRAPHY)
    return " ".join(text.split())


def _paragraph_above(lines: list[str], dialect: Dialect) -> range:
    """The first or last lines before a header that are not blank, and not of the page: its title, by their numbers."""
    end = len(lines)
    if dialect.above == "first":
        start = next((at for at, line in enumerate(lines) if line.strip() and not is_chrome(line.strip(), dialect)), end)
        return range(start, next((at for at in range(start, end) if not lines[at].strip()), end))
    while end and (not lines[end - 1].strip() or is_chrome(lines[end - 1].strip(), dialect)):
        end -= 1
    start = end
    while start and lines[start - 1].strip() and not is_chrome(lines[start - 1].strip(), dialect):
        start -= 1
    return range(start, end)


def is_chrome(line: str, dialect: Dialect) -> bool:
    """Whether a line belongs to the page around an article."""
    return dialect.chrome is not None and dialect.chrome.fullmatch(line) is not None


def _without_page(line: str) -> str:
    """A title without the buttons that stood beside it on the page."""
    return re.sub(r"(?: Print| Email){2,}\s*$", "", line)


@lru_cache(maxsize=1000)
def _columns(value: str) -> tuple[str, ...]:
    """A value, or several in columns parted by bars; "See article" is none."""
    parts = (" ".join(part.split()) for part in value.split("|"))
    return tuple(part for part in parts if part and part.lower() != "see article")


@cache
def _label_pattern(dialect: Dialect) -> re.Pattern[str]:
    """Finds the labels of a line: at its start, and those that may stand behind another."""

    def alternatives(labels: Iterator[str]) -> str:
        ordered = sorted(labels, key=len, reverse=True)
        return (
            "|".join(re.escape(label) + (r"[ \t]*:?" if label in dialect.bare else r"[ \t]*:") for label in ordered) or "(?!)"
        )

    first = alternatives(iter(dialect.fields))
    behind = alternatives(iter(dialect.inline))
    # Of ASCII alone: the dotless i and the long s are case variants of I and S, and stand in no label.
    return re.compile(rf"\A(?P<label>(?ai:{first}))|(?<=[\s,])(?:-[ \t]+)?(?P<inline>(?ai:{behind}))")


@cache
def _meanings(dialect: Dialect) -> dict[str, Field]:
    return {label.lower(): meaning for label, meaning in dialect.fields.items()}


def _meaning(label: str, dialect: Dialect) -> Field:
    return _meanings(dialect)[label.rstrip(" \t:").lower()]


@cache
def _header_block(dialect: Dialect) -> re.Pattern[str]:
    """Lines up to a blank one, and on behind it where a known label follows; then the rule below the header."""
    labels = "|".join(map(re.escape, dialect.fields)) or "(?!)"
    lines = r"(?:(?!={20})[ \t]*+[^ \t\n][^\n]*+\n)"
    labelled = rf"(?:[ \t]*+\n)++(?:{labels})[ \t]*:[^\n]*+\n(?>{lines}*)"
    return re.compile(rf"(?>{lines}+)(?:{labelled})*(?:[ \t]*+\n)*+(?:={{20,}}[ ]*\n(?:[ \t]*+\n)*+)?")
