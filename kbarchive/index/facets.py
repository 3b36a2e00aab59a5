"""By what the articles of a result are counted. Each value is found again by the field of the query language of that name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kbarchive.article import Article
from kbarchive.index.zones import applies_to_entries

FACETS: tuple[str, ...] = ("collection", "product", "keyword", "type", "year")

DATE = "date"
"""The column of dates, as numbers such as 19990512; 0 is no date."""

COUNTED = "counted"
"""The column of what is counted of each document: a group, a blank and a name, as often as the name stands there."""


def facet_values(article: Article, exact: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """The values of an article by facet, each value once; `exact` are those of `values.exact_values`.

    Products are those of the list of what an article applies to, by name, where it has such a list: the header names one
    product for a whole collection. Fields whose case does not matter in a query have their values in small letters.
    """
    products = [entry.name for entry in applies_to_entries(article.applies_to)] or article.products
    values = {
        "collection": [(article.collection or "").casefold()],
        "product": products,
        "keyword": [keyword.casefold() for keyword in exact["keyword"]],
        "type": [kind.casefold() for kind in exact["type"]],
        "year": [(article.modified or "")[:4]],
    }
    return {name: tuple(sorted({value for value in values[name] if value})) for name in FACETS}


def date_number(modified: str | None) -> int:
    """A date as a number by which articles are sorted."""
    return int(modified.replace("-", "")) if modified else 0
