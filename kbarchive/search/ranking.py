"""Which documents match a query, and in which order."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from kbarchive.search.proximity import Proximity
from kbarchive.search.scoring import Occurrences, Scorer
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

# How many postings are passed over in the time of one look-up by bisection.
_BISECTION_COST = 8

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

    def match(self, plan: Plan, allowed: AbstractSet[int] | None = None) -> Ranking:
        """Every document that matches, and its score; of those `allowed`, where that is not None."""
        found = {unit: self._scorer.occurrences(unit) for unit in plan.wanted}
        weights = {unit: self._scorer.weight(occurrences) for unit, occurrences in found.items()}
        excluded = [document for unit in plan.excluded for document in self._scorer.occurrences(unit).documents]
        if allowed is not None:
            if not found:
                return Ranking(dict.fromkeys(allowed - set(excluded), 0.0), False, {}, ())
            excluded += self._scorer.everything - allowed
        total = sum(weights.values())
        least = total if len(found) <= _SHORT_QUERY else total * _LEAST_COVERAGE
        scores, coverage = _add_up(found, weights, excluded, least)
        best = max(coverage.values(), default=0.0)
        if best < least - _ROUNDING:
            scores, coverage = _add_up(found, weights, excluded, 0.0)
            best = max(coverage.values(), default=0.0)
            least = best * _PARTIAL_SHARE
        matching = {
            document: score * (coverage[document] / total) ** _COVERAGE_POWER
            for document, score in scores.items()
            if coverage[document] >= least - _ROUNDING
        }
        unknown = tuple(unit for unit, occurrences in found.items() if not occurrences.documents)
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


def _add_up(
    found: Mapping[Unit, Occurrences], weights: Mapping[Unit, float], excluded: Iterable[int], least: float
) -> tuple[dict[int, float], dict[int, float]]:
    """The score and the weight of the units of all documents whose units can weigh `least` together.

    The rarest units come first. Where those still to come weigh less than `least`, they are looked at only in documents
    that are there already: nothing that could match is left out.
    """
    scores: dict[int, float] = {}
    coverage: dict[int, float] = {}
    left = sum(weights.values())
    for unit in sorted(found, key=lambda unit: (-weights[unit], unit.terms)):
        weight = weights[unit]
        documents, worths = found[unit]
        pairs: Iterable[tuple[int, float]] = zip(documents, worths, strict=True)
        if left < least - _ROUNDING:
            pairs = _pairs_among(scores, documents, worths)
        for document, worth in pairs:
            if document in scores:
                scores[document] += weight * worth
                coverage[document] += weight
            else:
                scores[document] = weight * worth
                coverage[document] = weight
        left -= weight
    for document in excluded:
        if scores.pop(document, None) is not None:
            del coverage[document]
    return scores, coverage


def _pairs_among(wanted: Mapping[int, float], documents: Sequence[int], worths: Sequence[float]) -> Iterable[tuple[int, float]]:
    if len(wanted) * _BISECTION_COST > len(documents):
        return [pair for pair in zip(documents, worths, strict=True) if pair[0] in wanted]
    pairs = []
    for document in wanted:
        place = bisect_left(documents, document)
        if place < len(documents) and documents[place] == document:
            pairs.append((document, worths[place]))
    return pairs
