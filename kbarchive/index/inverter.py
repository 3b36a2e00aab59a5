"""From articles to their postings, hundreds of articles at a time: every term with its positions and what it is worth there.

The worth of a term in a document is that of BM25F: how often it stands in each zone, weighed by the zone and its length,
summed over the zones, and only then saturated (Robertson, Zaragoza, Taylor: Simple BM25 extension to multiple weighted
fields, CIKM 2004). The weights are part of the index, so that a search has one byte to read for a term in a document.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kbarchive.index.blocks import Block, Numbers, changes, order_of, saturated, starts_of, stretches
from kbarchive.index.lexicon import Lexicon
from kbarchive.index.naming import Names
from kbarchive.index.zones import GAP, MOST_POSITIONS, WORTHS, ZONES, Piece

# So many texts between blanks are inverted at once, of some 300 articles: arrays that stay in the processor's cache. Half
# as many take as long each, twenty times as many twice as long.
_BATCH = 100_000

_ZONE_NUMBERS = {zone: number for number, zone in enumerate(ZONES)}
_NONE = len(ZONES)
# CODE is never a zone of its own.
_WORTHS = np.array([WORTHS.get(zone, (0.0, 0.0, 1.0)) for zone in ZONES])


class Layout(NamedTuple):
    """The zones of one document: their numbers, and where each begins and ends, one pair after another."""

    zones: bytes
    places: Sequence[int]


class Inverted(NamedTuple):
    """Some documents: their postings, and of each its zones and the number of its words."""

    blocks: tuple[Block, ...]
    layouts: list[Layout]
    words: list[int]


class _Parts(NamedTuple):
    """The parts of documents that are each of one zone, an entry each."""

    documents: Numbers
    zones: Numbers
    within: Numbers
    ends: Numbers


class Inverter:
    """Inverts the documents of one shard, which are numbered from 0."""

    def __init__(self) -> None:
        self.lexicon = Lexicon()
        self._names = Names(self.lexicon.terms)
        self._documents = 0
        self._begun = 0
        self._texts = array("I")
        self._parts = array("I")

    @property
    def full(self) -> bool:
        """Whether there is enough for one batch."""
        return len(self._texts) >= _BATCH

    def add(self, pieces: Iterable[Piece]) -> None:
        """Adds the next document, whose text comes in pieces, those of one zone side by side."""
        room = MOST_POSITIONS
        for zone, within, text in _joined(pieces):
            # A word takes two characters, with what parts it from the next.
            room -= GAP + len(text) // 2 + 1
            if room < 0:
                break
            self._texts.extend(map(self.lexicon.__getitem__, text.split()))
            self._parts.extend((self._documents - self._begun, zone, within, len(self._texts)))
        self._documents += 1

    def invert(self) -> Inverted:
        """The documents that were added since the last time."""
        begun, number = self._begun, self._documents - self._begun
        table = self.lexicon.table()
        texts = np.array(self._texts, np.uint32)
        parts = _Parts(*np.array(self._parts, np.uint32).reshape(-1, 4).T)
        self._begun = self._documents
        del self._texts[:], self._parts[:]
        self.lexicon.trim()

        # Words are counted through the batch; `shift` leads from there to positions in the document.
        words = table.words[texts]
        before = np.append(0, np.cumsum(words, dtype=np.int64))
        ends = before[parts.ends]
        starts = np.append(0, ends)[:-1]
        first = changes(parts.documents, parts.zones)
        zones = _Zones(parts, first, starts, ends, number)
        part_of_text = np.repeat(np.arange(len(ends)), np.diff(parts.ends, prepend=np.uint32(0)))
        zone_of_text = zones.of_parts[part_of_text]

        sizes = table.sizes[texts]
        entries = stretches(table.starts[texts], sizes)
        terms = table.terms[entries]
        places = (np.repeat(before[:-1] + zones.shifts[zone_of_text], sizes) + table.places[entries]).astype(np.uint32)
        zone = np.repeat(zone_of_text, sizes).astype(np.uint32)
        order = order_of(terms)
        block, weights = _weighed(terms[order], places[order], zone[order], zones)
        named = self._names.block(block, weights, terms, places, zones.documents[zone])
        blocks = tuple(found._replace(documents=found.documents + np.uint32(begun)) for found in (block, named))
        return Inverted(blocks, zones.bounds(parts, starts, ends), zones.words.tolist())


class _Zones:
    """The zones of the documents of a batch: of each its document, and what leads from words to positions."""

    def __init__(self, parts: _Parts, first: Numbers, starts: Numbers, ends: Numbers, number: int) -> None:
        self._number = number
        self.documents = parts.documents[first]
        self._zones = parts.zones[first]
        self.of_parts = np.repeat(np.arange(len(first)), np.diff(first, append=len(ends)))
        self._starts = starts[first]
        self._ends = ends[np.append(first, len(ends))[1:] - 1]
        lengths = self._ends - self._starts
        weight, b, pivot = _WORTHS[self._zones].T
        self.weights = weight / (1 - b + b * lengths / pivot)
        # A gap behind each zone that has words; both start anew with each document.
        gaps = starts_of(lengths > 0) * GAP
        of_document = np.repeat(changes(self.documents), np.diff(changes(self.documents), append=len(first)))
        self.shifts = gaps - gaps[of_document] - self._starts[of_document]
        self.words = np.bincount(self.documents, lengths, number).astype(np.int64)

    def bounds(self, parts: _Parts, starts: Numbers, ends: Numbers) -> list[Layout]:
        """Of each document the bounds of its zones, those that lie within one before it."""
        filled = np.flatnonzero(self._ends > self._starts)
        within = np.flatnonzero((parts.within != _NONE) & (ends > starts))
        outer = self.of_parts[within]
        order = np.argsort(np.concatenate((outer * 2, filled * 2 + 1)), kind="stable")
        zones = np.concatenate((parts.within[within], self._zones[filled]))[order].astype(np.uint8)
        first = np.concatenate((starts[within] + self.shifts[outer], self._starts[filled] + self.shifts[filled]))[order]
        last = np.concatenate((ends[within] + self.shifts[outer], self._ends[filled] + self.shifts[filled]))[order]
        places = np.column_stack((first, last)).ravel().tolist()
        documents = np.concatenate((self.documents[outer], self.documents[filled]))
        cuts = np.cumsum(np.bincount(documents, minlength=self._number)).tolist()
        encoded = zones.tobytes()
        return [Layout(encoded[a:b], places[2 * a : 2 * b]) for a, b in zip([0, *cuts], cuts, strict=False)]


def _weighed(terms: Numbers, places: Numbers, zone: Numbers, zones: _Zones) -> tuple[Block, NDArray[np.float64]]:
    """The postings of entries that are sorted by term, and within it by place; and the weight of each, not yet saturated."""
    first = changes(terms, zone)
    counts = np.diff(first, append=len(terms))
    zone, terms = zone[first], terms[first]
    documents = zones.documents[zone]
    posting = changes(terms, documents)
    if not len(posting):
        return Block(terms, documents, terms, terms.astype(np.uint8), places), np.zeros(0)
    weights = np.add.reduceat(zones.weights[zone] * counts, posting)
    totals = np.add.reduceat(counts, posting).astype(np.uint32)
    return Block(terms[posting], documents[posting], totals, saturated(weights), places), weights


def _joined(pieces: Iterable[Piece]) -> Iterator[tuple[int, int, str]]:
    """The pieces by the numbers of their zones; those side by side that have no bounds of their own are one."""
    texts: list[str] = []
    before = ""
    for zone, text, within in pieces:
        if texts and (within or zone != before):
            yield _ZONE_NUMBERS[before], _NONE, "\n".join(texts)
            texts.clear()
        if within:
            yield _ZONE_NUMBERS[zone], _ZONE_NUMBERS[within], text
        else:
            texts.append(text)
            before = zone
    if texts:
        yield _ZONE_NUMBERS[before], _NONE, "\n".join(texts)
