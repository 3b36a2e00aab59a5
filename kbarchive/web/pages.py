"""All pages."""

from __future__ import annotations

from kbarchive.web import asked, browsing, reading, searching
from kbarchive.web.page import Page

PAGES = (
    Page(
        path="/",
        summary="What the archive is: articles by month and collection",
        asked=asked.Nothing,
        view=browsing.Home,
        make=browsing.home,
        template="home.html",
    ),
    Page(
        path="/search",
        summary="The articles that match a query, with facets",
        asked=asked.Search,
        view=searching.Hits,
        make=searching.search,
        template="search.html",
    ),
    Page(
        path="/like/{key:some}",
        summary="The articles most like one",
        asked=asked.Like,
        view=searching.Alike,
        make=searching.like,
        template="like.html",
    ),
    Page(
        path="/kb/{key:some}",
        summary="An article: its record, its texts, what it cites and what cites it",
        asked=asked.Article,
        view=reading.Reading,
        make=reading.read,
        template="article.html",
    ),
    Page(
        path="/source/{key:some}",
        summary="The text that an article was read from",
        asked=asked.Article,
        view=reading.SourceText,
        make=reading.source,
        template="source.html",
    ),
    Page(
        path="/browse",
        summary="The facets, and the most frequent values of each",
        asked=asked.Nothing,
        view=browsing.Facets,
        make=browsing.facets,
        template="browse.html",
    ),
    Page(
        path="/browse/{facet}",
        summary="The values of a facet",
        asked=asked.Facet,
        view=browsing.Values,
        make=browsing.values,
        template="values.html",
    ),
    Page(
        path="/browse/{facet}/{value:path}",
        summary="The articles that have a value of a facet, by month",
        asked=asked.Value,
        view=browsing.Value,
        make=browsing.value,
        template="value.html",
    ),
    Page(
        path="/help",
        summary="The query language",
        asked=asked.Nothing,
        view=browsing.Help,
        make=browsing.explain,
        template="help.html",
    ),
    Page(
        path="/health",
        summary="Whether the archive can be searched",
        asked=asked.Nothing,
        view=browsing.Health,
        make=browsing.health,
        template="health.html",
    ),
)
