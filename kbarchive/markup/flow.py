"""What Markdown and HTML are read to: headings and blocks in one row, with the links that stand in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from kbarchive.article import Block, Table


class Heading(NamedTuple):
    """A heading: its level from 1, its text, and its line in the source, from 1."""

    level: int
    text: str
    line: int


class Link(NamedTuple):
    """A hyperlink: where it leads, the text it stands under, and its line."""

    target: str
    text: str
    line: int


class Content(NamedTuple):
    """A block, and the links within it in order."""

    block: Block
    links: tuple[Link, ...] = ()


Element: TypeAlias = Heading | Content


class Flow(NamedTuple):
    """A text as a row of headings and blocks. `title` is what the page itself calls its title, if it does."""

    title: str | None
    elements: tuple[Element, ...]


def table(line: int, rows: Iterable[Iterable[str]]) -> Table:
    """A table of cells: its text in columns, parted by two blanks."""
    cells = tuple(tuple(" ".join(cell.split()) for cell in row) for row in rows)
    columns = max((len(row) for row in cells), default=0)
    widths = [max((len(row[at]) for row in cells if at < len(row)), default=0) for at in range(columns)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in cells]
    return Table(line, "\n".join(lines), cells)


def squeeze(text: str) -> str:
    """White space of any kind as single blanks."""
    return " ".join(text.split())
