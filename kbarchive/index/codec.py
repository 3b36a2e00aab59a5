"""Our posting lists inside Whoosh's index: inverted in memory, written by the term, read whole.

Whoosh's own way sorts a tuple for every posting and hands them on one by one, which takes two thirds of an index build.
Terms, columns and segments stay Whoosh's own, and its searcher can read what is written here. Whoosh is frozen at 2.7.4, so
that the internals used here stay as they are.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3TermInfo
from whoosh.columns import VarBytesColumn
from whoosh.matching import ListMatcher
from whoosh.system import pack_ushort

from kbarchive.index.postings import Postings, pack

RECORD = "record"
"""The column that holds the records."""


class Held(NamedTuple):
    """The postings of one term: documents, counts, worths, and the positions of all, four bytes each."""

    documents: array[int]
    counts: array[int]
    impacts: bytearray
    places: bytearray


# Most terms stand in one document; for those a plain tuple is kept.
_Single = tuple[int, int, int, bytes]


class InvertedPool:
    """Stands in for Whoosh's PostingPool: takes postings in the order of documents, and holds them by term."""

    def __init__(self) -> None:
        self.fields: dict[str, dict[bytes, _Single | Held]] = {}

    def add(self, posting: tuple[str, bytes, int, float, bytes]) -> None:
        """Adds (field, term, document, count, positions), as SegmentWriter hands it to its pool: a value found whole."""
        field, term, document, count, places = posting
        self.add_term(self.fields.setdefault(field, {}), term, document, int(count), 0, places)

    def add_text(self, field: str, document: int, postings: Iterable[tuple[bytes, int, array[int]]]) -> None:
        """Adds all terms of a text: each with what it is worth and its positions."""
        terms = self.fields.setdefault(field, {})
        for term, impact, places in postings:
            self.add_term(terms, term, document, len(places), impact, _little_endian(places).tobytes())

    @staticmethod
    def add_term(
        terms: dict[bytes, _Single | Held], term: bytes, document: int, count: int, impact: int, places: bytes
    ) -> None:
        held = terms.get(term)
        if held is None:
            terms[term] = (document, count, impact, places)
            return
        if not isinstance(held, Held):
            first, first_count, first_impact, first_places = held
            held = terms[term] = Held(
                array("I", (first,)), array("I", (first_count,)), bytearray((first_impact,)), bytearray(first_places)
            )
        held.documents.append(document)
        held.counts.append(count)
        held.impacts.append(impact)
        held.places.extend(places)

    def drop(self, documents: AbstractSet[int], kept: Mapping[str, AbstractSet[int]]) -> None:
        """Forgets the postings of documents, but for those `kept` in a field."""
        for field, terms in self.fields.items():
            gone = documents - kept.get(field, frozenset())
            for term, held in list(terms.items()):
                if not isinstance(held, Held):
                    if held[0] in gone:
                        del terms[term]
                elif not gone.isdisjoint(held.documents):
                    rest = _without(held, gone)
                    if rest.documents:
                        terms[term] = rest
                    else:
                        del terms[term]

    def terms(self, fields: Iterable[str]) -> set[bytes]:
        """All terms of some fields."""
        return set().union(*(self.fields.get(field, ()) for field in fields))

    def iter_postings(self) -> InvertedPool:
        """What SegmentWriter passes on to `ShardFieldWriter.add_postings`: the pool itself, to be written in bulk."""
        return self

    def cleanup(self) -> None:
        self.fields.clear()


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
        for field in sorted(items.fields):
            self.start_field(field, schema[field])
            prefix = pack_ushort(self._fieldid)
            terms = items.fields[field]
            for term in sorted(terms):
                held = terms[term]
                if isinstance(held, Held):
                    data = pack(held.documents, held.counts, bytes(held.impacts), bytes(held.places))
                    info = _term_info(held.documents, held.counts, offset, len(data))
                else:
                    document, count, impact, places = held
                    data = pack((document,), (count,), bytes((impact,)), places)
                    info = _term_info((document,), (count,), offset, len(data))
                self._postfile.write(data)
                self._tindex.add(prefix + term, info.to_bytes())
                offset += len(data)
            self.finish_field()
            terms.clear()


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


def _without(held: Held, gone: AbstractSet[int]) -> Held:
    """Postings without those of some documents."""
    size = len(held.places) // sum(held.counts)  # of one position; 0 where there are none
    rest = Held(array("I"), array("I"), bytearray(), bytearray())
    end = 0
    for document, count, impact in zip(held.documents, held.counts, held.impacts, strict=True):
        start, end = end, end + count * size
        if document not in gone:
            rest.documents.append(document)
            rest.counts.append(count)
            rest.impacts.append(impact)
            rest.places.extend(held.places[start:end])
    return rest


def _little_endian(places: array[int]) -> array[int]:
    if sys.byteorder == "big":
        places.byteswap()
    return places


def _term_info(documents: Sequence[int], counts: Sequence[int], offset: int, length: int) -> Any:
    info = W3TermInfo(weight=sum(counts), df=len(documents), maxweight=max(counts), minid=documents[0], maxid=documents[-1])
    info.set_extent(offset, length)
    return info
