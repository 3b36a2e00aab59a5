"""Our posting lists inside Whoosh's index: inverted in memory, written by the term, read whole.

Whoosh's own way sorts a tuple for every posting and hands them on one by one, which takes two thirds of an index build.
Terms, columns and segments stay Whoosh's own, and its searcher can read what is written here. Whoosh is frozen at 2.7.4, so
that the internals used here stay as they are.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3TermInfo
from whoosh.columns import VarBytesColumn
from whoosh.matching import ListMatcher
from whoosh.system import pack_ushort

from kbarchive.index.postings import Postings, pack

# A posting: (field, term, document, count, positions), as SegmentWriter hands it to its pool.
_Posting = tuple[str, bytes, int, float, bytes]

RECORD = "record"
"""The column that holds the records."""

# Most terms stand in one document: for those a triple is kept, for others growing arrays.
_Single = tuple[int, int, bytes]
_Several = list[Any]


class InvertedPool:
    """Stands in for Whoosh's PostingPool: takes postings in the order of documents, and holds them by term."""

    def __init__(self) -> None:
        self.fields: dict[str, dict[bytes, _Single | _Several]] = {}

    def add(self, posting: _Posting) -> None:
        field, term, document, weight, value = posting
        terms = self.fields.get(field)
        if terms is None:
            terms = self.fields[field] = {}
        held = terms.get(term)
        if held is None:
            terms[term] = (document, int(weight), value)
        elif isinstance(held, list):
            documents, counts, values = held
            documents.append(document)
            counts.append(int(weight))
            values += value
        else:
            documents = array("I", (held[0], document))
            terms[term] = [documents, array("I", (held[1], int(weight))), bytearray(held[2] + value)]

    def drop(self, documents: AbstractSet[int], kept: Mapping[str, AbstractSet[int]]) -> dict[str, int]:
        """Forgets the postings of documents, but for those `kept` in a field; returns how much shorter each field is."""
        lost: dict[str, int] = {}
        for field, terms in self.fields.items():
            gone = documents - kept.get(field, frozenset())
            for term, held in list(terms.items()):
                if isinstance(held, tuple):
                    if held[0] in gone:
                        del terms[term]
                        lost[field] = lost.get(field, 0) + held[1]
                elif not gone.isdisjoint(held[0]):
                    rest, length = _without(held, gone)
                    lost[field] = lost.get(field, 0) + length
                    if rest[0]:
                        terms[term] = rest
                    else:
                        del terms[term]
        return lost

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
                positions = array("I")
                if isinstance(held, list):
                    documents, counts, values = held
                    positions.frombytes(bytes(values))
                else:
                    documents, counts = held[:1], held[1:2]
                    positions.frombytes(held[2])
                data = pack(documents, counts, positions)
                self._postfile.write(data)
                self._tindex.add(prefix + term, _term_info(documents, counts, offset, len(data)).to_bytes())
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


def _without(held: _Several, gone: AbstractSet[int]) -> tuple[_Several, int]:
    """Postings without those of some documents, and the sum of the counts that are left out."""
    documents, counts, values = held
    size = len(values) // sum(counts)  # of one position; 0 where there are none
    rest: _Several = [array("I"), array("I"), bytearray()]
    length = end = 0
    for document, count in zip(documents, counts, strict=True):
        start, end = end, end + count * size
        if document in gone:
            length += count
        else:
            rest[0].append(document)
            rest[1].append(count)
            rest[2] += values[start:end]
    return rest, length


def _term_info(documents: Any, counts: Any, offset: int, length: int) -> Any:
    info = W3TermInfo(weight=sum(counts), df=len(documents), maxweight=max(counts), minid=documents[0], maxid=documents[-1])
    info.set_extent(offset, length)
    return info
