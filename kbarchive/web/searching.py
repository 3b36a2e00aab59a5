"""Pages of hits: of a query, and of the articles most like one."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kbarchive.search import Hit, QueryDiagnostic, Results, facet_filter
from kbarchive.search.results import read_filter
from kbarchive.web import addresses, asked
from kbarchive.web.archive import Archive
from kbarchive.web.errors import check_page
from kbarchive.web.limits import HITS, MOST_PAGES

_TITLES = 6  # of articles that are suggested
_COMPLETIONS = 6
_TRIED = "windos ser"  # misspelt and unfinished, so that all is looked up that ever is
_LEAST_LETTERS = 3  # of a word that is still being typed


class Filter(msgspec.Struct, frozen=True):
    """A value that a facet must have."""

    facet: str
    value: str

    def __str__(self) -> str:
        return f"{self.facet}:{self.value}"


class Hits(msgspec.Struct, frozen=True, kw_only=True):
    """A page of hits. `pages` is how many pages there are, as far as they can be asked for.

    `results` is what the library gives for `q` behind its filters; `suggestions` are other spellings of `q`. `diagnostics`
    point into `q`.
    """

    q: str
    filters: tuple[Filter, ...]
    sort: str
    fold: bool
    page: int
    pages: int
    suggestions: tuple[str, ...]
    diagnostics: tuple[QueryDiagnostic, ...]
    results: Results

    def address(self, **changes: object) -> str:
        """The address of the same hits but for some changes; a change begins with the first page again."""
        facts: dict[str, object] = {"q": self.q, "filters": self.filters, "sort": self.sort, "fold": self.fold}
        return addresses.search(**(facts | changes))  # type: ignore[arg-type]

    def paged(self, page: int) -> str:
        return self.address(page=page)

    def with_filter(self, facet: str, value: str) -> str:
        return self.address(filters=(*self.filters, Filter(facet, value)))

    def without(self, dropped: Filter) -> str:
        return self.address(filters=tuple(kept for kept in self.filters if kept != dropped))

    @property
    def facets(self) -> Mapping[str, list[tuple[str, int]]]:
        """The values that can be chosen still: those that do not hold for all hits already; years the newest first."""
        chosen = {(filtered.facet, filtered.value) for filtered in self.filters}
        found = {}
        for name, counts in self.results.facets.items():
            values = [(value, count) for value, count in counts.items() if (name, value) not in chosen]
            found[name] = sorted(values, reverse=True) if name == "year" else values
        return found


class Alike(msgspec.Struct, frozen=True):
    """The articles most like one."""

    key: str
    title: str
    page: int
    pages: int
    results: Results

    def paged(self, page: int) -> str:
        return addresses.like(self.key, page)


class Suggestion(msgspec.Struct, frozen=True):
    """What a query that is being typed may become, and where that leads. `kind` is "query" or "article"."""

    kind: str
    text: str
    detail: str
    address: str


class Suggestions(msgspec.Struct, frozen=True):
    q: str
    suggestions: tuple[Suggestion, ...]


def search(archive: Archive, wanted: asked.Search) -> Hits:
    """The hits of a query. Filters stand before it, so that no bracket or quote in it without a partner reaches them.

    Raises NothingHereError behind the last page.
    """
    filters = tuple(dict.fromkeys(Filter(*read) for text in wanted.f if (read := read_filter(text))))
    before = "".join(facet_filter(filtered.facet, filtered.value) + " " for filtered in filters)
    results = archive.index.search(
        before + wanted.q, HITS, HITS * (wanted.page - 1), facets=True, sort=wanted.sort, fold=wanted.fold
    )
    found = Hits(
        q=wanted.q,
        filters=filters,
        sort=wanted.sort,
        fold=wanted.fold,
        page=wanted.page,
        pages=pages(results.total),
        suggestions=tuple(
            suggestion.removeprefix(before) for suggestion in results.suggestions if suggestion.startswith(before)
        ),
        diagnostics=tuple(_moved(diagnostic, len(before)) for diagnostic in results.diagnostics if wanted.q.strip()),
        results=results,
    )
    check_page(found.page, found.pages, found.paged)
    return found


def like(archive: Archive, wanted: asked.Like) -> Alike:
    """Raises UnknownArticleError, and NothingHereError behind the last page."""
    results = archive.index.like(wanted.key, HITS, HITS * (wanted.page - 1), fold=True)
    title = archive.index.article(results.query).title
    found = Alike(results.query, title, wanted.page, pages(results.total), results)
    check_page(found.page, found.pages, found.paged)
    return found


def suggest(archive: Archive, typed: asked.Typed) -> Suggestions:
    """Longer last words for what is typed, then articles that it finds."""
    text = typed.q.lstrip()
    if not text.strip():
        return Suggestions(typed.q, ())
    longer = archive.index.completions(text)[:_COMPLETIONS]
    found = [Suggestion("query", query, "search", addresses.search(query)) for query in longer]
    found += [
        Suggestion("article", hit.title or hit.key, f"{hit.key} {(hit.modified or '')[:4]}".strip(), addresses.article(hit.key))
        for hit in _titles(archive, text)
    ]
    return Suggestions(typed.q, tuple(found))


def ready(archive: Archive) -> None:
    """Reads what the first suggestion and the first search need, so that they take no longer than others."""
    suggest(archive, asked.Typed(_TRIED))
    search(archive, asked.Search(_TRIED))


def pages(total: int) -> int:
    """How many pages of hits there are to be asked for; one at least."""
    return min(max(1, -(-total // HITS)), MOST_PAGES)


def _titles(archive: Archive, text: str) -> tuple[Hit, ...]:
    last = text.split()[-1]
    unfinished = text == text.rstrip() and last.isalnum() and len(last) >= _LEAST_LETTERS
    for query in (text, f"{text}*") if unfinished else (text,):
        results = archive.index.search(query, _TITLES, fold=True, snippets=False)
        if results.hits and not results.partial and not results.suggestions:
            return results.hits
    return ()


def _moved(diagnostic: QueryDiagnostic, by: int) -> QueryDiagnostic:
    if diagnostic.start is None or diagnostic.end is None:
        return diagnostic
    return msgspec.structs.replace(diagnostic, start=max(0, diagnostic.start - by), end=max(0, diagnostic.end - by))
