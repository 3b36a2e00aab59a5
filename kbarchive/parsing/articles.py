"""Finds the articles in a file: which form they have, where each begins, what stands before its lines."""

from __future__ import annotations

from typing import NamedTuple

from kbarchive.dialects import UNKNOWN, Dialect, Found, recognise
from kbarchive.parsing.folding import unfold
from kbarchive.parsing.text import Text, cut, decode, without_margin, without_markup


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


def find_articles(data: bytes | str, *, one: bool = False) -> list[Part]:
    """The parts of a file, at least one; joined they are the file. With `one` it is taken for one article."""
    text = decode(data)
    dialect, first = recognise(text.readable)
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


def _name(found: Found, heading: str | None, number: int) -> str:
    name = str(number if found.number is None else found.number)
    return f"{heading}/{name}" if heading else name
