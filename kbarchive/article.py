"""The record of one article: typed, immutable, and the same shape as its JSON (schema 1).

`docs/record.md` describes every field; ``msgspec.json.encode(article)`` gives the JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Final, Literal

import msgspec

SCHEMA: Final = 1

# What reading a record checks, and its JSON Schema tells, beside the types.
ArticleId = Annotated[str, msgspec.Meta(pattern="^Q[0-9]+$")]
IsoDate = Annotated[
    str,
    msgspec.Meta(
        pattern="^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        extra_json_schema={"format": "date"},  # `kbarchive.loads` refuses days that no month has
    ),
]

# The structs below have gc=False: they are frozen, so a record cannot hold itself, and the collector need not look at them.

SectionKind = Literal[
    "symptoms",
    "cause",
    "resolution",
    "workaround",
    "status",
    "summary",
    "more-information",
    "references",
    "introduction",
    "question",
    "response",
    "problem",
    "solution",
    "body",
    "other",
]


class Version(msgspec.Struct, frozen=True, gc=False):
    """One part of PROD/VER: a platform as spelled ("" where none was given) and its versions."""

    platform: str
    versions: tuple[str, ...]


class AppliesTo(msgspec.Struct, frozen=True, gc=False):
    """One entry of "The information in this article applies to".

    `relation` tells what the nested entries in `with_` (JSON: ``with``) are to this one:
    ``used with``, ``included with``, ``on platform(s)`` or None.
    """

    text: str
    name: str
    versions: tuple[str, ...] = ()
    relation: str | None = None
    with_: tuple[AppliesTo, ...] = msgspec.field(default=(), name="with")


class Paragraph(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="paragraph"):
    """Running text, reflowed to one line."""

    line: int
    text: str


class Code(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="code"):
    """Text whose layout is kept: the common indent removed, tabs and inner blank lines kept."""

    line: int
    text: str


class Table(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="table"):
    """Text in columns: the layout as in `Code`, and the cells by row where columns can be told."""

    line: int
    text: str
    rows: tuple[tuple[str, ...], ...] = ()


class Note(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="note"):
    """A NOTE, WARNING, IMPORTANT, CAUTION or TIP: its label as spelled, and what it says."""

    line: int
    label: str
    blocks: tuple[Block, ...]


class Item(msgspec.Struct, frozen=True, gc=False):
    """One item of a list: its marker as spelled, and its own blocks."""

    marker: str
    blocks: tuple[Block, ...]


class List(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="list"):
    """A list; `ordered` where its markers count."""

    line: int
    ordered: bool
    items: tuple[Item, ...]


class Rule(msgspec.Struct, frozen=True, gc=False, tag_field="type", tag="rule"):
    """A ruled line between blocks."""

    line: int


Block = Paragraph | List | Code | Table | Note | Rule


class Section(msgspec.Struct, frozen=True, gc=False):
    """A heading with the blocks below it and the sections nested in it.

    `kind` is "body" with an empty heading for text that stands before the first heading.
    """

    kind: SectionKind
    heading: str
    line: int
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...] = ()

    @property
    def text(self) -> str:
        """All the text below this section's heading, nested headings included; blocks are parted by blank lines."""
        return "\n\n".join(_section_texts(self))


class Reference(msgspec.Struct, frozen=True, gc=False):
    """A cross-reference: the article cited, the title it was cited under, and where it stands.

    `section` is the kind of the top-level section, or "title", "residue", "query-words".
    """

    id: ArticleId
    title: str | None
    section: str
    line: int


class Source(msgspec.Struct, frozen=True, gc=False):
    """Where an article was read: its file, the member of an archive, its number and first line in the file."""

    file: str | None
    member: str | None
    number: int
    line: int
    dialect: str
    encoding: str | None
    newline: str
    sha256: str


class Diagnostic(msgspec.Struct, frozen=True, gc=False):
    """Something odd in a source: a stable code, the line in the file, and a sentence for people."""

    code: str
    line: int
    message: str


class Article(msgspec.Struct, frozen=True, gc=False):
    """One KnowledgeBase article. Fields that a form does not have are empty or None."""

    schema: Literal[1]
    id: ArticleId | None
    key: str
    title: str
    modified: IsoDate | None
    collection: str | None
    products: tuple[str, ...]
    versions: tuple[Version, ...]
    operating_systems: tuple[str, ...]
    keywords: tuple[str, ...]
    header: dict[str, str]
    applies_to: tuple[AppliesTo, ...]
    residue: tuple[str, ...]
    sections: tuple[Section, ...]
    references: tuple[Reference, ...]
    query_words: tuple[str, ...]
    metadata: dict[str, str]
    copyright: tuple[int, ...]
    source: Source
    diagnostics: tuple[Diagnostic, ...]

    def section_text(self, kind: SectionKind) -> str:
        """The text of all top-level sections of a kind, joined by a blank line; "" where there is none."""
        return "\n\n".join(section.text for section in self.sections if section.kind == kind)

    @property
    def symptoms(self) -> str:
        return self.section_text("symptoms")

    @property
    def cause(self) -> str:
        return self.section_text("cause")

    @property
    def resolution(self) -> str:
        return self.section_text("resolution")

    @property
    def workaround(self) -> str:
        return self.section_text("workaround")

    @property
    def status(self) -> str:
        return self.section_text("status")

    @property
    def summary(self) -> str:
        return self.section_text("summary")

    @property
    def more_information(self) -> str:
        return self.section_text("more-information")

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        from kbarchive.render.notebook import article_html

        return article_html(self)

    @property
    def text(self) -> str:
        """The text of the whole article: every section with its heading, blocks parted by blank lines."""
        parts: list[str] = []
        for section in self.sections:
            if section.heading:
                parts.append(section.heading)
            parts.extend(_section_texts(section))
        return "\n\n".join(parts)


def block_text(block: Block) -> str:
    """The text of one block as plain lines: items on lines of their own behind their markers."""
    match block:
        case Paragraph() | Code() | Table():
            return block.text
        case Note():
            return f"{block.label}: " + "\n\n".join(block_text(inner) for inner in block.blocks)
        case List():
            return "\n".join(_item_text(item) for item in block.items)
        case Rule():
            return ""


def walk_blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    """Every block in order, those inside items and notes included, each before its inner ones."""
    for block in blocks:
        yield block
        if isinstance(block, Note):
            yield from walk_blocks(block.blocks)
        elif isinstance(block, List):
            for item in block.items:
                yield from walk_blocks(item.blocks)


def walk_sections(sections: Iterable[Section]) -> Iterator[Section]:
    """Every section in order, nested ones after their parent."""
    for section in sections:
        yield section
        yield from walk_sections(section.sections)


def _item_text(item: Item) -> str:
    indent = " " * (len(item.marker) + 1)
    text = "\n".join(block_text(block) for block in item.blocks)
    return f"{item.marker} " + text.replace("\n", "\n" + indent)


def _section_texts(section: Section) -> Iterator[str]:
    for block in section.blocks:
        if text := block_text(block):
            yield text
    for inner in section.sections:
        yield inner.heading
        yield from _section_texts(inner)
