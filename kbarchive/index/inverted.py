"""The postings of a shard, inverted in memory and written in bulk.

Whoosh's own way sorts a tuple for every posting and hands them on one by one; it takes two thirds of an index build.
What is written is Whoosh's own format, and Whoosh's own code reads it. Whoosh is frozen at 2.7.4, so that its internals,
which `ShardFieldWriter` uses, stay as they are.
"""

from __future__ import annotations

from array import array
from typing import Any

from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter

# A posting: (field, term, document, weight, value), as SegmentWriter hands it to its pool.
_Posting = tuple[str, bytes, int, float, bytes]

# Most terms stand in one document: for those a pair is kept, for others arrays.
_Single = tuple[int, bytes]
_Several = tuple["array[int]", "array[int]", bytearray]

# zlib takes more time to start than it saves on less than this many postings.
_LEAST_COMPRESSED = 8


class InvertedPool:
    """Stands in for Whoosh's PostingPool: takes postings in the order of documents, and holds them by term."""

    def __init__(self) -> None:
        self.fields: dict[str, dict[bytes, _Single | _Several]] = {}

    def add(self, posting: _Posting) -> None:
        field, term, document, _, value = posting
        terms = self.fields.get(field)
        if terms is None:
            terms = self.fields[field] = {}
        held = terms.get(term)
        if held is None:
            terms[term] = (document, value)
        elif len(held) == 3:
            documents, sizes, values = held
            documents.append(document)
            sizes.append(len(value))
            values += value
        else:
            first, first_value = held
            sizes = array("I", (len(first_value), len(value)))
            terms[term] = (array("I", (first, document)), sizes, bytearray(first_value + value))

    def iter_postings(self) -> InvertedPool:
        """What SegmentWriter passes on to `ShardFieldWriter.add_postings`: the pool itself, to be written in bulk."""
        return self

    def cleanup(self) -> None:
        self.fields.clear()


class ShardCodec(W3Codec):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's codec, without the shortest and longest field in every block, which only its top-k pruning needs."""

    length_stats = False

    def __init__(self) -> None:
        super().__init__(blocklimit=128, compression=1)

    def field_writer(self, storage: Any, segment: Any) -> ShardFieldWriter:
        return ShardFieldWriter(self, storage, segment)


class ShardFieldWriter(W3FieldWriter):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's writer of terms and postings, fed by the term."""

    def add_postings(self, schema: Any, lengths: None, items: InvertedPool) -> None:
        del lengths
        limit, compression = self._codec._blocklimit, self._codec._compression
        for field in sorted(items.fields):
            fieldobj = schema[field]
            self.start_field(field, fieldobj)
            writer = self._postwriter
            frequency = fieldobj.frequency
            terms = items.fields[field]
            for term in sorted(terms):
                documents, weights, values = _lists(terms[term], frequency)
                writer._compression = compression if len(documents) >= _LEAST_COMPRESSED else 0
                self.start_term(term)
                for start in range(0, len(documents), limit):
                    stop = start + limit
                    writer._ids = documents[start:stop]
                    writer._weights = weights[start:stop]
                    writer._values = values[start:stop]
                    writer._maxweight = max(writer._weights)
                    if stop < len(documents):
                        writer._write_block()
                self.finish_term()
            self.finish_field()
            terms.clear()


def _lists(held: _Single | _Several, frequency: Any) -> tuple[array[int], array[float], list[bytes]]:
    if len(held) == 2:
        document, value = held
        return array("I", (document,)), array("f", (frequency(len(value)),)), [value]
    documents, sizes, joined = held
    values = []
    start = 0
    content = bytes(joined)
    for size in sizes:
        values.append(content[start : start + size])
        start += size
    return documents, array("f", map(frequency, sizes)), values
