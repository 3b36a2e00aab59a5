"""Our posting lists inside Whoosh's index: inverted in memory, written by the term, read whole.

Whoosh's own way sorts a tuple for every posting and hands them on one by one, which takes two thirds of an index build.
Terms, columns and segments stay Whoosh's own, and its searcher can read what is written here. Whoosh is frozen at 2.7.4, so
that the internals used here stay as they are.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3TermInfo
from whoosh.columns import VarBytesColumn
from whoosh.matching import ListMatcher
from whoosh.system import pack_ushort

from kbarchive.index.postings import Postings, pack

RECORD = "record"
"""The column that holds the records."""


# The postings of a term while they are collected: for each document its number, the worth of the term in the upper byte above
# how often it stands there, and so many positions, if it has any. One array a term takes least room and time.
_COUNT_BITS = 24
_MOST = (1 << _COUNT_BITS) - 1


class InvertedPool:
    """Stands in for Whoosh's PostingPool: takes postings in the order of documents, and holds them by term."""

    def __init__(self) -> None:
        self._texts: dict[str, dict[bytes, array[int]]] = {}
        self._values: dict[str, dict[bytes, array[int]]] = {}

    def add(self, posting: tuple[str, bytes, int, float, bytes]) -> None:
        """Adds (field, term, document, count, positions), as SegmentWriter hands it to its pool: a value found whole."""
        field, term, document, _, _ = posting
        self._add_value(self._values.setdefault(field, {}), term, document)

    def add_values(self, document: int, values: Mapping[str, Iterable[bytes]]) -> None:
        """Adds the values of a document by field, each value of a field once."""
        for field, found in values.items():
            terms = self._values.setdefault(field, {})
            for term in found:
                self._add_value(terms, term, document)

    def add_text(self, field: str, document: int, postings: Iterable[tuple[bytes, int, list[int]]]) -> None:
        """Adds all terms of a text: each with what it is worth and its positions."""
        terms = self._texts.setdefault(field, {})
        for term, impact, places in postings:
            held = terms.get(term)
            if held is None:
                held = terms[term] = array("I")
            held.fromlist([document, impact << _COUNT_BITS | len(places), *places])

    def drop(self, documents: AbstractSet[int], kept: Mapping[str, AbstractSet[int]]) -> None:
        """Forgets the postings of documents, but for those `kept` in a field."""
        for fields, left in ((self._texts, _text_without), (self._values, _values_without)):
            for field, terms in fields.items():
                gone = documents - kept.get(field, frozenset())
                for term, held in list(terms.items()):
                    rest = left(held, gone)
                    if not rest:
                        del terms[term]
                    elif len(rest) < len(held):
                        terms[term] = rest

    def fields(self) -> list[str]:
        """The names of the fields, in order."""
        return sorted((*self._texts, *self._values))

    def pop(self, field: str) -> Iterator[tuple[bytes, Sequence[int], Sequence[int], bytes]]:
        """The terms of a field in order, each with its documents, how often it stands in each, and its bytes (see `pack`)."""
        values = self._values.pop(field, {})
        for term in sorted(values):
            documents = values[term]
            counts = array("I", (1,)) * len(documents)
            yield term, documents, counts, pack(documents, counts)
        texts = self._texts.pop(field, {})
        for term in sorted(texts):
            documents, counts, impacts, places = _columns(texts[term])
            yield term, documents, counts, pack(documents, counts, impacts, places)

    def terms(self, field: str) -> set[bytes]:
        """All terms of a field."""
        return set(self._texts.get(field, ())).union(self._values.get(field, ()))

    def iter_postings(self) -> InvertedPool:
        """What SegmentWriter passes on to `ShardFieldWriter.add_postings`: the pool itself, to be written in bulk."""
        return self

    def cleanup(self) -> None:
        self._texts.clear()
        self._values.clear()

    @staticmethod
    def _add_value(terms: dict[bytes, array[int]], term: bytes, document: int) -> None:
        held = terms.get(term)
        if held is None:
            terms[term] = array("I", (document,))
        else:
            held.append(document)


