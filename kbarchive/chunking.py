"""Articles in pieces for retrieval systems: a chunk for each section, long sections in several, each with its context."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from kbarchive.article import SCHEMA, Article, ArticleId, Block, IsoDate, Section, block_text
from kbarchive.render.versions import version_text

CHUNK_LENGTH = 2000
"""In characters: some 500 tokens, what most embedding models read whole."""

# Where a block that is longer is cut, the best first: before an item or a line at the margin, between lines, behind a
# sentence, between words.
_CUTS = tuple(map(re.compile, (r"\n(?=\S)", r"\n", r"(?<=[.!?]) ", r"\s")))


class Chunk(msgspec.Struct, frozen=True, gc=False):
    """A piece of an article, and what is known of it.

    `id` is the article's key, the kind of the section and its number among those of its kind in the article, such as
    ``Q206968#symptoms-1``; the second piece of a section is ``Q206968#symptoms-1.2``. `section` is the kind of the top-level
    section, as in a cross-reference: what stands below a heading within RESOLUTION is of the resolution. `path` has the
    headings that it stands under. `context` says what the text is about: the title, the products, the headings; to embed a
    chunk, embed ``context + "\\n\\n" + text``. The texts of all chunks are those of the article's sections without the
    headings.
    """

    schema: Literal[1]
    id: str
    article: ArticleId | None
    key: str
    title: str
    modified: IsoDate | None
    collection: str | None
    products: tuple[str, ...]
    versions: tuple[str, ...]
    operating_systems: tuple[str, ...]
    keywords: tuple[str, ...]
    dialect: str
    file: str | None
    member: str | None
    section: str
    path: tuple[str, ...]
    line: int
    context: str
    text: str


def chunks(article: Article, length: int = CHUNK_LENGTH) -> Iterator[Chunk]:
    """The chunks of an article, at least one, no text longer than `length` characters.

    A section is split between blocks where it is longer, and a block between items, lines, sentences or words where that
    is. Text outside of sections is a chunk of the kind ``residue``; an article that says nothing but its title is one of
    the kind ``title``. Raises ValueError where `length` is less than 1.
    """
    if length < 1:
        raise ValueError(f"a chunk has at least one character, not {length}")
    numbers: Counter[str] = Counter()
    found = False
    for kind, path, texts in _units(article):
        number = 0
        for part, (line, text) in enumerate(_pieces(texts, length), 1):
            if part == 1:
                numbers[kind] += 1
                number = numbers[kind]
            found = True
            yield _chunk(article, f"{kind}-{number}{f'.{part}' if part > 1 else ''}", kind, path, line, text)
    if not found:
        yield _chunk(article, "title-1", "title", (), article.source.line, article.title)


_Texts = Iterable[tuple[int, str]]


def _units(article: Article) -> Iterator[tuple[str, tuple[str, ...], _Texts]]:
    """What is never joined: kind, headings, and the lines and texts of the blocks."""
    yield "residue", (), ((article.source.line, text) for text in article.residue)
    for section in article.sections:
        yield from _section_units(section.kind, (section,), ())


def _section_units(
    kind: str, sections: Iterable[Section], above: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...], _Texts]]:
    for section in sections:
        path = (*above, section.heading) if section.heading else above
        yield kind, path, _texts(section.blocks)
        yield from _section_units(kind, section.sections, path)


def _texts(blocks: Sequence[Block]) -> _Texts:
    return ((block.line, block_text(block)) for block in blocks)


def _pieces(texts: _Texts, length: int) -> Iterator[tuple[int, str]]:
    """Texts joined by blank lines up to the length, and the line of the first of each."""
    piece, begin = "", 0
    for line, text in texts:
        for part in _parts(text, length):
            if piece and len(piece) + 2 + len(part) > length:
                yield begin, piece
                piece = ""
            begin = begin if piece else line
            piece = f"{piece}\n\n{part}" if piece else part
    if piece:
        yield begin, piece


def _parts(text: str, length: int) -> Iterator[str]:
    while len(text) > length:
        end, begin = _cut(text, length)
        if part := text[:end]:
            yield part
        text = text[begin:]
    if text.strip():
        yield text


def _cut(text: str, length: int) -> tuple[int, int]:
    """Where a part ends and where the next begins: the last place of the best kind in the second half."""
    for pattern in _CUTS:
        places = list(pattern.finditer(text, length // 2, length + 1))
        if places:
            return places[-1].start(), places[-1].end()
    return length, length


def _chunk(article: Article, name: str, kind: str, path: tuple[str, ...], line: int, text: str) -> Chunk:
    context = (article.title, " | ".join(article.products), " > ".join(path))
    return Chunk(
        schema=SCHEMA,
        id=f"{article.key}#{name}",
        article=article.id,
        key=article.key,
        title=article.title,
        modified=article.modified,
        collection=article.collection,
        products=article.products,
        versions=tuple(version_text(part, ",") for part in article.versions),
        operating_systems=article.operating_systems,
        keywords=article.keywords,
        dialect=article.source.dialect,
        file=article.source.file,
        member=article.source.member,
        section=kind,
        path=path,
        line=line,
        context="\n".join(part for part in context if part),
        text=text,
    )
