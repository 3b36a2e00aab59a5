"""What snippets are to show: the terms that were looked for, and how much each tells of what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from kbarchive.index.analysis import Finder, Stems
from kbarchive.index.zones import CODE, SECTIONS
from kbarchive.search.matching import Matches
from kbarchive.search.ranking import Ranking

# Texts of an article that a snippet may be of, by their zones. What is asked of others (title, product) may be shown anywhere.
_SHOWN = frozenset((CODE, *SECTIONS))

Spellings = Mapping[bytes, Sequence[Stems]]
"""For the names of things all that each is spelled as; any other term is the word itself."""


Wish = tuple[str, bytes]
"""What a query wants: the zone it is to stand in, "" for any, and a word as a term."""

Telling = Mapping[Wish, float]
"""For what a query wants how much a term tells of it."""


class Terms(NamedTuple):
    """Terms, what each tells, and what finds them."""

    telling: Mapping[bytes, Telling]
    finder: Finder


class Sought:
    """The terms that were looked for: in any text, and those that a condition wants in some zone only in its texts.

    These tell more than all others together, so that a passage of a section that was asked for is shown.
    """

    def __init__(self, weights: Mapping[bytes, float], spellings: Spellings) -> None:
        self._spellings = spellings
        self._telling: dict[bytes, dict[Wish, float]] = {term: {("", term): weight} for term, weight in weights.items()}
        self._within: dict[str, dict[bytes, float]] = {}
        self._terms: dict[str, Terms] = {}

    @classmethod
    def by(cls, ranking: Ranking, matches: Matches | None, spellings: Spellings) -> Sought:
        """What a query looked for. A term tells of each word that it may stand for."""
        sought = cls({}, spellings)
        for zones, weights in matches.terms.items() if matches else ():
            for term, weight in weights.items():
                for zone in _SHOWN.intersection(zones):
                    sought._within.setdefault(zone, {})[term] = weight
                if _SHOWN.isdisjoint(zones):
                    sought._telling[term] = {("", term): weight}
        for concept in ranking.question.concepts:
            wish = ("", concept.alternatives[0].term)
            for term, share in concept.alternatives:
                sought._telling.setdefault(term, {})[wish] = concept.weight * share
        return sought

    @cached_property
    def total(self) -> float:
        """What an article may tell at most, in any text."""
        most: dict[Wish, float] = {}
        for telling in self._telling.values():
            for wish, weight in telling.items():
                most[wish] = max(weight, most.get(wish, 0.0))
        return sum(most.values())

    def wants(self, zone: str) -> bool:
        """Whether a condition wants something in a zone."""
        return zone in self._within

    def in_texts_of(self, zone: str) -> Terms:
        """What is to be shown of texts of a zone."""
        known = zone if zone in self._within else ""
        if known not in self._terms:
            telling = dict(self._telling)
            for term, weight in self._within.get(zone, {}).items():
                telling[term] = {**telling.get(term, {}), (zone, term): self.total + weight}
            self._terms[known] = Terms(telling, Finder(self._spelled(telling)))
        return self._terms[known]

    def _spelled(self, telling: Mapping[bytes, Telling]) -> dict[Stems, bytes]:
        """What is to be found in texts; a word that is a name's spelling as well is the name, of several the weightiest."""
        names = sorted(telling.keys() & self._spellings.keys(), key=lambda term: (sum(telling[term].values()), term))
        words = {(term,): term for term in telling if term not in self._spellings}
        return words | {phrase: term for term in names for phrase in self._spellings[term]}
