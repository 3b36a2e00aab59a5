"""The cross-references of the articles of an index: of one article, around it, and over the whole index."""

from __future__ import annotations

from collections import Counter

import msgspec

from kbarchive.article import Article
from kbarchive.errors import UnknownArticleError
from kbarchive.search import Index
from kbarchive.wording import has_drifted

USUAL_LIMIT = 1000
"""So many articles a neighbourhood has at most, unless asked otherwise."""


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


class Node(msgspec.Struct, frozen=True):
    """An article of a graph, and by how many citations, followed either way, it is away from the middle.

    `title` is None where the index does not have the article.
    """

    id: str | None
    key: str
    title: str | None
    distance: int


class Edge(msgspec.Struct, frozen=True):
    """One article cites another, both by key: the title that it gives, None where it gives none, and in which section.

    `section` is as in the record's references. `drifted` tells that the title is another now (see `kbarchive.wording`).
    """

    citing: str
    cited: str
    cited_as: str | None
    section: str
    drifted: bool = False


class Graph(msgspec.Struct, frozen=True):
    """Articles around one: nodes, the nearest first, and every citation between two of them, in the order of the citing.

    `complete` is False where the graph has as many nodes as it may have, and there are more.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    complete: bool


class Cited(msgspec.Struct, frozen=True):
    """An article that is cited: its title, None where the index does not have it, and how many articles cite it.

    `cited_as` is the title that most of them give, None where none gives any.
    """

    id: str
    title: str | None
    cited_as: str | None
    citations: int


class Drift(msgspec.Struct, frozen=True):
    """An article, by key, cites another under a title that is another now."""

    citing: str
    cited: str
    cited_as: str
    title: str
    section: str


def references_of(index: Index, key: str) -> References:
    """The references of an article by id or key; raises UnknownArticleError."""
    article = index.article(key)
    citations = [Citation(edge.cited, edge.cited, index.title(edge.cited), edge.cited_as) for edge in _edges(article)]
    citing = [index.article(other) for other in index.citing(article.id)] if article.id else []
    return References(
        id=article.id,
        key=article.key,
        title=article.title,
        cites=tuple(citation for citation in citations if citation.title is not None),
        cited_by=tuple(Citation(other.id, other.key, other.title) for other in citing),
        missing=tuple(citation for citation in citations if citation.title is None),
    )


def neighbourhood(index: Index, key: str, depth: int = 1, limit: int = USUAL_LIMIT) -> Graph:
    """The articles that are at most `depth` citations away from one, followed either way, and the citations between them.

    Of an article those it cites come first, in order, then those that cite it, by key; `limit` is how many nodes there are
    at most, missing articles among them. Raises UnknownArticleError; ValueError where depth is negative or limit not positive.
    """
    if depth < 0 or limit < 1:
        raise ValueError("depth must not be negative, and limit must be positive")
    found: dict[str, Node] = {}
    citations: dict[str, list[Edge]] = {}
    complete = True

    def take(article: Article | None, place: str, distance: int) -> None:
        found[place] = Node(article.id, place, article.title, distance) if article else Node(place, place, None, distance)
        citations[place] = _edges(article) if article else []
        reached.append(place)

    reached: list[str] = []
    start = index.article(key)
    take(start, start.key, 0)
    for place in reached:  # which grows meanwhile
        node = found[place]
        if node.distance == depth:
            break
        for other in [*(edge.cited for edge in citations[place]), *(index.citing(node.id) if node.id else ())]:
            if other not in found and len(found) == limit:
                complete = False
            elif other not in found:
                take(_article(index, other), other, node.distance + 1)
    edges = [_judged(edge, found[edge.cited].title) for place in reached for edge in citations[place] if edge.cited in found]
    return Graph(tuple(found.values()), tuple(edges), complete)


def most_cited(index: Index, limit: int | None = None) -> list[Cited]:
    """The articles that most others cite, the most cited first; those that the index does not have among them."""
    return _cited(index)[:limit]


def missing(index: Index) -> list[Cited]:
    """The articles that are cited, and that the index does not have; the most cited first."""
    return [cited for cited in _cited(index) if cited.title is None]


def drifted(index: Index) -> list[Drift]:
    """The citations under a title that is another now, by the keys of the two articles."""
    titles, citations = _everything(index)
    found = [
        Drift(edge.citing, edge.cited, edge.cited_as or "", titles[edge.cited], edge.section)
        for edge in citations
        if edge.cited in titles and _judged(edge, titles[edge.cited]).drifted
    ]
    return sorted(found, key=lambda drift: (drift.cited, drift.citing))


def missing_references(index: Index) -> dict[str, int]:
    """The ids that are cited but have no article in the index, and how many articles cite each; most cited first."""
    counts = {cited: count for cited, count in index.cited_ids().items() if not index.has(cited)}
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _edges(article: Article) -> list[Edge]:
    """What an article cites, in order and each once: the first citation that gives a title, else the first."""
    edges: dict[str, Edge] = {}
    for reference in article.references:
        known = edges.get(reference.id)
        if known is None or (known.cited_as is None and reference.title is not None):
            edges[reference.id] = Edge(article.key, reference.id, reference.title, reference.section)
    return list(edges.values())


def _judged(edge: Edge, title: str | None) -> Edge:
    changed = bool(title and edge.cited_as and has_drifted(edge.cited_as, title))
    return msgspec.structs.replace(edge, drifted=True) if changed else edge


def _article(index: Index, key: str) -> Article | None:
    try:
        return index.article(key)
    except UnknownArticleError:
        return None


def _everything(index: Index) -> tuple[dict[str, str], list[Edge]]:
    """The titles of all articles by key, and all citations; the records themselves are not kept."""
    titles: dict[str, str] = {}
    edges: list[Edge] = []
    for article in index.articles():
        titles[article.key] = article.title
        edges += _edges(article)
    return titles, edges


def _cited(index: Index) -> list[Cited]:
    titles, edges = _everything(index)
    names: dict[str, Counter[str | None]] = {}
    for edge in edges:
        names.setdefault(edge.cited, Counter())[edge.cited_as] += 1
    cited = [Cited(key, titles.get(key), _commonest(given), given.total()) for key, given in names.items()]
    return sorted(cited, key=lambda item: (-item.citations, item.id))


def _commonest(names: Counter[str | None]) -> str | None:
    return max((name for name in names if name), key=lambda name: (names[name], name), default=None)
