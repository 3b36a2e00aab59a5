"""Where the words of a question stand in a document, as the index tells it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from kbarchive.index.postings import Postings
from kbarchive.index.reader import IndexReader, ShardReader
from kbarchive.index.values import TEXT
from kbarchive.index.zones import ZONES
from kbarchive.search.concepts import Concept, Question
from kbarchive.search.evidence import PLACE_BITS, Asked, Evidence, Payload, Zones
from kbarchive.search.remembering import Remembered
from kbarchive.search.settings import Settings

# How many bytes of posting lists a long-lived index keeps open.
_KEPT_BYTES = 56_000_000
_NO_LIST_BYTES = 500

# The code of a payload is the number of the concept and, below, one of its own: of several at a position the highest counts. A
# question has fewer concepts than 2 ** 8 (`units.MOST_WORDS`); what else one may be called is cut to as many.
_NUMBER_BITS = 8
_MOST_OTHERS = (1 << _NUMBER_BITS) - 2

_TITLE = ZONES.index("title")
_CITED = ZONES.index("cited")
_PRODUCTS = bytes((ZONES.index("products"), ZONES.index("applies_to")))


class _Lookup(NamedTuple):
    """One way to find a concept in a shard, and the code of its payload; `by_form` has one for each number of a form, where
    that counts.
    """

    postings: Postings
    code: int
    by_form: Sequence[int] | None


class Examiner:
    """Examines documents by the positions in the index."""

    def __init__(self, reader: IndexReader, settings: Settings) -> None:
        self._reader = reader
        self._inflected = settings.inflected
        self._kept: Remembered[tuple[int, bytes], Postings | None] = Remembered(_KEPT_BYTES, _size)

    def examination(self, question: Question) -> Callable[[int], Evidence]:
        """Gives the evidence of a document. The titles of articles that it cites are none: they speak of those."""
        asked = Asked(
            # Words that only ask tell little, but in a run or a title that is as it was typed as much as any other.
            rarities=[concept.rarity for concept in question.concepts],
            weights=[concept.weight for concept in question.concepts],
            sequence=question.sequence,
            payloads=dict(self._payloads(question.concepts)),
        )
        lookups: dict[int, list[list[_Lookup]]] = {}

        def examine(document: int) -> Evidence:
            shard = self._reader.shard(document)
            if shard.base not in lookups:
                lookups[shard.base] = [list(self._lookups(shard, *item)) for item in enumerate(question.concepts)]
            own = document - shard.base
            places = _places(lookups[shard.base], own)
            zones, bounds = shard.layout.packed(own)
            cited = zones.find(_CITED)
            if cited >= 0:
                del places[bisect_left(places, bounds[2 * cited] << PLACE_BITS) :]
            title = bounds[2 * zones.index(_TITLE) + 1] if _TITLE in zones else 0
            products = [bounds[2 * at : 2 * at + 2] for at, zone in enumerate(zones) if zone in _PRODUCTS]
            return Evidence(asked, places, Zones(title, products))

        return examine

    def _payloads(self, concepts: Sequence[Concept]) -> Iterator[tuple[int, Payload]]:
        """The payloads of concepts by code: what else one is called, the best last; its word in some form, and as it is."""
        for number, concept in enumerate(concepts):
            first, *others = concept.alternatives
            payloads = [(other.share, other.words) for other in reversed(others[:_MOST_OTHERS])]
            payloads += [(self._inflected, first.words), (1.0, first.words)]
            yield from ((number << _NUMBER_BITS | code, Payload(number, *payload)) for code, payload in enumerate(payloads))

    def _lookups(self, shard: ShardReader, number: int, concept: Concept) -> Iterator[_Lookup]:
        """The ways to find a concept, with the codes of `_payloads`."""
        first, *others = concept.alternatives
        code = number << _NUMBER_BITS
        for other in reversed(others[:_MOST_OTHERS]):
            if postings := self._postings(shard, other.term):
                yield _Lookup(postings, code, None)
            code += 1
        if postings := self._postings(shard, first.term):
            # Also where a shard has no other form but parts: what a document is worth does not depend on its shard.
            by_form = [code] * 256
            own = 0 if concept.form == first.term else None
            form = shard.forms.numbers(first.term).get(concept.form, own)
            if form is not None:
                by_form[form] = code + 1
            yield _Lookup(postings, code, by_form)

    def _postings(self, shard: ShardReader, term: bytes) -> Postings | None:
        return self._kept.recall((shard.base, term), lambda: shard.postings(TEXT, term))


def _size(postings: Postings | None) -> int:
    """About how many bytes of memory a list takes; also that a shard has none is kept."""
    return _NO_LIST_BYTES + (postings.size if postings else 0)


def _places(lookups: Sequence[Sequence[_Lookup]], document: int) -> list[int]:
    """Where the concepts stand in a document, as `Evidence` takes it."""
    found: list[int] = []
    several = False
    for ways in lookups:
        before = len(found)
        for postings, code, by_form in ways:
            places, forms = postings.places(document)
            if not places:
                continue
            several = several or len(found) > before
            if by_form is None:
                found += [place << PLACE_BITS | code for place in places]
            else:
                found += [place << PLACE_BITS | by_form[form] for place, form in zip(places, forms, strict=True)]
    found.sort()
    if several:
        # What comes next is of the same position and concept where only the payload differs.
        after = [place >> _NUMBER_BITS for place in (*found[1:], -1)]
        found = [place for place, following in zip(found, after, strict=True) if place >> _NUMBER_BITS != following]
    return found
