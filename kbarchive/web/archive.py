"""An index, and what is counted over the whole of it once for all requests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from kbarchive.search import Index

_Counted = TypeVar("_Counted")

_MOST_CITED = 8


class _Once(Generic[_Counted]):
    """What is counted when it is first asked for; an index that is open does not change."""

    def __init__(self, count: Callable[[Index], _Counted]) -> None:
        self._count = count
        self._lock = threading.Lock()
        self._counted: list[_Counted] = []

    def of(self, index: Index) -> _Counted:
        with self._lock:
            if not self._counted:
                self._counted.append(self._count(index))
            return self._counted[0]


class Overview:
    """What several readers of one index have in common."""

    def __init__(self) -> None:
        self.facets: _Once[Mapping[str, Mapping[str, int]]] = _Once(Index.facets)
        self.dates: _Once[Mapping[str, str | None]] = _Once(Index.dates)
        self.months: _Once[Mapping[str, int]] = _Once(Index.months)
        self.most_cited: _Once[Mapping[str, int]] = _Once(_most_cited)


class Archive:
    """What a page is made from: an index of which nobody else makes use now, and the overview."""

    def __init__(self, index: Index, overview: Overview) -> None:
        self.index = index
        self._overview = overview

    @property
    def facets(self) -> Mapping[str, Mapping[str, int]]:
        """How many articles have each value of each facet, the most frequent first."""
        return self._overview.facets.of(self.index)

    @property
    def dates(self) -> Mapping[str, str | None]:
        """Every key, and when the article was modified."""
        return self._overview.dates.of(self.index)

    @property
    def months(self) -> Mapping[str, int]:
        """How many articles are of each month."""
        return self._overview.months.of(self.index)

    @property
    def most_cited(self) -> Mapping[str, int]:
        """The ids that most articles cite, of those that are there, and how many."""
        return self._overview.most_cited.of(self.index)


def _most_cited(index: Index) -> dict[str, int]:
    ordered = sorted(index.cited_ids().items(), key=lambda item: (-item[1], item[0]))
    found: dict[str, int] = {}
    for key, count in ordered:
        if len(found) < _MOST_CITED and index.has(key):
            found[key] = count
    return found
