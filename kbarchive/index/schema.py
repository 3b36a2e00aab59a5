"""What of an article is indexed beside its text: the Whoosh schema, and the values made from a record.

A change here, or in `analysis`, changes what an index answers: count FORMAT up in `store`.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from whoosh import columns
from whoosh.fields import FieldType, Schema
from whoosh.formats import Existence, Format

from kbarchive.article import AppliesTo, Article, Block, Version, walk_blocks, walk_sections
from kbarchive.index import analysis
from kbarchive.index.zones import SECTIONS, applies_to_entries

SHARD = "shard"
"""The name of the Whoosh index of a shard."""

TEXT = "text"
"""The field of all text; `zones` tell what part of the article a position lies in."""

HAS: tuple[str, ...] = (
    *("applies-to", "code", "keywords", "list", "note", "query-words", "residue", "table", "technology"),
    *SECTIONS,
)
"""What a query can ask whether an article has: kinds of blocks, sections, and what stands around them."""

SPELLING = "spelling"
"""The field of words as they are written, in small letters; the text has stems."""

# Suggestions are spelled from the words of these, which were written with some care; code and residue are not.
_SPELLED_SECTIONS = ("symptoms", "summary", "cause")

# What the trailer of an article says of its kind: kbbug, kbnofix.
_TYPES = ("issue type", "solution type")

_POSITION_SIZE = array("I").itemsize


class Positions(Format):  # type: ignore[misc]  # Whoosh has no types
    """Postings with the positions of a term, for Whoosh's own queries; `codec` keeps them."""

    def __init__(self) -> None:
        super().__init__()

    def decode_frequency(self, value: bytes) -> int:
        return len(value) // _POSITION_SIZE

    def decode_weight(self, value: bytes) -> float:
        return float(self.decode_frequency(value))

    def decode_positions(self, value: bytes) -> list[int]:
        positions = array("I")
        positions.frombytes(value)
        return list(positions)


class TextField(FieldType):  # type: ignore[misc]  # Whoosh has no types
    """Text with positions. `inverter` makes its postings, not Whoosh, whose Token objects cost most of an index build."""

    indexed, scorable, stored, unique = True, False, False, False
    column_type = vector = analyzer = None

    def __init__(self) -> None:
        self.format = Positions()


class ExactField(FieldType):  # type: ignore[misc]  # Whoosh has no types
    """Values found as they are: a value, or several. With a column, the value of each document can be had back."""

    indexed, scorable, stored, unique = True, False, False, False
    vector = analyzer = None

    def __init__(self, column: columns.Column | None = None) -> None:
        self.format = Existence()
        self.column_type = column

    def index(self, value: str, **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        yield _encoded(value), 1, 1.0, b""

    def to_column_value(self, value: str) -> bytes:
        return _encoded(value)


_FOLDED = ("keyword", "technology", "type", "platform", "version", "has", "collection")
"""The fields whose values are found whether they are spelled in small or in capital letters."""


def new_schema() -> Schema:
    """The schema of every index: the text, values found whole, and the stored record as a column of bytes."""
    return Schema(
        text=TextField(),
        **{name: ExactField() for name in (*_FOLDED, "id", "modified", "cites", SPELLING)},
        key=ExactField(columns.VarBytesColumn()),
        record=_RecordField(),
    )


def _encoded(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


class _RecordField(FieldType):  # type: ignore[misc]  # Whoosh has no types
    indexed, scorable, stored, unique = False, False, False, False
    format = vector = analyzer = None

    def __init__(self) -> None:
        self.column_type = columns.VarBytesColumn()

    def to_column_value(self, value: bytes) -> bytes:
        return value


def values(article: Article) -> dict[str, set[bytes]]:
    """The values of an article that are found whole, by field, as terms; its key is Whoosh's to index."""
    entries = (entry.text for entry in applies_to_entries(article.applies_to))
    prose = [article.title, *article.products, *entries, " ".join(article.query_words)]
    prose += [section.text for section in article.sections if section.kind in _SPELLED_SECTIONS]
    fields: dict[str, Iterable[str]] = {
        **exact_values(article),
        SPELLING: analysis.plain_words("\n".join(prose)),
        "cites": (reference.id for reference in article.references),
        **{name: [value] for name in ("id", "collection", "modified") if (value := getattr(article, name))},
    }
    return {
        name: {_encoded(value.casefold() if name in _FOLDED else value) for value in found} for name, found in fields.items()
    }


def exact_values(article: Article) -> dict[str, list[str]]:
    """The values of an article by field: what is found whole, and as it is spelled."""
    metadata = {name.casefold(): value for name, value in article.metadata.items()}
    technology = metadata.get("technology", "").split()
    return {
        "keyword": list(article.keywords),
        "technology": technology,
        "type": [value for name in _TYPES for value in metadata.get(name, "").split()],
        "platform": [*filter(None, (version.platform for version in article.versions)), *article.operating_systems],
        "version": [value for part in _versioned(article) for value in part.versions],
        "has": list(_has(article, technology)),
    }


def _versioned(article: Article) -> Iterator[Version | AppliesTo]:
    yield from article.versions
    yield from applies_to_entries(article.applies_to)


def _has(article: Article, technology: Sequence[str]) -> Iterator[str]:
    yield from {section.kind for section in article.sections}
    yield from {name for block in _blocks(article) if (name := type(block).__name__.lower()) in HAS}
    facts = {
        "applies-to": article.applies_to,
        "keywords": article.keywords,
        "query-words": article.query_words,
        "references": article.references,
        "residue": article.residue,
        "technology": technology,
    }
    yield from (name for name, fact in facts.items() if fact)


def _blocks(article: Article) -> Iterator[Block]:
    """Every block of an article, those inside others included."""
    for section in walk_sections(article.sections):
        yield from walk_blocks(section.blocks)
