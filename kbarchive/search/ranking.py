"""Which documents match a query, and in which order."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from typing import NamedTuple

from kbarchive.search.proximity import Proximity
from kbarchive.search.scoring import Scorer, saturate
from kbarchive.search.units import Plan, Unit

# A document must have all words of a query as short as this; of a longer one, the words that carry this share of the
# weight. People who describe a problem use some words that the right article lacks.
_SHORT_QUERY = 3
_LEAST_COVERAGE = 0.4

# Where nothing matches, what is as good as this share of the best is shown as a partial match.
_PARTIAL_SHARE = 0.5

# How much words that are missing count against a document, beyond what they would have scored.
_COVERAGE_POWER = 0.5

# Nearness is measured for the best documents by words alone; so many pages are read by nobody.
_RERANKED = 100
_NEARNESS_WEIGHT = 3.0

# Sums of the same weights differ in their last digits by the order of their terms.
_ROUNDING = 1e-9


class Ranking(NamedTuple):
    """All matching documents with their scores; `weights` are those of the query's units."""

    scores: dict[int, float]
    partial: bool
    weights: dict[Unit, float]
    unknown: tuple[Unit, ...]


class Ranker:
    """Ranks the documents of one index."""

    def __init__(self, scorer: Scorer, proximity: Proximity, key: Callable[[int], str]) -> None:
        self._scorer = scorer
        self._proximity = proximity
        self._key = key

    def match(self, plan: Plan) -> Ranking:
        """Every document that matches, and its score. Nothing is pruned: the scores are those of a full evaluation."""
        found = {unit: self._scorer.frequencies(unit) for unit in plan.wanted}
        weights = {unit: self._scorer.weight(frequencies) for unit, frequencies in found.items()}
        scores: dict[int, float] = {}
        coverage: dict[int, float] = {}
        for unit, (documents, frequencies) in found.items():
            weight = weights[unit]
            for document, frequency in zip(documents, frequencies, strict=True):
                if document in scores:
                    scores[document] += weight * saturate(frequency)
                    coverage[document] += weight
                else:
                    scores[document] = weight * saturate(frequency)
                    coverage[document] = weight
        for unit in plan.excluded:
            for document in self._scorer.frequencies(unit).documents:
                scores.pop(document, None)
        total = sum(weights.values())
        best = max((coverage[document] for document in scores), default=0.0)
        least = total if len(found) <= _SHORT_QUERY else total * _LEAST_COVERAGE
        if best < least - _ROUNDING:
            least = best * _PARTIAL_SHARE
        matching = {
            document: score * (coverage[document] / total) ** _COVERAGE_POWER
            for document, score in scores.items()
            if coverage[document] >= least - _ROUNDING
        }
        unknown = tuple(unit for unit, frequencies in found.items() if not frequencies.documents)
        return Ranking(matching, best < total - _ROUNDING, weights, unknown)

    def page(self, ranking: Ranking, offset: int, limit: int, first: int | None = None) -> list[tuple[int, float]]:
        """The documents from `offset` on, best first, with their scores; equal ones by key. `first` goes to the top."""
        scores = ranking.scores
        order = self._best(scores, max(_RERANKED, offset + limit))
        head = {document: scores[document] for document in order[:_RERANKED]}
        units = list(ranking.weights)
        if len(units) > 1:
            for document in head:
                head[document] += _NEARNESS_WEIGHT * self._proximity.nearness(document, units, ranking.weights)
        ranked = sorted(head.items(), key=lambda item: (-item[1], self._key(item[0])))
        ranked += [(document, scores[document]) for document in order[_RERANKED:]]
        if first is not None:
            top = ranked[0][1] + 1.0 if ranked else 1.0
            ranked = [(first, top), *(item for item in ranked if item[0] != first)]
        return ranked[offset : offset + limit]

    def _best(self, scores: dict[int, float], number: int) -> Sequence[int]:
        if len(scores) > number:
            least = heapq.nlargest(number, scores.values())[-1]
            scores = {document: score for document, score in scores.items() if score >= least}
        return sorted(scores, key=lambda document: (-scores[document], self._key(document)))[:number]
