"""An article as one flat row, for tables: the columns of CSV and Parquet."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from kbarchive.article import Article, walk_blocks, walk_sections
from kbarchive.render.versions import version_text


class Row(NamedTuple):
    """The columns, in order, and their types. Texts that an article does not have are empty, other values None.

    `versions` are written as ``winnt:4.0,5.0``, `applies_to` has the names of the top-level entries, `cites` each id once,
    `diagnostics` the codes. The counts include what is nested. `text` is the text of all sections with their headings.
    """

    id: str | None
    key: str
    title: str
    modified: date | None
    collection: str | None
    products: tuple[str, ...]
    versions: tuple[str, ...]
    operating_systems: tuple[str, ...]
    keywords: tuple[str, ...]
    applies_to: tuple[str, ...]
    query_words: tuple[str, ...]
    cites: tuple[str, ...]
    copyright: tuple[int, ...]
    diagnostics: tuple[str, ...]
    dialect: str
    file: str | None
    member: str | None
    number: int
    line: int
    sha256: str
    section_count: int
    block_count: int
    reference_count: int
    diagnostic_count: int
    symptoms: str
    cause: str
    resolution: str
    workaround: str
    status: str
    summary: str
    more_information: str
    residue: str
    text: str


def flat_row(article: Article) -> Row:
    """The row of an article."""
    sections = list(walk_sections(article.sections))
    source = article.source
    return Row(
        id=article.id,
        key=article.key,
        title=article.title,
        modified=date.fromisoformat(article.modified) if article.modified else None,
        collection=article.collection,
        products=article.products,
        versions=tuple(version_text(part, ",") for part in article.versions),
        operating_systems=article.operating_systems,
        keywords=article.keywords,
        applies_to=tuple(entry.name for entry in article.applies_to),
        query_words=article.query_words,
        cites=tuple(dict.fromkeys(reference.id for reference in article.references)),
        copyright=article.copyright,
        diagnostics=tuple(diagnostic.code for diagnostic in article.diagnostics),
        dialect=source.dialect,
        file=source.file,
        member=source.member,
        number=source.number,
        line=source.line,
        sha256=source.sha256,
        section_count=len(sections),
        block_count=sum(1 for section in sections for _ in walk_blocks(section.blocks)),
        reference_count=len(article.references),
        diagnostic_count=len(article.diagnostics),
        symptoms=article.symptoms,
        cause=article.cause,
        resolution=article.resolution,
        workaround=article.workaround,
        status=article.status,
        summary=article.summary,
        more_information=article.more_information,
        residue="\n\n".join(article.residue),
        text=article.text,
    )
