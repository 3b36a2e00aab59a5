"""What of an article is indexed, and where: the Whoosh schema and the document made from a record.

A change here, or in `analysis`, changes what an index answers: count FORMAT up in `store`.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, get_args

from whoosh import columns
from whoosh.fields import FieldType, Schema
from whoosh.formats import Existence, Format

from kbarchive.article import AppliesTo, Article, Block, Code, Section, SectionKind, Version, walk_blocks, walk_sections
from kbarchive.index import analysis

SECTION_FIELDS: tuple[str, ...] = get_args(SectionKind)
TEXT_FIELDS: tuple[str, ...] = ("title", "products", "keywords", "query_words", "residue", *SECTION_FIELDS)

# Text of these is in the index twice: here for queries of one field, and with its section or products for all others.
PART_FIELDS: tuple[str, ...] = ("applies_to", "code")

HAS: tuple[str, ...] = (
    *("applies-to", "code", "keywords", "list", "note", "query-words", "residue", "table", "technology"),
    *SECTION_FIELDS,
)
"""What a query can ask whether an article has: kinds of blocks and sections, and fields. References are citations too."""

SPELLING = "spelling"
"""The field of words as they are written, in small letters; text fields have stems."""

# Suggestions are spelled from the words of these, which were written with some care; code and residue are not.
_SPELLED_FIELDS = ("title", "products", "query_words", "symptoms", "summary", "cause")

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
    """Text with positions and lengths; it is analysed without Whoosh's Token objects, which cost most of an index build."""

    indexed, scorable, stored, unique = True, True, False, False
    column_type = vector = analyzer = None

    def __init__(self) -> None:
        self.format = Positions()

    def index(self, value: str, **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        for term, found in analysis.positions(value).items():
            yield term, len(found), float(len(found)), array("I", found).tobytes()


class ExactField(FieldType):  # type: ignore[misc]  # Whoosh has no types
    """Values found as they are: a value, or several. With a column, the value of each document can be had back."""

    indexed, scorable, stored, unique = True, False, False, False
    vector = analyzer = None

    def __init__(self, column: columns.Column | None = None) -> None:
        self.format = Existence()
        self.column_type = column

    def index(self, value: str | Iterable[str], **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        for text in [value] if isinstance(value, str) else value:
            yield text.encode("utf-8", "surrogateescape"), 1, 1.0, b""

    def to_column_value(self, value: str) -> bytes:
        return value.encode("utf-8", "surrogateescape")


class FacetField(ExactField):
    """Values found whole, whether they are spelled in small or in capital letters."""

    def index(self, value: str | Iterable[str], **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        return super().index(sorted({text.casefold() for text in ([value] if isinstance(value, str) else value)}))


def new_schema() -> Schema:
    """The schema of every index: text fields, exact fields, and the stored record as a column of bytes."""
    return Schema(
        **{name: TextField() for name in (*TEXT_FIELDS, *PART_FIELDS)},
        **{name: FacetField() for name in ("keyword", "technology", "type", "platform", "version", "has")},
        id=ExactField(),
        key=ExactField(columns.VarBytesColumn()),
        collection=FacetField(),
        modified=ExactField(),
        cites=ExactField(),
        spelling=ExactField(),
        record=_RecordField(),
    )


class _RecordField(FieldType):  # type: ignore[misc]  # Whoosh has no types
    indexed, scorable, stored, unique = False, False, False, False
    format = vector = analyzer = None

    def __init__(self) -> None:
        self.column_type = columns.VarBytesColumn()

    def to_column_value(self, value: bytes) -> bytes:
        return value


def article_texts(article: Article) -> dict[str, str]:
    """The text of an article in each of `TEXT_FIELDS` in which it has any."""
    texts = {
        "title": article.title,
        "products": "\n".join((*article.products, *_applies_to(article.applies_to))),
        "keywords": "\n".join((*article.keywords, article.metadata.get("Technology", ""))),
        "query_words": " ".join(article.query_words),
        "residue": "\n".join(article.residue),
    }
    for section in article.sections:
        text = _section_text(section)
        texts[section.kind] = f"{texts[section.kind]}\n{text}" if section.kind in texts else text
    return {name: text for name, text in texts.items() if text}


def document(article: Article, record: bytes) -> dict[str, Any]:
    """The fields of an article for Whoosh's writer; `record` is what `records.pack` made of it."""
    texts = article_texts(article)
    texts["applies_to"] = "\n".join(_applies_to(article.applies_to))
    texts["code"] = "\n".join(block.text for block in _blocks(article) if isinstance(block, Code))
    fields: dict[str, Any] = {name: text for name, text in texts.items() if text}
    prose = [texts[name] for name in _SPELLED_FIELDS if name in texts]
    fields.update(
        key=article.key,
        spelling=sorted(analysis.plain_words("\n".join(prose))),
        cites=sorted({reference.id for reference in article.references}),
        record=record,
        **{name: values for name, values in exact_values(article).items() if values},
    )
    for name in ("id", "collection", "modified"):
        if value := getattr(article, name):
            fields[name] = value
    return fields


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


def _section_text(section: Section) -> str:
    # The headings of the known kinds say no more than the name of the field.
    return f"{section.heading}\n{section.text}" if section.kind == "other" else section.text


def _applies_to(entries: Iterable[AppliesTo]) -> Iterator[str]:
    for entry in applies_to_entries(entries):
        yield entry.text
        # A version may stand amid the name, by which the product is found as well.
        if entry.name not in entry.text:
            yield entry.name


def applies_to_entries(entries: Iterable[AppliesTo]) -> Iterator[AppliesTo]:
    """Every entry of a list of what an article applies to, those nested in others included."""
    for entry in entries:
        yield entry
        yield from applies_to_entries(entry.with_)
