"""What tells of one document whether it answers a question: nearness, order, runs, passages, products.

Looked at for the best documents by their words alone. All measures are shares of the question's weight, from 0 to 1.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

_ROUNDING = 1e-9

# Words further apart are no neighbours.
_FURTHEST = 4

# About two sentences, in words.
_WINDOW = 40

# A run of fewer words than this is no proof that the whole query is quoted.
_LEAST_EXACT = 3

PLACE_BITS = 16
"""A place of a word is one integer, which sorts several times faster than a tuple: its position, and in so many lower bits the
code of its payload."""

_CODE = (1 << PLACE_BITS) - 1

KINDS = ("title", "products", "pairs", "run", "exact", "window")
"""The kinds of evidence, what takes least time first."""


class Payload(NamedTuple):
    """What stands at a place: a concept by its number, the share of its worth, and how many words of the article that is."""

    number: int
    share: float
    words: int


class Asked:
    """What evidence is measured against: for each concept by its number its rarity and its weight, the numbers in the order of
    the question, and the payloads that places may have, by code.
    """

    def __init__(
        self, rarities: Sequence[float], weights: Sequence[float], sequence: Sequence[int], payloads: Mapping[int, Payload]
    ) -> None:
        self.rarities = rarities
        self.weights = weights
        self.sequence = sequence
        self.payloads = payloads
        self.rarity = sum(rarities) or 1.0
        self.weight = sum(weights) or 1.0
        self.in_sequence = sum([rarities[number] for number in sequence]) or 1.0
        self.worths = {code: found.share * rarities[found.number] for code, found in payloads.items()}
        # Of each two neighbours the lesser rarity. A word that is said twice makes a run, but is no neighbour of itself.
        self.neighbours = {
            (left, right): min(rarities[left], rarities[right]) if left != right else 0.0 for left, right in pairwise(sequence)
        }
        # Where in the question the right one of them stands.
        self.steps: dict[tuple[int, int], list[int]] = {}
        for step, pair in enumerate(pairwise(sequence), 1):
            self.steps.setdefault(pair, []).append(step)
        # How far one of them may begin before the other.
        self.reach = _FURTHEST + max([found.words for found in payloads.values()], default=1) - 1


class Zones(NamedTuple):
    """Where the title ends, and where the names of products begin and end."""

    title: int
    products: Sequence[Sequence[int]]


class Evidence:
    """How much of a question a document has in its title, in the names of its products, in neighbours, in one run, in one
    passage. Each kind is worked out when it is first asked for.

    `places` are those of the question's words, in rising order, with one payload for a concept at a position.
    """

    def __init__(self, asked: Asked, places: Sequence[int], zones: Zones) -> None:
        self._asked = asked
        self._places = places
        self._zones = zones

    @cached_property
    def title(self) -> float:
        """The share of the question in the title times the share of the title in the question."""
        end = self._zones.title
        asked = self._asked
        filled: set[int] = set()
        inside = self._inside(0, end)
        for place in inside:
            first = place >> PLACE_BITS
            filled.update(range(first, min(end, first + asked.payloads[place & _CODE].words)))
        return self._weight(inside, asked.rarities) / asked.rarity * len(filled) / end if inside else 0.0

    @cached_property
    def products(self) -> float:
        """The share in the names of the products."""
        inside = [place for start, end in self._zones.products for place in self._inside(start, end)]
        return self._weight(inside, self._asked.weights) / self._asked.weight

    @property
    def pairs(self) -> float:
        """The share in neighbours that are near here, too: 1/distance of the lesser of two words."""
        return self._near[0]

    @property
    def run(self) -> float:
        """The share of the heaviest run of the question's words."""
        return self._near[1]

    @property
    def exact(self) -> float:
        """1 where one run has the whole question, else 0."""
        return float(self._near[2] == len(self._asked.sequence) >= _LEAST_EXACT)

    @cached_property
    def window(self) -> float:
        """The share in the heaviest passage: distinct words, each by what of it stands there."""
        asked, places, payloads = self._asked, self._places, self._payloads
        counts = [0] * len(asked.weights)
        held = [0.0] * len(asked.weights)  # the share that each word is counted with while it is in the passage
        weight = best = 0.0
        most = sum([asked.weights[number] for number in {found.number for found in payloads}]) - _ROUNDING
        first = 0
        for place, (number, share, _) in zip(places, payloads, strict=True):
            begin = (place >> PLACE_BITS) - _WINDOW << PLACE_BITS
            while places[first] < begin:
                gone = payloads[first].number
                counts[gone] -= 1
                if not counts[gone]:
                    weight -= held[gone] * asked.weights[gone]
                    held[gone] = 0.0
                first += 1
            counts[number] += 1
            if share > held[number]:
                weight += (share - held[number]) * asked.weights[number]
                held[number] = share
                if weight > best:
                    best = weight
                    if best >= most:
                        break
        return best / asked.weight

    @cached_property
    def _near(self) -> tuple[float, float, int]:
        """The shares in neighbours and in the heaviest run, and how many words the longest run has."""
        asked, payloads = self._asked, self._payloads
        positions = [place >> PLACE_BITS for place in self._places]
        nearest: dict[tuple[int, int], float] = {}
        # Of a place that goes on with a run, by where in the question it is: the most weight of a run so far, and
        # the most words.
        runs: dict[int, dict[int, tuple[float, int]]] = {}
        worths = [asked.worths[place & _CODE] for place in self._places]
        heaviest = max(worths, default=0.0)
        longest = min(1, len(payloads))
        close = [at for at, (left, right) in enumerate(pairwise(positions), 1) if right - left <= asked.reach]
        for at in close:
            position, (number, share, _) = positions[at], payloads[at]
            before = at - 1
            while before >= 0 and position - positions[before] <= asked.reach:
                other = payloads[before]
                pair = other.number, number
                distance = position - positions[before] - other.words + 1
                if pair in asked.neighbours and 1 <= distance <= _FURTHEST:
                    nearest[pair] = max(min(share, other.share) / distance, nearest.get(pair, 0.0))
                    for step in asked.steps[pair] if distance == 1 else ():
                        weight, words = runs.get(before, {}).get(step - 1, (worths[before], 1))
                        weight, words = weight + worths[at], words + 1
                        own = runs.setdefault(at, {})
                        most = own.get(step, (0.0, 0))
                        own[step] = max(weight, most[0]), max(words, most[1])
                        heaviest, longest = max(heaviest, weight), max(longest, words)
                before -= 1
        pairs = sum([near * asked.neighbours[pair] for pair, near in nearest.items()])
        return pairs / asked.rarity, heaviest / asked.in_sequence, longest

    @cached_property
    def _payloads(self) -> list[Payload]:
        return [self._asked.payloads[place & _CODE] for place in self._places]

    def _inside(self, start: int, end: int) -> Sequence[int]:
        """The places within some bounds."""
        places = self._places
        return places[bisect_left(places, start << PLACE_BITS) : bisect_left(places, end << PLACE_BITS)]

    def _weight(self, places: Sequence[int], weights: Sequence[float]) -> float:
        """The weight of the words at some places, each by the most of it that stands there."""
        shares: dict[int, float] = {}
        for place in places:
            number, share, _ = self._asked.payloads[place & _CODE]
            if share > shares.get(number, 0.0):
                shares[number] = share
        return sum([share * weights[number] for number, share in shares.items()])
