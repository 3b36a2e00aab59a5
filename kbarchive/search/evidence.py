"""What tells of one document whether it answers a question: nearness, order, runs, passages, products.

Looked at for the best documents by their words alone. All measures are shares of the question's weight, from 0 to 1.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from kbarchive.index.postings import Postings
from kbarchive.index.reader import IndexReader, ShardReader
from kbarchive.index.values import TEXT
from kbarchive.index.zones import ZONES
from kbarchive.search.concepts import Concept, Question
from kbarchive.search.settings import Settings

_ROUNDING = 1e-9

# Words further apart are no neighbours.
_DISTANCES = (1, 2, 3, 4)

# About two sentences, in words.
_WINDOW = 40

# A run of fewer words than this is no proof that the whole query is quoted.
_LEAST_EXACT = 3

# How many bytes of posting lists a long-lived index keeps open.
_KEPT_BYTES = 32_000_000
_NO_LIST_BYTES = 500

# A question has fewer concepts than 2 ** 8 (`units.MOST_WORDS`).
_NUMBER_BITS = 8
_NUMBERS = (1 << _NUMBER_BITS) - 1

_TITLE = ZONES.index("title")
_CITED = ZONES.index("cited")
_PRODUCTS = (ZONES.index("products"), ZONES.index("applies_to"))

_Mark = tuple[float, int]
"""The share of a word's worth that stands somewhere, and how many words of the article it is."""

_Places = dict[int, _Mark]
"""Where a concept stands: by position."""


class _Lookup(NamedTuple):
    """One way to find a concept in a shard. `by_form` has a mark for each number of a form, where that counts."""

    postings: Postings
    mark: _Mark
    by_form: Sequence[_Mark] | None


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
        self._bytes = 0

    def examination(self, question: Question) -> Callable[[int], Evidence]:
        """Gives the evidence of a document. The titles of articles that it cites are none: they speak of those."""
        # Words that only ask tell little, but in a run or a title that is as it was typed as much as any other.
        rarities = [concept.rarity for concept in question.concepts]
        total = sum(rarities) or 1.0
        in_sequence = sum(rarities[number] for number in question.sequence) or 1.0
        weights = [concept.weight for concept in question.concepts]
        weight = question.weight or 1.0
        neighbours = [
            (left, right, min(rarities[left], rarities[right]))
            for left, right in dict.fromkeys(itertools.pairwise(question.sequence))
            if left != right
        ]
        lookups: dict[int, list[list[_Lookup]]] = {}

        def examine(document: int) -> Evidence:
            shard = self._reader.shard(document)
            if shard.base not in lookups:
                lookups[shard.base] = [self._lookups(shard, concept) for concept in question.concepts]
            own = document - shard.base
            zones = shard.layout.zones(own)
            cited = next((zone.start for zone in zones if zone.zone == _CITED), None)
            products = [(zone.start, zone.end) for zone in zones if zone.zone in _PRODUCTS]
            title = next((zone.end for zone in zones if zone.zone == _TITLE), 0)
            places = [_places(found, own, cited) for found in lookups[shard.base]]
            run, exact = _runs(places, rarities, question.sequence)
            return Evidence(
                run=run / in_sequence,
                exact=float(exact),
                pairs=_pairs(places, neighbours) / total,
                window=_window(places, weights) / weight,
                products=_inside(places, weights, products) / weight,
                title=_inside(places, rarities, [(0, title)]) / total * _filled(places, title),
            )

        return examine

    def _lookups(self, shard: ShardReader, concept: Concept) -> list[_Lookup]:
        """The ways to find a concept; the best comes last, so that its marks replace those of others at the same place."""
        found = []
        for alternative in reversed(concept.alternatives):
            postings = self._postings(shard, alternative.term)
            if postings is None:
                continue
            mark = (alternative.share, alternative.words)
            by_form = None
            if alternative is concept.alternatives[0]:
                # Also where a shard has no other form but parts: what a document is worth does not depend on its shard.
                by_form = [(self._inflected, alternative.words)] * 256
                own = 0 if concept.form == alternative.term else None
                number = shard.forms.numbers(alternative.term).get(concept.form, own)
                if number is not None:
                    by_form[number] = (1.0, alternative.words)
            found.append(_Lookup(postings, mark, by_form))
        return found

    def _postings(self, shard: ShardReader, term: bytes) -> Postings | None:
        key = (shard.base, term)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        postings = self._kept[key] = shard.postings(TEXT, term)
        self._bytes += _size(postings)
        while self._bytes > _KEPT_BYTES:
            self._bytes -= _size(self._kept.popitem(last=False)[1])
        return postings


