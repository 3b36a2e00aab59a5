"""The page of an article, and that of its source."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from kbarchive.article import Article, Diagnostic
from kbarchive.errors import UnknownArticleError
from kbarchive.graph import Graph, neighbourhood
from kbarchive.revisions import Revision, listed
from kbarchive.search import Index
from kbarchive.web import addresses, asked
from kbarchive.web.archive import Archive
from kbarchive.web.errors import MovedError
from kbarchive.wording import has_drifted

MOST_CITING = 25
"""So many articles that cite one are named; the rest is a search away."""

_MOST_DRAWN = 16
_IN_THE_ARCHIVE = re.compile(r"\d+/(Q\d+)/?")


class Cited(msgspec.Struct, frozen=True):
    """An article that is cited or cites. `title` is None where the archive does not have it.

    `cited_as` is the title it is cited under, where that is another one now or is all that is known.
    """

    id: str | None
    key: str
    title: str | None
    modified: str | None
    cited_as: str | None = None


class Reading(msgspec.Struct, frozen=True):
    """An article: its record, its texts, what it cites in order, what cites it (the first of `citing`), what is around it."""

    article: Article
    revision: int
    revisions: tuple[Revision, ...]
    cites: tuple[Cited, ...]
    cited_by: tuple[Cited, ...]
    citing: int
    neighbourhood: Graph


class SourceText(msgspec.Struct, frozen=True):
    """The text that an article was read from, in the encoding that it was read in, and what is odd in it."""

    id: str | None
    key: str
    title: str
    revision: int
    encoding: str | None
    first_line: int
    text: str
    diagnostics: tuple[Diagnostic, ...]


def read(archive: Archive, wanted: asked.Article) -> Reading:
    """Raises UnknownArticleError, or MovedError where the key is another spelling of the article's."""
    index = archive.index
    inside = _IN_THE_ARCHIVE.fullmatch(wanted.key)
    key = inside[1] if inside else wanted.key
    article = index.article(key, wanted.revision)
    if key not in (article.key, article.id):
        raise MovedError(addresses.revision(article.id or article.key, wanted.revision))
    texts = listed(index.revisions(key))
    citing = index.citing(article.id) if article.id else []
    return Reading(
        article=article,
        revision=wanted.revision,
        revisions=tuple(texts),
        cites=tuple(_cites(index, article)),
        cited_by=tuple(_cited(index, other) for other in citing[:MOST_CITING]),
        citing=len(citing),
        neighbourhood=neighbourhood(index, key, 1, _MOST_DRAWN),
    )


def source(archive: Archive, wanted: asked.Article) -> SourceText:
    """Raises UnknownArticleError."""
    article = archive.index.article(wanted.key, wanted.revision)
    data = archive.index.source_bytes(wanted.key, wanted.revision)
    return SourceText(
        id=article.id,
        key=article.key,
        title=article.title,
        revision=wanted.revision,
        encoding=article.source.encoding,
        first_line=article.source.line,
        text=data.decode(article.source.encoding or "ascii", "replace"),
        diagnostics=article.diagnostics,
    )


def _cites(index: Index, article: Article) -> Iterable[Cited]:
    names: dict[str, str | None] = {}
    for reference in article.references:
        names[reference.id] = names.get(reference.id) or reference.title
    for key, name in names.items():
        yield _cited(index, key, name)


def _cited(index: Index, key: str, name: str | None = None) -> Cited:
    try:
        found = index.article(key)
    except UnknownArticleError:
        return Cited(key, key, None, None, name)
    changed = name is not None and bool(found.title) and has_drifted(name, found.title)
    return Cited(found.id, found.key, found.title, found.modified, name if changed else None)
