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
from kbarchive.parsing.folding import unfold
from kbarchive.parsing.text import Text, cut, decode, without_margin, without_markup

_FAR = 16_000  # how much of a page is looked at for its marks
# A heading of Markdown in what a person copied as such.
_ATX = re.compile(r"^#{1,4}[ ]+[A-Z]", re.MULTILINE)


class Part(NamedTuple):
    """The part of a file that holds one article.

    `header` and `end` are places in the readable text: where the header begins, and where what follows the article does.
    `name` is what tells an article without an id from others of its file: the ruled heading above it and its number there.
    """

    text: Text
    dialect: Dialect
    header: int
    end: int
    heading: str | None
    name: str
    flow: Flow | None = None
    """What the text was read to where it is Markdown or HTML."""
    facts: Mapping[str, object] = {}
    """The values of its front matter."""


def find_articles(data: bytes | str, *, one: bool = False) -> list[Part]:
    """The parts of a file, at least one; joined they are the file. With `one` it is taken for one article."""
    text = decode(data)
    dialect, first = recognise(text.readable)
    if not dialect.markup and looks_like_html(text.readable):
        flow = read_html(text.readable)
        dialect, _ = recognise(_plain(flow))
        if dialect is not UNKNOWN:
            return [Part(text, dialect, 0, len(text.readable), None, "1", flow)]
    if dialect.flow or ("BARE" in dialect.blocks and _ATX.search(text.readable)):
        facts, start = read_front_matter(text.readable) or ({}, 0)
        flow = read_markdown(text.readable[start:], 1 + text.readable.count("\n", 0, start))
        return [Part(text, dialect, 0, len(text.readable), None, "1", flow, facts)]
    if dialect is UNKNOWN:
        return [Part(text, dialect, 0, len(text.readable), None, "1")]
    if dialect.old and text.encoding not in ("ascii", None):
        text = decode(data, old=True)
    if dialect.folded:
        text = unfold(text)
        return [Part(text, dialect, first.header, len(text.readable), None, "1")]
    text = without_margin(text, first.header, first.margin)
    start = first.header
    later = []
    if not one and dialect.each is not None and text.readable.find(dialect.word, start + 1) >= 0:
        later = [found for found in dialect.find_all(text.readable, start) if found.header > start]
    if not later:
        ends = dialect.ends.search(text.readable, start) if dialect.ends else None
        behind = len(text.readable) - ends.start() if ends else 0
        if dialect.markup:
            text = without_markup(text, start, len(text.readable) - behind)
        return [Part(text, dialect, start, len(text.readable) - behind, first.heading, _name(first, first.heading, 1))]
    places = [0, *(found.mark for found in later), len(text.readable)]
    parts: list[Part] = []
    heading = None
    names: set[str] = set()
    for number, (found, place, piece) in enumerate(zip([first, *later], places, cut(text, places), strict=False), 1):
        heading = found.heading or heading
        name = _name(found, heading, number)
        if name in names:
            name = f"{name}.{number}"
        names.add(name)
        parts.append(Part(piece, dialect, found.header - place, len(piece.readable), heading, name))
    return parts


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
