"""Pages that lead to articles without a query: the first page, the facets, their values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import msgspec

from kbarchive._version import __version__
from kbarchive.index.facets import FACETS
from kbarchive.resources import query_help
from kbarchive.search import Hit
from kbarchive.web import addresses, asked
from kbarchive.web.archive import Archive
from kbarchive.web.errors import NothingHereError, check_page
from kbarchive.web.limits import TITLES

_VALUES = 300  # of a facet, on one page
_MOST_FREQUENT = 12
_RELATED = 10


class MostCited(msgspec.Struct, frozen=True):
    id: str
    title: str
    modified: str | None
    citations: int


class Home(msgspec.Struct, frozen=True):
    """What the archive is: its articles, by month and by collection, and what is cited most."""

    articles: int
    months: Mapping[str, int]
    collections: Mapping[str, int]
    products: Mapping[str, int]
    most_cited: tuple[MostCited, ...]


class Facets(msgspec.Struct, frozen=True):
    """Each facet: the most frequent of its values, and how many it has."""

    facets: Mapping[str, Mapping[str, int]]
    values: Mapping[str, int]


class Values(msgspec.Struct, frozen=True):
    """The values of a facet by name, years the newest first, and how many articles have each."""

    facet: str
    values: Mapping[str, int]
    page: int
    pages: int

    def paged(self, page: int) -> str:
        return addresses.values(self.facet, page)


class Value(msgspec.Struct, frozen=True):
    """A value of a facet: its articles by month, what else they have in common, and themselves, the newest first."""

    facet: str
    value: str
    articles: int
    filter: str
    months: Mapping[str, int]
    related: Mapping[str, Mapping[str, int]]
    page: int
    pages: int
    hits: tuple[Hit, ...]

    def paged(self, page: int) -> str:
        return addresses.value(self.facet, self.value, page)


class Help(msgspec.Struct, frozen=True):
    """The page about the query language, as Markdown."""

    markdown: str


class Health(msgspec.Struct, frozen=True):
    status: str
    version: str
    articles: int


def home(archive: Archive, _: asked.Nothing) -> Home:
    facets = archive.facets
    most_cited = []
    for key, citations in archive.most_cited.items():
        article = archive.index.article(key)
        most_cited.append(MostCited(key, article.title, article.modified, citations))
    return Home(
        articles=len(archive.index),
        months=archive.months,
        collections=_by_name(facets["collection"]),
        products=_first(facets["product"]),
        most_cited=tuple(most_cited),
    )


def facets(archive: Archive, _: asked.Nothing) -> Facets:
    counted = archive.facets
    shown = {name: _first(values) if name != "year" else _by_name(values, newest=True) for name, values in counted.items()}
    return Facets(shown, {name: len(values) for name, values in counted.items()})


def pages_of_values(archive: Archive, facet: str) -> int:
    """How many pages the values of a facet take."""
    return max(1, -(-len(archive.facets[facet]) // _VALUES))


def values(archive: Archive, wanted: asked.Facet) -> Values:
    """Raises NothingHereError behind the last page."""
    named = _by_name(archive.facets[wanted.facet], newest=wanted.facet == "year")
    number = pages_of_values(archive, wanted.facet)
    check_page(wanted.page, number, partial(addresses.values, wanted.facet))
    start = _VALUES * (wanted.page - 1)
    return Values(wanted.facet, dict(list(named.items())[start : start + _VALUES]), wanted.page, number)


def value(archive: Archive, wanted: asked.Value) -> Value:
    """Raises NothingHereError where no article has the value, and behind the last page."""
    known = archive.facets[wanted.facet]
    if wanted.value not in known:
        raise NothingHereError(f"no article has the {wanted.facet} {wanted.value}")
    number = -(-known[wanted.value] // TITLES)
    check_page(wanted.page, number, partial(addresses.value, wanted.facet, wanted.value))
    results = archive.index.having(wanted.facet, wanted.value, TITLES, TITLES * (wanted.page - 1))
    related = {name: _first(results.facets[name], _RELATED) for name in FACETS if name != wanted.facet}
    return Value(
        facet=wanted.facet,
        value=wanted.value,
        articles=known[wanted.value],
        filter=results.query,
        months=archive.index.months(wanted.facet, wanted.value),
        related=related,
        page=wanted.page,
        pages=number,
        hits=results.hits,
    )


def explain(_: Archive, __: asked.Nothing) -> Help:
    return Help(query_help())


def health(archive: Archive, _: asked.Nothing) -> Health:
    return Health("ok", __version__, len(archive.index))


def _first(values: Mapping[str, int], number: int = _MOST_FREQUENT) -> dict[str, int]:
    return dict(list(values.items())[:number])


def _by_name(values: Mapping[str, int], *, newest: bool = False) -> dict[str, int]:
    return dict(sorted(values.items(), key=lambda item: item[0].casefold(), reverse=newest))
