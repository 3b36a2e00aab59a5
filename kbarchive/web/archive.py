"""An index, and what is counted over the whole of it once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from kbarchive.search import Index

_MOST_CITED = 8


class Archive:
    """What pages are made from: an open index, which does not change, of which nobody else makes use meanwhile."""

    def __init__(self, index: Index) -> None:
        self.index = index

    @cached_property
    def facets(self) -> Mapping[str, Mapping[str, int]]:
        """How many articles have each value of each facet, the most frequent first."""
        return self.index.facets()

    @cached_property
    def dates(self) -> Mapping[str, str | None]:
        """Every key, and when the article was modified."""
        return self.index.dates()

    @cached_property
    def months(self) -> Mapping[str, int]:
        """How many articles are of each month."""
        return self.index.months()

    @cached_property
    def most_cited(self) -> Mapping[str, int]:
        """The ids that most articles cite, of those that are there, and how many."""
        ordered = sorted(self.index.cited_ids().items(), key=lambda item: (-item[1], item[0]))
        found: dict[str, int] = {}
        for key, count in ordered:
            if len(found) < _MOST_CITED and self.index.has(key):
                found[key] = count
        return found
