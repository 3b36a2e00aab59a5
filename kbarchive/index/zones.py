"""The zones of an article: title, query words, each section ..., one after another as a single run of positions.

All text of an article is one field of the index. Which part of it a word stands in is told by its position, since the
bounds of the zones are kept for each document: a word has one posting list, whatever parts of articles it stands in.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, get_args

from kbarchive.article import AppliesTo, Article, Block, Code, List, Note, Paragraph, Rule, Section, SectionKind

SECTIONS: tuple[str, ...] = get_args(SectionKind)

CODE = "code"
"""Program text, commands, registry keys. They lie within sections, as cited titles belong to a section besides their own zone;
all else lies side by side."""

ZONES: tuple[str, ...] = (
    *("title", "query_words", "products", "applies_to", "keywords", "residue", "cited", CODE),
    *SECTIONS,
)
"""All zones; a zone is kept by its number in this. `cited` has the titles of articles that are referred to: they say
little of the article that they stand in."""

GAP = 40
"""How many positions lie between two zones, so that their words are not near one another."""

MOST_POSITIONS = (1 << 24) - 1
"""Text behind this position is not indexed (`forms` takes the upper byte); no article comes near."""


K1 = 1.2
"""How soon further occurrences of a term count for little."""


class Worth(NamedTuple):
    """What a word is worth in a zone: `weight`, lessened by the share `b` where the zone is longer than `pivot` words."""

    weight: float
    b: float
    pivot: float


# The pivots are the average lengths in the archive of 1987-2002. They are fixed so that what a word is worth in an article
# does not depend on the others, and can be written down when it is indexed. benchmarks/relevance.py measures the weights.
WORTHS: dict[str, Worth] = {
    **dict.fromkeys(SECTIONS, Worth(1.0, 0.6, 170)),
    **dict.fromkeys(("symptoms", "problem", "question"), Worth(1.5, 0.6, 36)),
    **dict.fromkeys(("summary", "introduction"), Worth(1.0, 0.6, 36)),
    **dict.fromkeys(("resolution", "workaround", "solution", "response"), Worth(1.0, 0.6, 52)),
    "cause": Worth(1.0, 0.6, 21),
    "status": Worth(1.0, 0.6, 14),
    "references": Worth(1.0, 0.6, 3),
    "title": Worth(5.0, 0.3, 9),
    "query_words": Worth(2.0, 0.3, 4),
    "products": Worth(1.0, 0.3, 19),
    "applies_to": Worth(1.0, 0.3, 19),
    "keywords": Worth(0.5, 0.3, 8),
    "residue": Worth(0.3, 0.6, 5),
    "cited": Worth(0.3, 0.6, 6),
}

# Citations are looked for in the order in which they stand; so many that were not found may be passed over.
_PASSED_OVER = 6

_HEAD = struct.Struct("<BI")
_WIDTHS = {2: "H", 4: "I"}


class Piece(NamedTuple):
    """A stretch of an article's text; several may follow in one zone."""

    zone: str
    text: str
    within: str = ""
    """A further zone that the piece is of: code, or the section that cites a title."""


class Bounds(NamedTuple):
    """A zone of a document, from position `start` up to, not including, `end`."""

    zone: int
    start: int
    end: int


def pieces(article: Article) -> Iterator[Piece]:
    """All text of an article, zone by zone."""
    cited: list[tuple[str, str]] = []
    titles = [reference.title for reference in article.references if reference.title and reference.section != "title"]
    yield Piece("title", article.title)
    yield Piece("query_words", " ".join(article.query_words))
    for section in article.sections:
        for text, code in _section(section, section.kind == "other"):
            if code:
                yield Piece(section.kind, text, CODE)
            else:
                if titles:
                    text, found = _without_titles(text, titles)
                    cited += ((title, section.kind) for title in found)
                yield Piece(section.kind, text)
    yield from (Piece("products", product) for product in article.products)
    for entry in applies_to_entries(article.applies_to):
        yield Piece("applies_to", entry.text)
        # A version may stand amid the name, by which the product is found as well.
        if entry.name not in entry.text:
            yield Piece("applies_to", entry.name)
    yield Piece("keywords", "\n".join((*article.keywords, article.metadata.get("Technology", ""))))
    yield from (Piece("residue", text) for text in article.residue)
    yield from (Piece("cited", title, section) for title, section in cited)


def code_of(section: Section) -> str:
    """All text of a section that is of the zone `CODE`."""
    return "\n".join(text for text, code in _section(section, False) if code)


def applies_to_entries(entries: Iterable[AppliesTo]) -> Iterator[AppliesTo]:
    """The entries of an applies-to box, nested ones behind their parent."""
    for entry in entries:
        yield entry
        yield from applies_to_entries(entry.with_)


def pack(zones: bytes, places: Sequence[int]) -> bytes:
    """The zones of a document as bytes: a width, the numbers of the zones, their bounds as 2- or 4-byte integers.

    `places` are where each zone begins and ends, one pair after another.
    """
    width = 2 if max(places, default=0) < 0x10000 else 4
    return struct.pack(f"<BI{len(zones)}s{len(places)}{_WIDTHS[width]}", width, len(zones), zones, *places)


def unpack(data: bytes) -> tuple[bytes, Sequence[int]]:
    """What `pack` was given; raises struct.error or KeyError on damaged bytes."""
    width, number = _HEAD.unpack_from(data)
    zones = data[_HEAD.size : _HEAD.size + number]
    return zones, struct.unpack_from(f"<{2 * number}{_WIDTHS[width]}", data, _HEAD.size + number)


def length_byte(words: int) -> int:
    """The length of a document as a byte: its logarithm, in steps of about four per cent."""
    return min(255, round(18 * math.log(words + 1)))


LENGTHS: tuple[float, ...] = tuple(byte / 18 for byte in range(256))
"""For each length byte the natural logarithm of the number of words."""


def _section(section: Section, with_heading: bool) -> Iterator[tuple[str, bool]]:
    # The headings of the known kinds say no more than the name of the zone.
    if with_heading:
        yield section.heading, False
    yield from _blocks(section.blocks)
    for inner in section.sections:
        yield from _section(inner, True)


def _blocks(blocks: Iterable[Block]) -> Iterator[tuple[str, bool]]:
    for block in blocks:
        match block:
            case Paragraph():  # most are
                yield block.text, False
            case Note():
                yield block.label, False
                yield from _blocks(block.blocks)
            case List():
                for item in block.items:
                    yield item.marker, False
                    yield from _blocks(item.blocks)
            case Rule():
                pass
            case _:
                yield block.text, isinstance(block, Code)


def _without_titles(text: str, titles: list[str]) -> tuple[str, list[str]]:
    """A text without the titles of the articles that it cites, and these, which are taken from `titles`."""
    found = []
    place = 0
    while place < min(len(titles), _PASSED_OVER):
        if titles[place] in text:
            found.append(titles[place])
            text = text.replace(titles.pop(place), "\n", 1)
        else:
            place += 1
    return text, found
