"""What snippets are to show: the terms that were looked for, with what each tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kbarchive.index.analysis import Finder, Stems
from kbarchive.index.zones import CODE, SECTIONS
from kbarchive.search.matching import Matches
from kbarchive.search.ranking import Ranking

# Texts of an article that a snippet may be of, by their zones. What is asked of others (title, product) may be shown anywhere.
_SHOWN = frozenset((CODE, *SECTIONS))

Spellings = Mapping[bytes, Sequence[Stems]]
"""For the names of things all that each is spelled as; any other term is the word itself."""


class Terms(NamedTuple):
    """Terms with what each tells, and what finds them."""

    weights: Mapping[bytes, float]
    finder: Finder


class Sought:
    """The terms that were looked for: in any text, and those that a condition wants in some zone only in its texts.

    These tell more than all others together, so that a passage of a section that was asked for is shown.
    """

    def __init__(self, weights: Mapping[bytes, float], spellings: Spellings) -> None:
        self._spellings = spellings
        self._weights = dict(weights)
        self._within: dict[str, dict[bytes, float]] = {}
        self._terms: dict[str, Terms] = {}

    @classmethod
    def by(cls, ranking: Ranking, matches: Matches | None, spellings: Spellings) -> Sought:
        """What a query looked for. A term tells what it does for each word that it may stand for."""
        sought = cls({}, spellings)
        for concept in ranking.question.concepts:
            for term, share in concept.alternatives:
                _add(sought._weights, term, concept.weight * share)
        for zones, weights in matches.terms.items() if matches else ():
            for term, weight in weights.items():
                for zone in _SHOWN.intersection(zones):
                    _add(sought._within.setdefault(zone, {}), term, weight)
                if _SHOWN.isdisjoint(zones):
                    _add(sought._weights, term, weight)
        return sought

    @property
    def total(self) -> float:
        """What all terms tell that may stand in any text."""
        return sum(self._weights.values())

    def wants(self, zone: str) -> bool:
        """Whether a condition wants something in a zone."""
        return zone in self._within

    def in_texts_of(self, zone: str) -> Terms:
        """What is to be shown of texts of a zone."""
        known = zone if zone in self._within else ""
        if known not in self._terms:
            weights = dict(self._weights)
            for term, weight in self._within.get(zone, {}).items():
                _add(weights, term, self.total + weight)
            self._terms[known] = Terms(weights, Finder(self._spelled(weights)))
        return self._terms[known]

    def _spelled(self, weights: Mapping[bytes, float]) -> dict[Stems, bytes]:
        """What is to be found in texts; a word that is a name's spelling as well is the name, of several the weightiest."""
        names = sorted(weights.keys() & self._spellings.keys(), key=lambda term: (weights[term], term))
        words = {(term,): term for term in weights if term not in self._spellings}
        return words | {phrase: term for term in names for phrase in self._spellings[term]}


def _add(weights: dict[bytes, float], term: bytes, weight: float) -> None:
    weights[term] = weights.get(term, 0.0) + weight