def _size(postings: Postings | None) -> int:
    """About how many bytes of memory a list takes; also that a shard has none is kept."""
    return _NO_LIST_BYTES + (postings.size if postings else 0)


def _places(lookups: Sequence[_Lookup], document: int, cited: int | None) -> _Places:
    """Where a concept stands in a document, before the titles that it cites."""
    found: _Places = {}
    for postings, mark, by_form in lookups:
        places, forms = postings.places(document)
        if not places:
            continue
        marks = (
            dict.fromkeys(places, mark) if by_form is None else dict(zip(places, map(by_form.__getitem__, forms), strict=True))
        )
        if found:
            found.update(marks)
        else:
            found = marks
    if cited is not None and found and max(found) >= cited:
        return {place: mark for place, mark in found.items() if place < cited}
    return found


def _runs(places: Sequence[_Places], rarities: Sequence[float], sequence: Sequence[int]) -> tuple[float, bool]:
    """The weight of the heaviest run of the question's words, and whether one has all of them."""
    best = 0.0
    longest = 0
    before: dict[int, tuple[float, int]] = {}  # by the position behind a run its weight and its number of words
    for number in sequence:
        here: dict[int, tuple[float, int]] = {}
        rarity = rarities[number]
        for place, (share, length) in places[number].items():
            weight = share * rarity
            words = 1
            if place in before:
                heavier, more = before[place]
                weight += heavier
                words += more
            end = place + length
            if end not in here or weight > here[end][0]:
                here[end] = (weight, words)
                if weight > best:
                    best = weight
                if words > longest:
                    longest = words
        before = here
    return best, longest == len(sequence) >= _LEAST_EXACT


def _pairs(places: Sequence[_Places], neighbours: Sequence[tuple[int, int, float]]) -> float:
    """The weight of the neighbours in the question that are near in the document: 1/distance of the lesser weight."""
    total = 0.0
    for left, right, rarity in neighbours:
        before, after = places[left], places[right]
        if not before or not after:
            continue
        ends = {place + length - 1: share for place, (share, length) in before.items()}
        nearest = 0.0
        for place, (share, _) in after.items():
            for distance in _DISTANCES:
                if place - distance in ends:
                    nearest = max(nearest, min(share, ends[place - distance]) / distance)
                    break
            if nearest >= 1.0:
                break
        total += nearest * rarity
    return total


def _window(places: Sequence[_Places], weights: Sequence[float]) -> float:
    """The weight of the heaviest passage: distinct words, by their shares."""
    # A place and the number of a word as one integer: those are sorted several times faster than pairs.
    events = sorted([place << _NUMBER_BITS | number for number, found in enumerate(places) for place in found])
    counts = [0] * len(places)
    held = [0.0] * len(places)  # the share that each word is counted with while it is in the passage
    weight = best = 0.0
    most = sum([weights[number] for number, found in enumerate(places) if found]) - _ROUNDING
    first = 0
    for event in events:
        place, number = event >> _NUMBER_BITS, event & _NUMBERS
        while place - (events[first] >> _NUMBER_BITS) > _WINDOW:
            gone = events[first] & _NUMBERS
            counts[gone] -= 1
            if not counts[gone]:
                weight -= held[gone] * weights[gone]
                held[gone] = 0.0
            first += 1
        counts[number] += 1
        share = places[number][place][0]
        if share > held[number]:
            weight += (share - held[number]) * weights[number]
            held[number] = share
            if weight > best:
                best = weight
                if best >= most:
                    break
    return best


def _inside(places: Sequence[_Places], weights: Sequence[float], bounds: Sequence[tuple[int, int]]) -> float:
    """The weight of the words that stand within some bounds."""
    total = 0.0
    behind = max((end for _, end in bounds), default=0)
    for found, weight in zip(places, weights, strict=True):
        if not found or min(found) >= behind:
            continue
        shares = [share for place, (share, _) in found.items() for start, end in bounds if start <= place < end]
        if shares:
            total += weight * max(shares)
    return total


def _filled(places: Sequence[_Places], end: int) -> float:
    """The share of the first words of a document that are in the question."""
    filled = {
        word for found in places for place, (_, length) in found.items() if place < end for word in range(place, place + length)
    }
    return min(1.0, len(filled) / end) if end else 0.0
