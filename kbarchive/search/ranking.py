"""Which documents match a query, and in which order."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import reduce
from operator import and_
from typing import NamedTuple

from kbarchive.index.reader import IndexReader
from kbarchive.index.zones import LENGTHS
from kbarchive.search.concepts import Concept, Correction, Question, question
from kbarchive.search.evidence import KINDS, Evidence
from kbarchive.search.examining import Examiner
from kbarchive.search.folding import best_first, sorted_documents
from kbarchive.search.lanes import Addend, Sums
from kbarchive.search.results import WordFound
from kbarchive.search.scoring import WORTHS, Scorer
from kbarchive.search.settings import Settings
from kbarchive.search.units import Plan, Unit

# Where nothing matches, what is as good as this share of the best is shown as a partial match.
_PARTIAL_SHARE = 0.5

# How much the share of a document may be too small by the rounding of weights.
_BOUND_ROUNDING = 0.02

# Evidence is in how words stand together.
_LEAST_SEQUENCE = 2

# Shares are quotients.
_ROUNDING = 1e-9

# The natural logarithm of the length of a usual article, in words; beyond so many e-folds more, length tells nothing more.
_USUAL_LENGTH = 6.0
_LONGEST = 2.0


_EXCESSES = [min(logarithm - _USUAL_LENGTH, _LONGEST) for logarithm in LENGTHS]


class Ranking(NamedTuple):
    """All matching documents with their scores by words alone, coverage and length.

    `sums` has of each document what its words are worth and how much of the question they are. `partial` says that none has
    all that is wanted.
    """

    question: Question
    scores: Mapping[int, float]
    sums: Sums
    partial: bool


class Ranker:
    """Ranks the documents of one index."""

    def __init__(self, reader: IndexReader, scorer: Scorer, correction: Correction, settings: Settings) -> None:
        self._reader = reader
        self._scorer = scorer
        self._correction = correction
        self._settings = settings
        self._examiner = Examiner(reader, settings)
        self._penalties = [settings.length * excess for excess in _EXCESSES]

    def match(self, plan: Plan, allowed: AbstractSet[int] | None = None) -> Ranking:
        """Every document that matches, and its score; of those `allowed`, where that is not None."""
        asked = question(plan.words, self._scorer, self._settings, self._correction)
        excluded = {document for part in plan.excluded for document in self._documents(part.units)}
        if not asked.concepts:
            found = list((allowed or frozenset()) - excluded)
            return self._ranked(asked, self._sums(plan, asked), found, partial=False)
        among = allowed
        if len(plan.wanted) <= self._settings.short:
            found = _kept(sorted(self._wanted(plan, asked)), allowed, excluded)
            if found:
                return self._ranked(asked, self._sums(plan, asked, found), found, partial=False)
            for part in plan.wanted:
                if part.is_phrase:  # its words alone are not what was asked for
                    documents = self._documents(part.units)
                    among = documents if among is None else among & documents
            sums = self._sums(plan, asked)
        else:
            sums = self._sums(plan, asked)
            found = _kept(sums.having(self._settings.least), allowed, excluded)
            if found:
                return self._ranked(asked, sums, found, partial=not sums.any_has_all(found))
        found = _kept(sums.having(0.0), among, excluded)
        least = max(map(sums.share, found), default=0.0) * _PARTIAL_SHARE - _ROUNDING
        return self._ranked(asked, sums, [document for document in found if sums.share(document) >= least], partial=True)

    def page(self, ranking: Ranking, offset: int, limit: int, first: Sequence[int] = ()) -> list[tuple[int, float]]:
        """The documents from `offset` on, best first, with their scores; equal ones by key. Those of `first` go to the top."""
        number = offset + limit
        order = best_first(self._reader, ranking.scores, max(self._settings.head, number))
        ranked = self._head(ranking, order[: self._settings.head], number)
        if len(ranked) < number:
            least = ranked[-1][1] if ranked else 0.0
            ranked += [(document, min(least, score)) for document, score in order[self._settings.head :]]
        if first:
            top = ranked[0][1] if ranked else 0.0
            named = [(document, top + len(first) - place) for place, document in enumerate(first)]
            ranked = [*named, *(item for item in ranked if item[0] not in first)]
        return ranked[offset:number]

    def _head(self, ranking: Ranking, head: Sequence[tuple[int, float]], number: int) -> list[tuple[int, float]]:
        """The best `number` documents of the head by all evidence; more may follow.

        Evidence is looked at only while it could bring a document among them: no kind of it is worth more than it is where all
        that the document has of the question stands well.
        """
        bounds = self._upper_bounds(ranking)
        bounded = [(document, score, bounds(document)) for document, score in head]
        bounded.sort(key=lambda item: item[1] + sum(item[2]), reverse=True)
        examine = self._examination(ranking)
        scored: list[tuple[int, float]] = []
        best: list[float] = []
        for document, score, most in bounded if number else ():
            least = best[0] - _ROUNDING if len(best) == number else -math.inf
            if score + sum(most) < least:
                break
            full = self._full(examine(document), score, most, least)
            if full is not None:
                scored.append((document, full))
                (heapq.heappush if len(best) < number else heapq.heappushpop)(best, full)
        order = sorted_documents(self._reader, [(document, (-full,)) for document, full in scored])
        scores = dict(scored)
        return [(document, scores[document]) for document in order]

    def _full(self, evidence: Evidence | None, score: float, most: Sequence[float], least: float) -> float | None:
        """The score of a document with all its evidence, none of which is worth more than `most` says; None where that is
        found to be less than `least`.
        """
        if evidence is None:
            return score
        left = sum(most)
        for name, bound in zip(KINDS, most, strict=True):
            if score + left < least:
                return None
            score += getattr(self._settings, name) * getattr(evidence, name)
            left -= bound
        return score

    def _examination(self, ranking: Ranking) -> Callable[[int], Evidence | None]:
        """Gives the evidence of a document, where there can be any."""
        if len(ranking.question.sequence) < _LEAST_SEQUENCE:
            return lambda _: None
        return self._examiner.examination(ranking.question)

    def _upper_bounds(self, ranking: Ranking) -> Callable[[int], list[float]]:
        """Gives the most that each of KINDS can be worth in a document, by the share of the question that it has."""
        settings, asked, sums = self._settings, ranking.question, ranking.sums
        if len(asked.sequence) < _LEAST_SEQUENCE:
            return lambda _: [0.0] * len(KINDS)
        repeated = max(Counter(asked.sequence).values())
        weight = asked.weight
        rarity = sum([concept.rarity for concept in asked.concepts])
        # What has all words has this share at least, whatever they are called there.
        whole = sum([concept.weight * concept.alternatives[-1].share for concept in asked.concepts]) / (weight or 1.0)

        def bounds(document: int) -> list[float]:
            share = min(1.0, sums.share(document) + _BOUND_ROUNDING)
            # Words that only ask count for more where order is measured; a document may have them all.
            of_rarity = min(1.0, (share * weight + rarity - weight) / (rarity or 1.0))
            return [
                settings.title * of_rarity,
                settings.products * share,
                settings.pairs * repeated * of_rarity,
                settings.run * min(1.0, repeated * of_rarity),
                settings.exact if share >= whole else 0.0,
                settings.window * share,
            ]

        return bounds

    def parts(self, ranking: Ranking, document: int) -> dict[str, float]:
        """What the score of one of the best documents is made of: the worth of its words, and of each piece of evidence."""
        coverage = self._settings.coverage * ranking.sums.share(document)
        length = -self._penalties[self._reader.lengths[document]]
        parts = {"words": ranking.scores[document] - coverage - length, "coverage": coverage, "length": length}
        evidence = self._examination(ranking)(document)
        return parts | {name: getattr(self._settings, name) * getattr(evidence, name) for name in KINDS if evidence}

    def words(self, ranking: Ranking, document: int) -> Iterator[WordFound]:
        """For each word of the question what it was found as in a document."""
        weight = ranking.question.weight or 1.0
        for concept in ranking.question.concepts:
            found = []
            worth = 0.0
            for alternative in concept.alternatives:
                impact = self._scorer.impact(Unit((alternative.term,)), document)
                if impact:
                    found.append(alternative.term.decode())
                    worth = worth or alternative.share * concept.weight / weight * WORTHS[impact]
            yield WordFound(concept.text, round(concept.weight, 4), tuple(found), round(worth, 4))

    # ---- Matching -------------------------------------------------------------------------------------------------------

    def _wanted(self, plan: Plan, asked: Question) -> set[int]:
        """The documents that have all parts of a short query; where they are few, also those that have what may be meant."""
        found = self._having(plan, asked, self._settings.words)
        return found if len(found) >= self._settings.few else self._having(plan, asked, 0.0)

    def _having(self, plan: Plan, asked: Question, least: float) -> set[int]:
        """The documents that have of each part of a query what is worth more than the share `least` of it."""
        found: list[set[int]] = []
        concepts = {_unit(concept): concept for concept in asked.concepts}
        for part in plan.wanted:
            units = list(part.units)
            if concept := concepts.get(units[0]):  # never for a phrase, whose unit has forms
                units += [Unit((other.term,)) for other in concept.alternatives[1:] if other.share > least]
            found.append(self._documents(units))
        return reduce(and_, sorted(found, key=len)) if found else set()

    def _documents(self, units: Iterable[Unit]) -> set[int]:
        return set().union(*(self._scorer.occurrences(unit).documents for unit in units))

    def _sums(self, plan: Plan, asked: Question, among: Sequence[int] | None = None) -> Sums:
        """What the words of a question are worth, added up: the concepts, and names of several words as a whole.

        Only some documents need be asked for where these are given, in rising order.
        """
        addends: list[Addend] = []
        for concept in asked.concepts:
            shares = [(Unit((other.term,)), other.share) for other in concept.alternatives]
            addends += self._scorer.addends(shares, concept.weight, among)
        for unit in plan.wholes:
            weight = self._settings.wholes * self._scorer.rarity(self._scorer.frequency(unit))
            addends += self._scorer.addends([(unit, 1.0)], weight, among, asked=False)
        return self._scorer.sums(addends)

    def _ranked(self, asked: Question, sums: Sums, documents: Sequence[int], *, partial: bool) -> Ranking:
        power, coverage = self._settings.coverage_power, self._settings.coverage
        penalties, lengths = self._penalties, self._reader.lengths
        scale = WORTHS[1] / (asked.weight or 1.0)
        scores = {
            document: worth * scale * share**power + coverage * share - penalties[lengths[document]]
            for document, worth, share in zip(documents, *sums.worths_and_shares(documents), strict=True)
        }
        return Ranking(asked, scores, sums, partial)


def _kept(found: list[int], allowed: AbstractSet[int] | None, excluded: AbstractSet[int]) -> list[int]:
    """Of the documents that were found those that are allowed, where that is not None, and not excluded."""
    if allowed is not None:
        found = [document for document in found if document in allowed]
    return [document for document in found if document not in excluded] if excluded else found


def _unit(concept: Concept) -> Unit:
    return Unit((concept.alternatives[0].term,))
