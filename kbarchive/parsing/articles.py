"""Finds the articles in a file: which form they have, where each begins, what stands before its lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from kbarchive.article import block_text
from kbarchive.dialects import UNKNOWN, Dialect, Found, recognise
from kbarchive.markup.flow import Flow, Heading
from kbarchive.markup.front_matter import read_front_matter
from kbarchive.markup.html import looks_like_html, read_html
from kbarchive.markup.markdown import read_markdown
from kbarchive.markup.tags import is_flat
from kbarchive.parsing.folding import unfold
from kbarchive.parsing.text import Text, common_margin, cut, decode, without_margin, without_markup

_FAR = 16_000  # how much of a page is looked at for its marks
# A heading of Markdown in what a person copied as such.
_ATX = re.compile(r"^#{1,4}[ ]+[A-Z]", re.MULTILINE)


class Part(NamedTuple):
    """The part of a file that holds one article.

    `header` and `end` are places in the readable text: where the header begins, and where what follows the article does.
    `marks` tells where in the file the marks of its form were found. `name` is what tells an article without an id from
    others of its file: the ruled heading above it and its number there. `flow` is what the text was read to where it is
    Markdown or HTML, `facts` are the values of its front matter.
    """

    text: Text
    dialect: Dialect
    header: int
    end: int
    marks: Found
    heading: str | None = None
    name: str = "1"
    flow: Flow | None = None
    facts: Mapping[str, object] = {}


class _Read(NamedTuple):
    """A file as far as it was read: its form, where the marks of that stand, and what was taken off around its lines: signs
    before them all, or tags.
    """

    text: Text
    dialect: Dialect
    marks: Found
    quoted: str = ""
    tagged: bool = False


def find_articles(data: bytes | str, *, one: bool = False) -> list[Part]:
    """The parts of a file, at least one; joined they are the file. With `one` it is taken for one article."""
    read = _bare(decode(data))
    if _may_be_page(read) and (page := _read_markup(read.text, read.dialect, read.marks)):
        return [page]
    if read.dialect is UNKNOWN:
        return [Part(read.text, UNKNOWN, 0, len(read.text.readable), read.marks)]
    text, dialect, marks, *_ = _in_lines(_in_its_code(read, data))
    if not one and dialect.each is not None and text.readable.find(dialect.word, marks.header + 1) >= 0:
        later = [found for found in dialect.find_all(text.readable, marks.header) if found.header > marks.header]
        if later:
            return _cut_apart(text, dialect, [marks, *later])
    end = _end(text, dialect, marks.header)
    return [Part(text, dialect, marks.header, end, marks, marks.heading, _name(marks, marks.heading, 1))]


def describe(parts: list[Part]) -> str:
    """Why a file was taken for what it is: its form, and where the marks of that stand."""
    first = parts[0]
    if first.dialect is UNKNOWN:
        return "unknown: no marks of any form"
    words = [f"{first.dialect.name}: its marks"]
    if first.flow is None:
        # In the first part a place in the text is one in the file.
        line = first.text.line + first.text.readable.count("\n", 0, first.marks.mark)
        words.append(f"stand in line {line}")
        if first.marks.margin:
            words.append(f"behind {first.marks.margin!r}")
    else:
        words.append("stand in its front matter" if first.facts else "stand in what the page says")
    if len(parts) > 1:
        words.append(f"and {len(parts) - 1:,} times more")
    return " ".join(words)


def _bare(text: Text) -> _Read:
    """A text without the signs that stand before nearly all its lines, and the tags that stand around them, and its form."""
    read = _Read(text, *recognise(text.readable))
    # A form that is quoted may show no marks, or those of another.
    if read.dialect is UNKNOWN or read.dialect.markup or read.marks.margin.strip():
        read = _unquoted(read)
    if read.dialect.markup:
        bare = without_markup(read.text)
        return read._replace(text=bare, marks=_moved(read.marks, read.text, bare), tagged=True)
    return _within_tags(read) if _may_be_page(read) else read


def _unquoted(read: _Read) -> _Read:
    quoted = common_margin(read.text.readable)
    bare = without_margin(read.text, quoted)
    dialect, marks = recognise(bare.readable) if quoted else (UNKNOWN, read.marks)
    # Places in a folded text are those of the original.
    return read if dialect is UNKNOWN or dialect.folded else _Read(bare, dialect, marks, quoted)


def _within_tags(read: _Read) -> _Read:
    """A text that a browser or a forum put into a page, line for line; the page where that has structure of its own."""
    if not looks_like_html(read.text.readable):
        return read
    bare = without_markup(read.text)
    dialect, marks = recognise(bare.readable)
    if dialect is UNKNOWN or dialect.flow or dialect.markup:
        return read
    if not is_flat(read.text.readable, _same_line(bare.readable, marks.header, read.text.readable)):
        return read
    return read._replace(text=bare, dialect=dialect, marks=marks, tagged=True)


def _may_be_page(read: _Read) -> bool:
    """Whether a text may be one in HTML or Markdown."""
    dialect = read.dialect
    if read.tagged:
        return False
    return bool(dialect.flow) or not dialect.block or dialect is UNKNOWN or read.text.readable.startswith("<")


def _in_its_code(read: _Read, data: bytes | str) -> _Read:
    """The text in the code of its form's time."""
    if not read.dialect.old or read.text.encoding in ("ascii", None):
        return read
    again = without_margin(decode(data, old=True), read.quoted)
    again = without_markup(again) if read.tagged else again
    return read._replace(text=again, marks=_moved(read.marks, read.text, again))