class ShardCodec(W3Codec):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's codec with our posting lists, and without the statistics that only its top-k pruning needs."""

    length_stats = False

    def field_writer(self, storage: Any, segment: Any) -> ShardFieldWriter:
        return ShardFieldWriter(self, storage, segment)

    def postings_reader(self, dbfile: Any, terminfo: Any, format_: Any, term: Any = None, scorer: Any = None) -> Any:
        offset, (length,) = terminfo.extent()  # Whoosh gives the length as the tuple that it was unpacked to
        postings = Postings(bytes(dbfile.get(offset, length)))
        values = [array("I", postings.positions(document)).tobytes() for document in postings.documents]
        return ListMatcher(
            list(postings.documents), list(postings.counts), values, format_, scorer=scorer, term=term, terminfo=terminfo
        )


class ShardFieldWriter(W3FieldWriter):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's writer of the terms, fed by the term."""

    def add_postings(self, schema: Any, lengths: None, items: InvertedPool) -> None:
        del lengths
        offset = self._postfile.tell()
        for field in items.fields():
            self.start_field(field, schema[field])
            prefix = pack_ushort(self._fieldid)
            for term, documents, counts, data in items.pop(field):
                self._postfile.write(data)
                self._tindex.add(prefix + term, _term_info(documents, counts, offset, len(data)).to_bytes())
                offset += len(data)
            self.finish_field()


def empty_records(storage: Any, segment: Any, documents: Collection[int]) -> None:
    """Writes the column of records of a finished segment anew, without those of some documents."""
    name = W3Codec.column_filename(segment, RECORD)
    column = VarBytesColumn()
    number = segment.doc_count_all()
    old, new = storage.open_file(name), storage.create_file(f"{name}.new")
    reader, writer = column.reader(old, 0, storage.file_length(name), number), column.writer(new)
    for document in range(number):
        writer.add(document, b"" if document in documents else bytes(reader[document]))
    writer.finish(number)
    new.close()
    old.close()
    storage.rename_file(f"{name}.new", name, safe=False)


def _columns(held: array[int]) -> tuple[array[int], array[int], bytes, bytes]:
    """The postings of a term as `pack` wants them: documents, counts, worths, and the positions of all."""
    documents, counts, impacts, parts = array("I"), array("I"), bytearray(), []
    data = _little_endian(held)
    for at, document, impact, count in _postings(held):
        documents.append(document)
        counts.append(count)
        impacts.append(impact)
        parts.append(data[4 * at : 4 * (at + count)])
    return documents, counts, bytes(impacts), b"".join(parts)


def _postings(held: array[int]) -> Iterator[tuple[int, int, int, int]]:
    """Of each posting where its positions begin, its document, the worth of the term and how often it stands there."""
    at, end = 0, len(held)
    while at < end:
        count = held[at + 1] & _MOST
        yield at + 2, held[at], held[at + 1] >> _COUNT_BITS, count
        at += 2 + count


def _text_without(held: array[int], gone: AbstractSet[int]) -> array[int]:
    """The postings of a text without those of some documents."""
    if gone.isdisjoint(document for _, document, _, _ in _postings(held)):
        return held
    rest = array("I")
    for at, document, _, count in _postings(held):
        if document not in gone:
            rest.extend(held[at - 2 : at + count])
    return rest


def _values_without(held: array[int], gone: AbstractSet[int]) -> array[int]:
    """The documents of a value without some."""
    return held if gone.isdisjoint(held) else array("I", [document for document in held if document not in gone])


def _little_endian(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers = array("I", numbers)
        numbers.byteswap()
    return numbers.tobytes()


def _term_info(documents: Sequence[int], counts: Sequence[int], offset: int, length: int) -> Any:
    info = W3TermInfo(weight=sum(counts), df=len(documents), maxweight=max(counts), minid=documents[0], maxid=documents[-1])
    info.set_extent(offset, length)
    return info
