"""From an article to its postings: every term with its positions and what it is worth there.

The worth of a term in a document is that of BM25F: how often it stands in each zone, weighed by the zone and its length,
summed over the zones, and only then saturated (Robertson, Zaragoza, Taylor: Simple BM25 extension to multiple weighted
fields, CIKM 2004). The weights are part of the index, so that a search has one byte to read for a term in a document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from kbarchive.index.analysis import LONGEST_REMEMBERED, REMEMBERED_RUNS, analyse, runs
from kbarchive.index.forms import PART, SHIFT, Forms
from kbarchive.index.thesaurus import Stems, thesaurus
from kbarchive.index.zones import GAP, K1, MOST_POSITIONS, WORTHS, ZONES, Bounds, Piece

_POSITION = (1 << SHIFT) - 1
_ZONE_NUMBERS = {zone: number for number, zone in enumerate(ZONES)}


class Inverted(NamedTuple):
    """A document: (term, its worth from 1 to 255, its positions with their forms), the zones, and the number of words."""

    postings: list[tuple[bytes, int, list[int]]]
    zones: list[Bounds]
    words: int


class Inverter:
    """Inverts the documents of one shard, whose forms it numbers."""

    def __init__(self) -> None:
        self.forms = Forms()
        self._runs: dict[str, tuple[int, tuple[tuple[bytes, int], ...]]] = {}
        self._names = _by_first(thesaurus().named)

    def invert(self, pieces: Iterable[Piece]) -> Inverted:
        """The postings of a document whose text comes in pieces, those of one zone side by side."""
        found: dict[bytes, tuple[float, list[int]]] = {}
        zones: list[Bounds] = []
        words = position = 0
        for zone, parts in groupby(pieces, attrgetter("zone")):
            here: dict[bytes, list[int]] = {}
            start = position
            for part in parts:
                begin = position
                position = self._collect(part.text, position, here)
                if part.within and position > begin:
                    zones.append(Bounds(_ZONE_NUMBERS[part.within], begin, position))
            if position == start:
                continue
            zones.append(Bounds(_ZONE_NUMBERS[zone], start, position))
            weight, b, pivot = WORTHS[zone]
            weight /= 1 - b + b * (position - start) / pivot
            for term, places in here.items():
                before = found.get(term)
                if before is None:
                    found[term] = (weight * len(places), places)
                else:
                    before[1].extend(places)
                    found[term] = (before[0] + weight * len(places), before[1])
            words += position - start
            position += GAP
        self._name(found)
        postings = [(term, max(1, round(255 * weight / (weight + K1))), places) for term, (weight, places) in found.items()]
        return Inverted(postings, zones, words)

    def _collect(self, text: str, position: int, found: dict[bytes, list[int]]) -> int:
        """Adds the terms of a text that begins at a position; returns the position behind its end."""
        remembered = self._runs.get
        for run in runs(text):
            length, terms = remembered(run) or self._run(run)
            if position + length > MOST_POSITIONS:
                break
            for term, place in terms:
                if term in found:
                    found[term].append(position + place)
                else:
                    found[term] = [position + place]
            position += length
        return position

    def _run(self, text: str) -> tuple[int, tuple[tuple[bytes, int], ...]]:
        run = analyse(text)
        numbered = tuple(
            (term, offset | (self.forms.number(term, form) if form else PART) << SHIFT) for term, offset, form in run.terms
        )
        if len(text) <= LONGEST_REMEMBERED:
            if len(self._runs) >= REMEMBERED_RUNS:
                self._runs.clear()
            self._runs[text] = run.words, numbered
        return run.words, numbered

    def _name(self, found: dict[bytes, tuple[float, list[int]]]) -> None:
        """Adds the terms of the thesaurus, where the words that they stand for follow one another."""
        named: dict[bytes, tuple[float, set[int]]] = {}
        for first in self._names.keys() & found.keys():
            for stems, term in self._names[first]:
                places = _starts(found, stems)
                if places:
                    # As often as the phrase stands there, it is worth what the least of its words is.
                    weight = min(found[stem][0] / len(found[stem][1]) for stem in stems) * len(places)
                    before = named.get(term, (0.0, set()))
                    named[term] = (before[0] + weight, before[1] | places)
        for term, (weight, all_places) in named.items():
            found[term] = (weight, sorted(all_places))


def _starts(found: dict[bytes, tuple[float, list[int]]], stems: Stems) -> set[int]:
    """The positions at which stems follow one another."""
    first, *others = stems
    if any(stem not in found for stem in others):
        return set()
    places = {place & _POSITION for place in found[first][1]}
    for offset, stem in enumerate(others, 1):
        places &= {(place & _POSITION) - offset for place in found[stem][1]}
    return places


def _by_first(named: Sequence[tuple[Stems, bytes]]) -> dict[bytes, list[tuple[Stems, bytes]]]:
    by_first: dict[bytes, list[tuple[Stems, bytes]]] = {}
    for stems, term in named:
        by_first.setdefault(stems[0], []).append((stems, term))
    return by_first