def _in_lines(read: _Read) -> _Read:
    """The text with the lines of its form: unfolded, and without the margin of its marks."""
    text, margin = read.text, read.marks.margin
    bare = unfold(text) if read.dialect.folded else without_margin(text, margin) if margin else text
    marks = _moved(read.marks, text, bare) if margin and not read.dialect.folded else read.marks
    return read._replace(text=bare, marks=marks._replace(margin=read.quoted + margin))


def _read_markup(text: Text, dialect: Dialect, marks: Found) -> Part | None:
    """The article of a page in HTML or of a text in Markdown; None where it is neither."""
    if looks_like_html(text.readable):
        flow = read_html(text.readable)
        dialect, marks = recognise(_plain(flow))
        return Part(text, dialect, 0, len(text.readable), marks, flow=flow) if dialect is not UNKNOWN else None
    if dialect.flow or ("BARE" in dialect.blocks and not marks.margin.strip() and _ATX.search(text.readable)):
        facts, start = read_front_matter(text.readable) or ({}, 0)
        flow = read_markdown(text.readable[start:], 1 + text.readable.count("\n", 0, start))
        return Part(text, dialect, 0, len(text.readable), marks, flow=flow, facts=facts)
    return None


def _cut_apart(text: Text, dialect: Dialect, marks: list[Found]) -> list[Part]:
    """The parts of a file that holds many articles: what stands before the marks of one belongs to the one above."""
    places = [0, *(found.mark for found in marks[1:]), len(text.readable)]
    parts: list[Part] = []
    heading = None
    names: set[str] = set()
    for number, (found, place, piece) in enumerate(zip(marks, places, cut(text, places), strict=False), 1):
        heading = found.heading or heading
        name = _name(found, heading, number)
        if name in names:
            name = f"{name}.{number}"
        names.add(name)
        header = found.header - place
        parts.append(Part(piece, dialect, header, _end(piece, dialect, header), found, heading, name))
    return parts


def _end(text: Text, dialect: Dialect, header: int) -> int:
    """Where what follows an article begins."""
    ends = dialect.ends.search(text.readable, header) if dialect.ends else None
    return ends.start() if ends else len(text.readable)


def _moved(marks: Found, text: Text, other: Text) -> Found:
    """The marks of a text in another with the same lines."""
    mark, header = (_same_line(text.readable, place, other.readable) for place in (marks.mark, marks.header))
    return marks._replace(mark=mark, header=header)


def _same_line(text: str, place: int, other: str) -> int:
    """Where the line of a place in one text begins in another with the same lines."""
    found = 0
    for _ in range(text.count("\n", 0, place)):
        found = other.index("\n", found) + 1
    return found


def _plain(flow: Flow) -> str:
    """The beginning of a flow as text, for the marks of the forms."""
    lines: list[str] = []
    size = 0
    for element in flow.elements:
        words = element.text if isinstance(element, Heading) else block_text(element.block)
        lines.append(words)
        size += len(words)
        if size > _FAR:
            break
    return "\n".join([flow.title or "", *lines, ""])


def _name(found: Found, heading: str | None, number: int) -> str:
    name = str(number if found.number is None else found.number)
    return f"{heading}/{name}" if heading else name
