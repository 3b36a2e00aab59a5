"""The postings of a shard while it is built, as arrays, and the order in which they are written."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

import numpy as np

from kbarchive.index.blocks import Block, Numbers, joined, sorted_by_term, starts_of, taken
from kbarchive.index.lexicon import Terms
from kbarchive.index.packing import Packed, packed

# So many postings are packed at once: some megabytes, which stay in the processor's cache.
_PART = 100_000


class InvertedPool:
    """Stands in for Whoosh's PostingPool: takes postings in the order of documents, and gives them by term."""

    def __init__(self) -> None:
        self._fields: dict[str, _Field] = {}

    def add(self, posting: tuple[str, bytes, int, float, bytes]) -> None:
        """Adds (field, term, document, count, positions), as SegmentWriter hands it to its pool: a value found whole."""
        field, term, document, _, _ = posting
        self.add_values(document, {field: (term,)})

    def add_values(self, document: int, values: Mapping[str, Iterable[bytes]]) -> None:
        """Adds the values of a document by field, each value of a field once."""
        for field, found in values.items():
            if field not in self._fields:
                self._fields[field] = _Field(Terms())
            self._fields[field].add_values(document, found)

    def add_text(self, field: str, terms: Terms, blocks: Iterable[Block]) -> None:
        """Adds all terms of the next documents of a text; `terms` has the numbers of them."""
        if field not in self._fields:
            self._fields[field] = _Field(terms)
        self._fields[field].blocks += (block for block in blocks if len(block.terms))

    def drop(self, documents: AbstractSet[int], kept: Mapping[str, AbstractSet[int]]) -> None:
        """Forgets the postings of documents, but for those `kept` in a field."""
        for name, field in self._fields.items():
            field.drop(documents - kept.get(name, frozenset()))

    def fields(self) -> list[str]:
        """The names of the fields that have terms, in order."""
        return sorted(name for name, field in self._fields.items() if field.sorted_terms())

    def terms(self, field: str) -> list[bytes]:
        """All terms of a field, in order."""
        return self._fields[field].sorted_terms() if field in self._fields else []

    def pop(self, field: str) -> Iterator[tuple[list[bytes], Packed]]:
        """The terms of a field in order with their posting lists, many at a time."""
        return self._fields.pop(field).parts()

    def iter_postings(self) -> InvertedPool:
        """What SegmentWriter passes on to `ShardFieldWriter.add_postings`: the pool itself, to be written in bulk."""
        return self

    def cleanup(self) -> None:
        self._fields.clear()


class _Field:
    """The postings of a field, either blocks of a text, or values."""

    def __init__(self, terms: Terms) -> None:
        self.blocks: list[Block] = []
        self._terms = terms
        self._documents = array("I")
        self._ends = array("I")
        self._values = array("I")
        self._sorted: list[bytes] | None = None

    def add_values(self, document: int, values: Iterable[bytes]) -> None:
        self._values.extend(map(self._terms.__getitem__, values))
        self._documents.append(document)
        self._ends.append(len(self._values))

    def drop(self, documents: AbstractSet[int]) -> None:
        gone = np.fromiter(documents, np.uint32, len(documents))
        self._end()
        self.blocks = [
            taken(block, np.flatnonzero(~np.isin(block.documents, gone)), starts_of(block.counts)) for block in self.blocks
        ]
        self._sorted = None

    def sorted_terms(self) -> list[bytes]:
        """The terms that some document has, in order."""
        if self._sorted is None:
            self._end()
            used = np.zeros(len(self._terms), bool)
            for block in self.blocks:
                used[block.terms] = True
            self._sorted = sorted(term for term, present in zip(self._terms, used.tolist(), strict=True) if present)
        return self._sorted

    def parts(self) -> Iterator[tuple[list[bytes], Packed]]:
        terms = self.sorted_terms()
        ranks = np.zeros(len(self._terms), np.uint32)
        ranks[np.fromiter(map(self._terms.__getitem__, terms), np.int64, len(terms))] = np.arange(len(terms), dtype=np.uint32)
        # One block after another is put in order, and then a part of each is taken at a time: never is all there twice.
        sizes = np.zeros(len(terms), np.int64)
        for number, block in enumerate(self.blocks):
            ranked = block._replace(terms=ranks[block.terms])
            self.blocks[number] = sorted_by_term(ranked)
            sizes += np.bincount(ranked.terms, minlength=len(terms))
        places = [np.append(starts_of(block.counts), len(block.places)) for block in self.blocks]
        for start, end in _cuts(sizes):
            bounds = (np.searchsorted(block.terms, (start, end)).tolist() for block in self.blocks)
            slices = [
                _slice(block, first, last, begins)
                for block, begins, (first, last) in zip(self.blocks, places, bounds, strict=True)
                if last > first
            ]
            yield terms[start:end], packed(sorted_by_term(joined(slices)))
        self.blocks = []

    def _end(self) -> None:
        """What was added as values becomes a block."""
        if self._values:
            number = len(self._values)
            ones, none = np.ones(number, np.uint32), np.zeros(0, np.uint32)
            ends = np.array(self._ends, np.int64)
            sizes = ends - np.append(0, ends[:-1])
            terms, documents = np.array(self._values, np.uint32), np.repeat(np.array(self._documents, np.uint32), sizes)
            self.blocks.append(Block(terms, documents, ones, np.zeros(number, np.uint8), none))
            del self._values[:], self._documents[:], self._ends[:]


def _slice(block: Block, first: int, last: int, begins: Numbers) -> Block:
    """The postings of a block from one to another; `begins` tells where the places of each begin."""
    terms, documents, counts, impacts = (column[first:last] for column in block[:4])
    return Block(terms, documents, counts, impacts, block.places[begins[first] : begins[last]])


def _cuts(sizes: Numbers) -> Iterator[tuple[int, int]]:
    """Terms in parts of not too many postings: the first term of each part, and the one behind it."""
    ends = np.cumsum(sizes)
    start = before = 0
    while start < len(sizes):
        end = max(start + 1, int(np.searchsorted(ends, before + _PART, "right")))
        yield start, end
        start, before = end, int(ends[end - 1])
