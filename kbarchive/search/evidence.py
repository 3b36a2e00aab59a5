"""What tells of one document whether it answers a question: nearness, order, runs, passages, products.

Looked at for the best documents by their words alone. All measures are shares of the question's weight, from 0 to 1.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from kbarchive.index.postings import Postings
from kbarchive.index.reader import IndexReader, ShardReader
from kbarchive.index.values import TEXT
from kbarchive.index.zones import ZONES
from kbarchive.search.concepts import Concept, Question
from kbarchive.search.settings import Settings

# Words further apart than this are no neighbours.
_FARTHEST = 4

# About two sentences, in words.
_WINDOW = 40

# A run of fewer words than this is no proof that the whole query is quoted.
_LEAST_EXACT = 3

# How many posting lists a long-lived index keeps open; the many of rare words are short.
_KEPT_LISTS = 4_000

_TITLE = ZONES.index("title")
_CITED = ZONES.index("cited")
_PRODUCTS = (ZONES.index("products"), ZONES.index("applies_to"))

# Where a concept stands: position to (share, position of its last word).
_Places = dict[int, tuple[float, int]]


class Evidence(NamedTuple):
    """How much of a question's weight a document has in one run, in neighbours, in one passage, in the names of its
    products; `exact` is 1 where it has the whole question as one run. `title` is the share of the question in the title times
    the share of the title in the question.
    """

    run: float
    exact: float
    pairs: float
    window: float
    products: float
    title: float


class Examiner:
    """Examines documents by the positions in the index."""

    def __init__(self, reader: IndexReader, settings: Settings) -> None:
        self._reader = reader
        self._inflected = settings.inflected
        self._kept: OrderedDict[tuple[int, bytes], Postings | None] = OrderedDict()

    def examine(self, document: int, question: Question) -> Evidence:
        """The evidence of a document. The titles of articles that it cites are none: they speak of those."""
        shard = self._reader.shard(document)
        own = document - shard.base
        zones = shard.layout.zones(own)
        end = next((zone.start for zone in zones if zone.zone == _CITED), zones[-1].end if zones else 0)
        products = [(zone.start, zone.end) for zone in zones if zone.zone in _PRODUCTS]
        places = [self._places(shard, own, concept, end) for concept in question.concepts]
        rarities = [concept.rarity for concept in question.concepts]
        weight = question.weight or 1.0
        run, exact = _runs(places, rarities, question.sequence)
        title = next((zone.end for zone in zones if zone.zone == _TITLE), 0)
        return Evidence(
            run=run / (sum(rarities[number] for number in question.sequence) or 1.0),
            exact=float(exact),
            pairs=_pairs(places, rarities, question.sequence) / weight,
            window=_window(places, rarities) / weight,
            products=_inside(places, rarities, products) / weight,
            title=_inside(places, rarities, [(0, title)]) / weight * _filled(places, title),
        )

    def _places(self, shard: ShardReader, own: int, concept: Concept, end: int) -> _Places:
        found: _Places = {}
        for alternative in reversed(concept.alternatives):  # the word itself comes first, and is worth most
            postings = self._postings(shard, alternative.term)
            places = postings.positions(own) if postings else ()
            if not places or postings is None:
                continue
            last = alternative.words - 1
            if alternative is concept.alternatives[0] and (forms := shard.forms.numbers(alternative.term)):
                number = forms.get(concept.form, 0 if concept.form == alternative.term else -1)
                for place, form in zip(places, postings.forms(own), strict=True):
                    found[place] = (1.0 if form == number else self._inflected, place + last)
            else:
                for place in places:
                    found[place] = (alternative.share, place + last)
        return {place: known for place, known in found.items() if place < end}

    def _postings(self, shard: ShardReader, term: bytes) -> Postings | None:
        key = (shard.base, term)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        postings = self._kept[key] = shard.postings(TEXT, term)
        if len(self._kept) > _KEPT_LISTS:
            self._kept.popitem(last=False)
        return postings


def _runs(places: Sequence[_Places], rarities: Sequence[float], sequence: Sequence[int]) -> tuple[float, bool]:
    """The weight of the heaviest run of the question's words, and whether one has all of them."""
    best = 0.0
    longest = 0
    before: dict[int, tuple[float, int]] = {}  # by the position behind a run its weight and its number of words
    for number in sequence:
        here: dict[int, tuple[float, int]] = {}
        rarity = rarities[number]
        for place, (share, last) in places[number].items():
            weight, words = before.get(place, (0.0, 0))
            weight += share * rarity
            words += 1
            if weight > here.get(last + 1, (0.0, 0))[0]:
                here[last + 1] = (weight, words)
                best = max(best, weight)
                longest = max(longest, words)
        before = here
    return best, longest == len(sequence) >= _LEAST_EXACT


def _pairs(places: Sequence[_Places], rarities: Sequence[float], sequence: Sequence[int]) -> float:
    """The weight of the neighbours in the question that are near in the document: 1/distance of the lesser weight."""
    total = 0.0
    for left, right in set(itertools.pairwise(sequence)):
        before, after = places[left], places[right]
        if not before or not after or left == right:
            continue
        ends = {last: share for share, last in before.values()}
        nearest = 0.0
        for place, (share, _) in after.items():
            for distance in range(1, _FARTHEST + 1):
                if (other := ends.get(place - distance)) is not None:
                    nearest = max(nearest, min(share, other) / distance)
                    break
            if nearest >= 1.0:
                break
        total += nearest * min(rarities[left], rarities[right])
    return total


def _window(places: Sequence[_Places], rarities: Sequence[float]) -> float:
    """The weight of the heaviest passage: distinct words, by their shares."""
    events = sorted((place, number, share) for number, found in enumerate(places) for place, (share, _) in found.items())
    counts = [0] * len(places)
    held = [0.0] * len(places)  # the share that each word is counted with while it is in the passage
    weight = best = 0.0
    first = 0
    for place, number, share in events:
        counts[number] += 1
        if share > held[number]:
            weight += (share - held[number]) * rarities[number]
            held[number] = share
        while place - events[first][0] > _WINDOW:
            gone = events[first][1]
            counts[gone] -= 1
            if not counts[gone]:
                weight -= held[gone] * rarities[gone]
                held[gone] = 0.0
            first += 1
        best = max(best, weight)
    return best


def _inside(places: Sequence[_Places], rarities: Sequence[float], bounds: Sequence[tuple[int, int]]) -> float:
    """The weight of the words that stand within some bounds."""
    total = 0.0
    for found, rarity in zip(places, rarities, strict=True):
        best = 0.0
        for place, (share, _) in found.items():
            if share > best:
                for start, end in bounds:
                    if start <= place < end:
                        best = share
                        break
        total += rarity * best
    return total


def _filled(places: Sequence[_Places], end: int) -> float:
    """The share of the first words of a document that are in the question."""
    filled = {word for found in places for place, (_, last) in found.items() if place < end for word in range(place, last + 1)}
    return min(1.0, len(filled) / end) if end else 0.0
