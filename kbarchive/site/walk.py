"""All pages of a site: each is one of `kbarchive.web.pages`, asked for something."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple, get_args

import msgspec

from kbarchive.web import addresses, asked, browsing
from kbarchive.web.archive import Archive
from kbarchive.web.limits import TITLES
from kbarchive.web.page import Page
from kbarchive.web.pages import PAGES

_PAGES = {page.path: page for page in PAGES}
_ARTICLE, _SOURCE = _PAGES["/kb/{key:some}"], _PAGES["/source/{key:some}"]
_VALUES, _VALUE = _PAGES["/browse/{facet}"], _PAGES["/browse/{facet}/{value:path}"]


class Stop(NamedTuple):
    """A page, what it is asked for, and its address."""

    page: Page
    asked: msgspec.Struct
    address: str


def articles(archive: Archive, start: int, end: int) -> Iterator[Stop]:
    """The pages of the articles from one number to another, in the order of the index: all their texts, and the sources."""
    for key in islice(archive.dates, start, end):
        for number in range(1, len(archive.index.revisions(key)) + 1):
            yield Stop(_ARTICLE, asked.Article(key, number), addresses.revision(key, number))
            yield Stop(_SOURCE, asked.Article(key, number), addresses.source(key, number))


def ways(archive: Archive) -> Iterator[Stop]:
    """The pages that lead to articles."""
    for path in ("/", "/browse", "/help"):
        yield Stop(_PAGES[path], asked.Nothing(), path)
    for facet in get_args(asked.FacetName):
        for number in range(1, browsing.pages_of_values(archive, facet) + 1):
            yield Stop(_VALUES, asked.Facet(facet, number), addresses.values(facet, number))
        for value, found in archive.facets[facet].items():
            for number in range(1, -(-found // TITLES) + 1):
                yield Stop(_VALUE, asked.Value(facet, value, number), addresses.value(facet, value, number))
