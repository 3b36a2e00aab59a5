"""The cross-references of the articles of an index."""

from __future__ import annotations

import msgspec

from kbarchive.search import Index


class Citation(msgspec.Struct, frozen=True):
    """An article that is cited or cites.

    `title` is its own title in the index, None where the index does not have it; `cited_as` is the title that a citation
    gives, None where it gives none.
    """

    id: str | None
    key: str
    title: str | None
    cited_as: str | None = None


class References(msgspec.Struct, frozen=True):
    """What an article cites, in order and each once; which articles cite it, by key; what it cites that is not there."""

    id: str | None
    key: str
    title: str
    cites: tuple[Citation, ...]
    cited_by: tuple[Citation, ...]
    missing: tuple[Citation, ...]


def references_of(index: Index, key: str) -> References:
    """The references of an article by id or key; raises UnknownArticleError."""
    article = index.article(key)
    cited: dict[str, str | None] = {}
    for reference in article.references:
        cited[reference.id] = cited.get(reference.id) or reference.title
    citations = [Citation(other, other, index.title(other), cited_as) for other, cited_as in cited.items()]
    citing = [index.article(other) for other in index.citing(article.id)] if article.id else []
    return References(
        id=article.id,
        key=article.key,
        title=article.title,
        cites=tuple(citation for citation in citations if citation.title is not None),
        cited_by=tuple(Citation(other.id, other.key, other.title) for other in citing),
        missing=tuple(citation for citation in citations if citation.title is None),
    )


def missing_references(index: Index) -> dict[str, int]:
    """The ids that are cited but have no article in the index, and how many articles cite each; most cited first."""
    missing = {cited: count for cited, count in index.cited_ids().items() if not index.has(cited)}
    return dict(sorted(missing.items(), key=lambda item: (-item[1], item[0])))
