"""Near-identical articles as one hit, which names the others; and the order by date."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from kbarchive.index.reader import IndexReader

Scored = tuple[int, float]
"""A document and its score."""


class Folded(NamedTuple):
    """A document, its score, and the documents that are folded into it, best first."""

    document: int
    score: float
    alike: tuple[int, ...] = ()


class Folding:
    """The groups of near-identical articles of an index."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader

    def total(self, scores: Mapping[int, float]) -> int:
        """How many hits there are, where those of one group are one."""
        groups = Counter(map(self._groups.__getitem__, scores))
        alone = groups.pop(0, 0)
        return alone + len(groups)

    def page(
        self, scores: Mapping[int, float], ordered: Callable[[int], Sequence[Scored]], offset: int, limit: int
    ) -> list[Folded]:
        """The hits from `offset` on: of each group the one that stands first. `ordered` gives the first so many of `scores`."""
        wanted = offset + limit
        number = wanted
        while True:
            order = ordered(number)
            firsts = self._firsts(order)
            if len(firsts) >= wanted or len(order) == len(scores):
                break
            number += max(number, 100)
        return [self._folded(scores, *scored) for scored in firsts[offset:wanted]]

    def _folded(self, scores: Mapping[int, float], document: int, score: float) -> Folded:
        group = self._groups[document]
        members = self._members[group] if group else ()
        others = {other: scores[other] for other in members if other in scores and other != document}
        return Folded(document, score, tuple(other for other, _ in best_first(self._reader, others, len(others))))

    def _firsts(self, order: Iterable[Scored]) -> list[Scored]:
        seen: set[int] = set()
        firsts = []
        for document, score in order:
            group = self._groups[document]
            if group not in seen:
                firsts.append((document, score))
                if group:
                    seen.add(group)
        return firsts

    @property
    def _groups(self) -> Sequence[int]:
        return self._reader.alike

    @cached_property
    def _members(self) -> dict[int, list[int]]:
        members: dict[int, list[int]] = {}
        for document, group in enumerate(self._groups):
            if group:
                members.setdefault(group, []).append(document)
        return members


def best_first(reader: IndexReader, scores: Mapping[int, float], number: int) -> list[Scored]:
    """The best `number` documents; equal ones by key."""
    return _first(reader, scores, scores, number)


def by_date(reader: IndexReader, scores: Mapping[int, float], number: int) -> list[Scored]:
    """The newest `number` documents, those of one date best first, then by key; those without a date last."""
    dates = reader.dates
    return _first(reader, scores, {document: dates[document] for document in scores}, number)


def _first(reader: IndexReader, scores: Mapping[int, float], by: Mapping[int, float], number: int) -> list[Scored]:
    """The `number` documents that are greatest by something, then by score, then by key."""
    if not number:
        return []
    documents: Iterable[int] = scores
    if number < len(scores):
        # Only those that can be among them are sorted, and their keys read.
        least = heapq.nlargest(number, by.values())[-1]
        documents = [document for document, value in by.items() if value >= least]
    order = sorted_documents(reader, [(document, (-by[document], -scores[document])) for document in documents])
    return [(document, scores[document]) for document in order[:number]]


def sorted_documents(reader: IndexReader, documents: Sequence[tuple[int, tuple[float, ...]]]) -> list[int]:
    """Documents in the order of what stands beside each; equal ones by key, which is read of no others."""
    counts = Counter(place for _, place in documents)
    keyed = [(place, reader.key(document) if counts[place] > 1 else "", document) for document, place in documents]
    return [document for _, _, document in sorted(keyed)]
