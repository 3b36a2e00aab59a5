"""The pictures of the documentation: ``python docs/sphinx/pictures.py`` draws those of the sample anew.

``python docs/sphinx/pictures.py INDEX`` also draws the archive that an index is of. Nothing of a real article's text is shown.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

import kbarchive
from kbarchive.graph import neighbourhood
from kbarchive.render.plots import plot
from kbarchive.resources import resource_folder
from kbarchive.survey import survey
from kbarchive.web import drawing

PICTURES = Path(__file__).resolve().parents[1] / "pictures"
ARTICLE = "Q206968"
AROUND = "Q900051"

_LINE = 12  # from one line of text to the next, in pixels
_RECORD = 640  # where the right column begins
_COLOURS = ("#e8f1fa", "#fdf3e0", "#e6f5ee", "#fbe9e7", "#f3ecf7", "#f1f1f1")
_STYLE = "text{font:10px ui-monospace,Menlo,Consolas,monospace;white-space:pre;fill:#222}.h{font-weight:bold;font-size:12px}"


class Piece(NamedTuple):
    """Some lines of the source, from `first` (0-based), and the lines of the record that they became."""

    first: int
    lines: int
    record: list[str]


def record_picture() -> str:
    """The source of an article on the left, its record on the right, what belongs together in one colour."""
    data = (resource_folder("corpus") / "txt" / "206" / f"{ARTICLE}.TXT").read_bytes()
    source = data.decode("ascii").splitlines()
    pieces = list(_pieces(data))
    height = max(len(source), sum(len(piece.record) + 1 for piece in pieces)) * _LINE + 40
    parts = [f'<text class="h" x="8" y="16">{ARTICLE}.TXT</text><text class="h" x="{_RECORD}" y="16">the record</text>']
    row = 0
    for number, piece in enumerate(pieces):
        top, bottom = 24 + piece.first * _LINE, 24 + (piece.first + piece.lines) * _LINE
        right, low = 24 + row * _LINE, 24 + (row + len(piece.record)) * _LINE
        middle = _RECORD - 45
        parts.append(
            f'<path fill="{_COLOURS[number % len(_COLOURS)]}" d="M4 {top}H{middle - 60}C{middle} {top} {middle - 15} {right} '
            f'{_RECORD - 8} {right}H1176V{low}H{_RECORD - 8}C{middle - 15} {low} {middle} {bottom} {middle - 60} {bottom}H4z"/>'
        )
        parts += (_text(_RECORD, 24 + (row + at) * _LINE, line) for at, line in enumerate(piece.record))
        row += len(piece.record) + 1
    parts += (_text(8, 24 + at * _LINE, line) for at, line in enumerate(source))
    return _svg(1180, height, f"The source of article {ARTICLE} and its record, side by side", parts)


def references_picture() -> str:
    """An article, what it cites and what cites it."""
    with kbarchive.open_index("sample") as index:
        graph = neighbourhood(index, AROUND)
    drawn = drawing.neighbourhood(graph)
    wide, high = 4, 2
    curves = "".join(f'<path d="{curve}" vector-effect="non-scaling-stroke"/>' for curve in drawn.curves)
    parts = [f'<g transform="translate(2 0) scale({wide} {high})" fill="none" stroke="#888">{curves}</g>']
    for box in drawn.boxes:
        fill = {"middle": "#cfe3f5", "cites": "#f6f9fc", "cited-by": "#fdf3e0"}[box.side]
        x, y = 2 + box.x * wide, box.y * high
        size = f'width="{drawn.box_width * wide}" height="{drawn.box_height * high}"'
        parts.append(f'<rect x="{x}" y="{y}" rx="4" {size} fill="{fill}" stroke="#0072b2"/>')
        parts.append(f'<text class="h" x="{x + 8}" y="{y + 16}">{escape(box.node.key)}</text>')
        title = "(missing)" if box.node.title is None else _short(box.node.title, 44)
        parts.append(f'<text x="{x + 8}" y="{y + 31}">{escape(title)}</text>')
    label = f"Article {AROUND} in the middle: articles cite those to the right of them"
    return _svg(drawn.width * wide + 4, drawn.height * high, label, parts)


def archive_picture(index_dir: str) -> bytes:
    """All of an index by year, collection, length, citations and diagnostics."""
    with kbarchive.open_index(index_dir) as index:
        return plot(survey(index), "svg", f"The archive: {len(index):,} articles")


def _pieces(data: bytes) -> Iterator[Piece]:
    article = kbarchive.parse(data)
    line, open_section = 0, None
    for token in kbarchive.parse_tree(data).scan_values(lambda _: True):
        lines = token.count("\n")
        written = len(token.rstrip("\n").split("\n")) if token.strip() else 0
        if token.type in ("HEADING", "APPLIES", "QUERY_WORDS", "TRAILER", "NOTICE", "HEADER"):
            if open_section:
                yield open_section
                open_section = None
            if token.type == "HEADING":
                section = next(section for section in article.sections if section.line == line + 1)
                open_section = Piece(line, written, [*_section(section), *_references(article, section.kind)])
            elif shown := [_short(part) for part in _RECORDS[token.type](article)]:
                yield Piece(line, written, shown)
        elif open_section and written:
            open_section = open_section._replace(lines=line + written - open_section.first)
        line += lines
    if open_section:
        yield open_section


_RECORDS = {
    "HEADER": lambda article: [
        f"id: {article.id}",
        f"title: {article.title}",
        f"modified: {article.modified}   collection: {article.collection}",
        f"products: {list(article.products)}",
        f"versions: {[(part.platform, *part.versions) for part in article.versions]}   keywords: {list(article.keywords)}",
    ],
    "APPLIES": lambda article: [f"applies_to: {entry.name}, versions {list(entry.versions)}" for entry in article.applies_to],
    "QUERY_WORDS": lambda article: [f"query_words: {list(article.query_words)}"],
    "TRAILER": lambda article: ["metadata:", *(f"  {name}: {value}" for name, value in article.metadata.items())],
    "NOTICE": lambda article: [f"copyright: {list(article.copyright)}"] if article.copyright else [],
}


def _section(section: kbarchive.Section) -> Iterator[str]:
    yield f"section {section.kind}, line {section.line}"
    for block in section.blocks:
        yield from _block(block, "  ")


def _block(block: kbarchive.Block, indent: str) -> Iterator[str]:
    name = type(block).__name__.lower()
    if isinstance(block, kbarchive.List):
        yield f"{indent}{'ordered ' if block.ordered else ''}list"
        for item in block.items:
            for inner in item.blocks:
                yield from _block(inner, f"{indent}  {item.marker} ")
    else:
        yield _short(f"{indent}{name}: {getattr(block, 'text', '')}")


def _references(article: kbarchive.Article, kind: str) -> Iterator[str]:
    for reference in article.references:
        if reference.section == kind:
            yield _short(f"references: {reference.id}, {reference.title}")


def _short(text: str, width: int = 84) -> str:
    return text if len(text) <= width else f"{text[: width - 3]}..."


def _text(x: int, top: int, line: str) -> str:
    return f'<text x="{x}" y="{top + 9}">{escape(line)}</text>' if line.strip() else ""


def _svg(width: int, height: int, label: str, parts: list[str]) -> str:
    body = "\n".join(filter(None, parts))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">\n'
        f"<style>{_STYLE}</style>\n"
        f'<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'
    )


def main() -> None:
    (PICTURES / "record.svg").write_text(record_picture(), encoding="utf-8")
    (PICTURES / "references.svg").write_text(references_picture(), encoding="utf-8")
    for index_dir in sys.argv[1:]:
        # A tenth of a pixel is enough, and nobody reads how it is indented.
        picture = re.sub(rb"(\d\.\d)\d+", rb"\1", re.sub(rb"\s*\n\s*", b"\n", archive_picture(index_dir)))
        (PICTURES / "archive.svg").write_bytes(picture)


if __name__ == "__main__":
    main()
