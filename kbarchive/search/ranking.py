"""Which documents match a query, and in which order."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import reduce
from operator import and_
from typing import NamedTuple

from kbarchive.index.reader import IndexReader
from kbarchive.index.zones import LENGTHS
from kbarchive.search.concepts import Concept, Correction, Question, question
from kbarchive.search.evidence import Examiner
from kbarchive.search.folding import best_first
from kbarchive.search.results import WordFound
from kbarchive.search.scoring import WORTHS, Scorer
from kbarchive.search.settings import Settings
from kbarchive.search.units import Plan, Unit

# Where nothing matches, what is as good as this share of the best is shown as a partial match.
_PARTIAL_SHARE = 0.5

# Sums of the same weights differ in their last digits by the order of their terms.
_ROUNDING = 1e-9

# A document's coverage and score are added up as one number, which halves the time: coverage counts in this step, and no
# query of 64 words scores as much.
_STEP = 4096.0
_TICKS = 64.0

# How much the share of a document may be too small by rounding to ticks.
_BOUND_ROUNDING = 0.02

# How many postings are passed over in the time of one look-up by bisection.
_BISECTION_COST = 8

# The natural logarithm of the length of a usual article, in words; beyond so many e-folds more, length tells nothing more.
_USUAL_LENGTH = 6.0
_LONGEST = 2.0


_EXCESSES = [min(logarithm - _USUAL_LENGTH, _LONGEST) for logarithm in LENGTHS]


class Ranking(NamedTuple):
    """All matching documents with their scores and their shares of the query, both by words alone.

    `partial` says that none has all that is wanted.
    """

    question: Question
    scores: Mapping[int, float]
    shares: Mapping[int, float]
    partial: bool


class Ranker:
    """Ranks the documents of one index."""

    def __init__(
        self, reader: IndexReader, scorer: Scorer, key: Callable[[int], str], correction: Correction, settings: Settings
    ) -> None:
        self._reader = reader
        self._scorer = scorer
        self._key = key
        self._correction = correction
        self._settings = settings
        self._examiner = Examiner(reader, settings)

    def match(self, plan: Plan, allowed: AbstractSet[int] | None = None) -> Ranking:
        """Every document that matches, and its score; of those `allowed`, where that is not None."""
        asked = question(plan.words, self._scorer, self._settings, self._correction)
        excluded = {document for part in plan.excluded for document in self._documents(part.units)}
        if not asked.concepts:
            found = (allowed or frozenset()) - excluded
            return Ranking(asked, dict.fromkeys(found, 0.0), dict.fromkeys(found, 1.0), False)
        wanted: AbstractSet[int] | None = self._wanted(plan, asked) if len(plan.wanted) <= self._settings.short else None
        if allowed is not None:
            wanted = allowed if wanted is None else wanted & allowed
        scores, shares = self._matching(plan, asked, wanted, excluded)
        partial = not scores
        if partial:
            among = allowed
            for part in plan.wanted if wanted is not None else ():
                if part.is_phrase:  # its words alone are not what was asked for
                    documents = self._documents(part.units)
                    among = documents if among is None else among & documents
            scores, shares = self._matching(plan, asked, among, excluded, _PARTIAL_SHARE)
        complete = not partial and (wanted is not None or max(shares.values()) > 1 - _ROUNDING)
        return Ranking(asked, scores, shares, not complete)

    def page(self, ranking: Ranking, offset: int, limit: int, first: int | None = None) -> list[tuple[int, float]]:
        """The documents from `offset` on, best first, with their scores; equal ones by key. `first` goes to the top."""
        number = offset + limit
        bases = self._bases(ranking)
        order = [document for document, _ in best_first(self._reader, bases, max(self._settings.head, number))]
        ranked = self._head(ranking, bases, order[: self._settings.head], number)
        if len(ranked) < number:
            least = ranked[-1][1] if ranked else 0.0
            ranked += [(document, min(least, bases[document])) for document in order[self._settings.head :]]
        if first is not None:
            top = ranked[0][1] + 1.0 if ranked else 1.0
            ranked = [(first, top), *(item for item in ranked if item[0] != first)]
        return ranked[offset:number]

    def _head(self, ranking: Ranking, bases: Mapping[int, float], head: Sequence[int], number: int) -> list[tuple[int, float]]:
        """The best `number` documents of the head by all evidence; more may follow.

        Evidence is looked at only where it could bring a document among them: no share of it is more than the share of the
        question that the document has.
        """
        settings, sequence = self._settings, ranking.question.sequence
        repeated = max(Counter(sequence).values(), default=1)
        most = settings.run * repeated + settings.pairs + settings.window + settings.products + settings.title

        def bound(document: int) -> float:
            share = ranking.shares[document] + _BOUND_ROUNDING
            return bases[document] + most * share + (settings.exact if share >= 1.0 else 0.0)

        scored: list[tuple[int, float]] = []
        best: list[float] = []
        for bounded, document in sorted(((bound(document), document) for document in head), reverse=True):
            if len(best) == number and (not number or bounded < best[0]):
                break
            score = sum(self.parts(ranking, document).values())
            scored.append((document, score))
            (heapq.heappush if len(best) < number else heapq.heappushpop)(best, score)
        return sorted(scored, key=lambda item: (-item[1], self._key(item[0])))

    def parts(self, ranking: Ranking, document: int) -> dict[str, float]:
        """What the score of one of the best documents is made of: the worth of its words, and of each piece of evidence."""
        settings, asked = self._settings, ranking.question
        parts = {
            "words": ranking.scores[document],
            "coverage": settings.coverage * ranking.shares[document],
            "length": -settings.length * self._length(document),
        }
        if len(asked.sequence) > 1:
            evidence = self._examiner.examine(document, asked)
            parts |= {name: getattr(settings, name) * value for name, value in evidence._asdict().items()}
        return parts

    def words(self, ranking: Ranking, document: int) -> Iterator[WordFound]:
        """For each word of the question what it was found as in a document."""
        weight = ranking.question.weight or 1.0
        for concept in ranking.question.concepts:
            found = []
            worth = 0.0
            for alternative in concept.alternatives:
                table = _table(alternative.share * concept.rarity / weight)
                for _, value in self._pairs(Unit((alternative.term,)), table, {document: 0.0}):
                    found.append(alternative.term.decode())
                    worth = worth or value
            yield WordFound(concept.text, round(concept.rarity, 4), tuple(found), round(worth, 4))

    # ---- Matching -------------------------------------------------------------------------------------------------------

    def _wanted(self, plan: Plan, asked: Question) -> set[int]:
        """The documents that have all parts of a short query, or what may be meant by them."""
        found: list[set[int]] = []
        concepts = {_unit(concept): concept for concept in asked.concepts}
        for part in plan.wanted:
            units = list(part.units)
            if concept := concepts.get(units[0]):  # never for a phrase, whose unit has forms
                units += [Unit((alternative.term,)) for alternative in concept.alternatives[1:]]
            found.append(self._documents(units))
        return reduce(and_, sorted(found, key=len)) if found else set()

    def _documents(self, units: Iterable[Unit]) -> set[int]:
        return set().union(*(self._scorer.occurrences(unit).documents for unit in units))

    def _matching(
        self, plan: Plan, asked: Question, wanted: AbstractSet[int] | None, excluded: AbstractSet[int], share: float = 0.0
    ) -> tuple[dict[int, float], dict[int, float]]:
        """The scores and the shares of the documents that match: the `wanted` ones; where that is None those whose words have
        enough of the weight. With a `share` those that have so much of what the best one has.
        """
        least = 0.0 if share or wanted is not None else self._settings.least
        sums = self._add_up(asked, plan.wholes, wanted, least)
        for document in excluded & sums.keys():
            del sums[document]
        total = sum(map(_ticks, asked.concepts)) or 1.0
        if share:
            best = max(sums.values(), default=0.0)
            if not best:
                return {}, {}
            least = best // _STEP / total * share
        needed = (least * total - _ROUNDING) * _STEP
        weight, power = asked.weight or 1.0, self._settings.coverage_power
        shares = {document: value // _STEP / total for document, value in sums.items() if value >= needed}
        return {document: sums[document] % _STEP / weight * share**power for document, share in shares.items()}, shares

    def _add_up(
        self, asked: Question, wholes: Iterable[Unit], wanted: AbstractSet[int] | None, least: float
    ) -> dict[int, float]:
        """For each document, or each that is wanted, the sum of what its words are worth.

        The rarest words come first. Where those still to come have less than the share `least` together, they are looked at
        only in documents that are there already: nothing that could match is left out.
        """
        sums: dict[int, float] = dict.fromkeys(wanted or (), 0.0)
        left = sum(concept.rarity for concept in asked.concepts)
        needed = left * least
        for concept in sorted(asked.concepts, key=lambda concept: -concept.rarity):
            closed = wanted is not None or left < needed
            best: dict[int, float] = {}
            for alternative in reversed(concept.alternatives):
                table = _table(alternative.share * concept.rarity, alternative.share * _ticks(concept) // 1)
                # Of a word and what may be meant by it the word counts.
                best.update(self._pairs(Unit((alternative.term,)), table, sums if closed else None))
            for document, value in best.items():
                sums[document] = sums.get(document, 0.0) + value
            left -= concept.rarity
        for unit in wholes:
            table = _table(self._settings.wholes * self._scorer.rarity(self._scorer.frequency(unit)))
            for document, value in self._pairs(unit, table, sums):
                sums[document] += value
        return sums

    def _pairs(self, unit: Unit, table: Sequence[float], among: Mapping[int, float] | None) -> Iterable[tuple[int, float]]:
        """The documents that have a unit, all or those among some, and what it is worth in each by a table."""
        documents, impacts = self._scorer.occurrences(unit)
        if among is None:
            return zip(documents, map(table.__getitem__, impacts), strict=True)
        if len(among) * _BISECTION_COST > len(documents):
            return [(document, table[impact]) for document, impact in zip(documents, impacts, strict=True) if document in among]
        pairs = []
        for document in among:
            place = bisect_left(documents, document)
            if place < len(documents) and documents[place] == document:
                pairs.append((document, table[impacts[place]]))
        return pairs

    # ---- Ordering -------------------------------------------------------------------------------------------------------

    def _bases(self, ranking: Ranking) -> dict[int, float]:
        """The scores by words alone, coverage and length."""
        coverage, length = self._settings.coverage, self._settings.length
        penalties = [length * excess for excess in _EXCESSES]
        shares, lengths = ranking.shares, self._reader.lengths
        return {
            document: score + coverage * shares[document] - penalties[lengths[document]]
            for document, score in ranking.scores.items()
        }

    def _length(self, document: int) -> float:
        return _EXCESSES[self._reader.lengths[document]]


def _ticks(concept: Concept) -> float:
    """The weight of a concept in whole ticks; see _STEP."""
    return max(1.0, concept.rarity * _TICKS // 1)


def _table(weight: float, ticks: float = 0.0) -> list[float]:
    """For each byte of a worth what is added up for it; see _STEP."""
    return [ticks * _STEP + weight * worth for worth in WORTHS]


def _unit(concept: Concept) -> Unit:
    return Unit((concept.alternatives[0].term,))
