"""Which documents match a query, and in which order."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import reduce
from operator import add, and_
from typing import NamedTuple

from kbarchive.index.reader import IndexReader
from kbarchive.index.zones import LENGTHS
from kbarchive.search.concepts import Alternative, Concept, Correction, Question, question
from kbarchive.search.evidence import Evidence, Examiner
from kbarchive.search.folding import best_first, sorted_documents
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

# Evidence is in how words stand together.
_LEAST_SEQUENCE = 2

# The natural logarithm of the length of a usual article, in words; beyond so many e-folds more, length tells nothing more.
_USUAL_LENGTH = 6.0
_LONGEST = 2.0


_EXCESSES = [min(logarithm - _USUAL_LENGTH, _LONGEST) for logarithm in LENGTHS]


class Ranking(NamedTuple):
    """All matching documents with their scores by words alone, coverage and length.

    `sums` has for each what its words are worth and how much of the question they are, as one number (see `_STEP`), and
    `total` what a document with all of the question has of the latter. `partial` says that none has all that is wanted.
    """

    question: Question
    scores: Mapping[int, float]
    sums: Mapping[int, float]
    total: float
    partial: bool

    def share(self, document: int) -> float:
        """The share of the question's weight that a document has."""
        return self.sums[document] // _STEP / self.total


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
            found = (allowed or frozenset()) - excluded
            return self._ranked(asked, dict.fromkeys(found, _STEP), 1.0, partial=False)
        total = sum(map(_ticks, asked.concepts))
        short = len(plan.wanted) <= self._settings.short
        wanted: AbstractSet[int] | None = self._wanted(plan, asked) if short else None
        if allowed is not None:
            wanted = allowed if wanted is None else wanted & allowed
        sums = self._matching(plan, asked, wanted, excluded, 0.0 if short else self._settings.least)
        partial = not sums
        if partial:
            among = allowed
            for part in plan.wanted if short else ():
                if part.is_phrase:  # its words alone are not what was asked for
                    documents = self._documents(part.units)
                    among = documents if among is None else among & documents
            sums = self._matching(plan, asked, among, excluded, 0.0)
            least = (max(sums.values(), default=0.0) // _STEP * _PARTIAL_SHARE - _ROUNDING) * _STEP
            sums = {document: value for document, value in sums.items() if value > 0 and value >= least}
        complete = not partial and (short or max(sums.values()) // _STEP >= total - _ROUNDING)
        return self._ranked(asked, sums, total, partial=not complete)

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

        Evidence is looked at only where it could bring a document among them: no share of it is more than the share of the
        question that the document has.
        """
        settings, sequence = self._settings, ranking.question.sequence
        repeated = max(Counter(sequence).values(), default=1)
        most = settings.run * repeated + settings.pairs + settings.window + settings.products + settings.title

        def bound(document: int, score: float) -> float:
            share = ranking.share(document) + _BOUND_ROUNDING
            return score + most * share + (settings.exact if share >= 1.0 else 0.0)

        evidence = self._evidence(ranking)
        scored: list[tuple[int, float]] = []
        best: list[float] = []
        for bounded, document, score in sorted(((bound(*item), *item) for item in head), reverse=True):
            if len(best) == number and (not number or bounded < best[0]):
                break
            full = score + sum(evidence(document).values())
            scored.append((document, full))
            (heapq.heappush if len(best) < number else heapq.heappushpop)(best, full)
        order = sorted_documents(self._reader, [(document, (-full,)) for document, full in scored])
        scores = dict(scored)
        return [(document, scores[document]) for document in order]

    def _evidence(self, ranking: Ranking) -> Callable[[int], dict[str, float]]:
        """Gives the worth of each piece of evidence of a document."""
        if len(ranking.question.sequence) < _LEAST_SEQUENCE:
            return lambda _: {}
        weights = {name: getattr(self._settings, name) for name in Evidence._fields}
        examine = self._examiner.examination(ranking.question)
        return lambda document: {name: weights[name] * value for name, value in examine(document)._asdict().items()}

    def parts(self, ranking: Ranking, document: int) -> dict[str, float]:
        """What the score of one of the best documents is made of: the worth of its words, and of each piece of evidence."""
        coverage = self._settings.coverage * ranking.share(document)
        length = -self._penalties[self._reader.lengths[document]]
        parts = {"words": ranking.scores[document] - coverage - length, "coverage": coverage, "length": length}
        return parts | self._evidence(ranking)(document)

    def words(self, ranking: Ranking, document: int) -> Iterator[WordFound]:
        """For each word of the question what it was found as in a document."""
        weight = ranking.question.weight or 1.0
        for concept in ranking.question.concepts:
            found = []
            worth = 0.0
            for alternative in concept.alternatives:
                table = _table(alternative.share * concept.weight / weight)
                (impact,) = self._scorer.codes((Unit((alternative.term,)),), (document,))
                if impact:
                    found.append(alternative.term.decode())
                    worth = worth or table[impact]
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

    def _matching(
        self, plan: Plan, asked: Question, wanted: AbstractSet[int] | None, excluded: AbstractSet[int], least: float
    ) -> dict[int, float]:
        """For each document that matches the sum of what its words are worth and of how much of the question they are: for
        those whose words have the share `least` of the weight, and of these for the `wanted` ones, where that is not None.

        The rarest words come first. Where those still to come have less than that together, they are looked at only in
        documents that are there already: nothing that could match is left out.
        """
        concepts = sorted(asked.concepts, key=lambda concept: -concept.weight)
        left = sum(concept.weight for concept in concepts)
        needed = left * least
        sums: dict[int, float] = {}
        opened = 0
        while wanted is None and opened < len(concepts) and left >= needed:
            self._add(sums, concepts[opened])
            left -= concepts[opened].weight
            opened += 1
        if wanted is not None:
            sums = dict.fromkeys(wanted, 0.0)
        documents = [document for document in sums if document not in excluded] if excluded else list(sums)
        values = [sums[document] for document in documents] if excluded else list(sums.values())
        for concept in concepts[opened:]:
            values = list(map(add, values, self._worths(concept, documents)))
        for unit in plan.wholes:
            table = _table(self._settings.wholes * self._scorer.rarity(self._scorer.frequency(unit)))
            values = list(map(add, values, map(table.__getitem__, self._scorer.codes((unit,), documents))))
        total = sum(map(_ticks, concepts))
        enough = (least * total - _ROUNDING) * _STEP
        return {document: value for document, value in zip(documents, values, strict=True) if value >= enough}

    def _add(self, sums: dict[int, float], concept: Concept) -> None:
        """Adds a concept to the sums of all documents that have it."""
        best: dict[int, float] = {}
        for alternative in reversed(concept.alternatives):
            table = _table_of(concept, alternative)
            found = self._scorer.occurrences(Unit((alternative.term,)))
            # Of a word and what may be meant by it the word counts.
            best.update(zip(found.documents, map(table.__getitem__, found.impacts), strict=True))
        if not sums:
            sums.update(best)
            return
        for document, value in best.items():
            sums[document] = sums[document] + value if document in sums else value

    def _worths(self, concept: Concept, documents: Sequence[int]) -> Iterable[float]:
        """What a concept adds to the sum of each of some documents. Of a word and what may be meant by it the word counts."""
        units = tuple([Unit((alternative.term,)) for alternative in concept.alternatives])
        table = [worth for alternative in concept.alternatives for worth in _table_of(concept, alternative)]
        return map(table.__getitem__, self._scorer.codes(units, documents))

    def _ranked(self, asked: Question, sums: Mapping[int, float], total: float, *, partial: bool) -> Ranking:
        weight, power, coverage = asked.weight or 1.0, self._settings.coverage_power, self._settings.coverage
        penalties, lengths = self._penalties, self._reader.lengths
        scores = {
            document: value % _STEP / weight * (share := value // _STEP / total) ** power
            + coverage * share
            - penalties[lengths[document]]
            for document, value in sums.items()
        }
        return Ranking(asked, scores, sums, total, partial)


def _ticks(concept: Concept) -> float:
    """The weight of a concept in whole ticks; see _STEP."""
    return max(1.0, concept.weight * _TICKS // 1)


def _table(weight: float, ticks: float = 0.0) -> list[float]:
    """For each byte of a worth what is added up for it; see _STEP. 0 is the byte of documents without."""
    first = ticks * _STEP
    return [0.0, *(first + weight * worth for worth in WORTHS[1:])]


def _table_of(concept: Concept, alternative: Alternative) -> list[float]:
    return _table(alternative.share * concept.weight, alternative.share * _ticks(concept) // 1)


def _unit(concept: Concept) -> Unit:
    return Unit((concept.alternatives[0].term,))
