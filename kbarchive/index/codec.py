"""Our dictionary and posting lists as a codec of Whoosh: inverted in memory, written by the term, read whole.

Whoosh's own way sorts a tuple for every posting and hands them on one by one, which takes two thirds of an index build.
Its searcher can read what is written here. Whoosh is frozen at 2.7.4, so that the internals used here stay as they are.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from whoosh.codec.base import FieldWriter, TermsReader
from whoosh.codec.whoosh3 import W3Codec
from whoosh.matching import ListMatcher
from whoosh.reading import TermInfo, TermNotFound

from kbarchive.index.dictionary import Dictionary, DictionaryWriter
from kbarchive.index.files import POSTINGS, OpenFile
from kbarchive.index.postings import Postings, pack

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

    def pop(self, field: str) -> Iterator[tuple[bytes, bytes]]:
        """The terms of a field in order, each with the bytes of its posting list (see `pack`)."""
        values = self._values.pop(field, {})
        for term in sorted(values):
            documents = values[term]
            yield term, pack(documents, array("I", (1,)) * len(documents))
        texts = self._texts.pop(field, {})
        for term in sorted(texts):
            yield term, pack(*_columns(texts[term]))

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
    """Whoosh's codec with our dictionary and posting lists, and without the statistics that only its top-k pruning needs."""

    length_stats = False

    def field_writer(self, storage: Any, segment: Any) -> ShardFieldWriter:
        del segment
        return ShardFieldWriter(storage)

    def terms_reader(self, storage: Any, segment: Any) -> ShardTermsReader:
        del segment
        return ShardTermsReader(storage)


class ShardFieldWriter(FieldWriter):  # type: ignore[misc]  # Whoosh has no types
    """Writes the dictionary and the posting lists, fed by the term."""

    def __init__(self, storage: Any) -> None:
        self._dictionary = DictionaryWriter(storage)
        self._postings = storage.create_file(POSTINGS)
        self.is_closed = False

    def add_postings(self, schema: Any, lengths: None, items: InvertedPool) -> None:
        del schema, lengths
        for field in items.fields():
            self._dictionary.start_field(field)
            for term, data in items.pop(field):
                self._postings.write(data)
                self._dictionary.add(term, len(data))

    def close(self) -> None:
        self._dictionary.close()
        self._postings.close()
        self.is_closed = True


class ShardTermsReader(TermsReader):  # type: ignore[misc]  # Whoosh has no types
    """A shard as Whoosh's own searcher asks for it. kbarchive reads the same files without Whoosh (`index.reader`)."""

    def __init__(self, storage: Any) -> None:
        self._dictionary = Dictionary(storage)
        self._postings = OpenFile(storage, POSTINGS)

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._dictionary.find(*term) is not None

    def indexed_field_names(self) -> list[str]:
        return self._dictionary.fields

    def terms(self) -> Iterator[tuple[str, bytes]]:
        return (term for field in self._dictionary.fields for term in self.terms_from(field, b""))

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        return ((fieldname, term) for term, _ in self._dictionary.terms(fieldname, prefix))

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        postings = self._find(fieldname, text)
        counts, documents = postings.counts, postings.documents
        return TermInfo(weight=sum(counts), df=len(documents), maxweight=max(counts), minid=documents[0], maxid=documents[-1])

    def frequency(self, fieldname: str, text: bytes) -> int:
        return sum(self._find(fieldname, text).counts)

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        return len(self._find(fieldname, text).documents)

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> ListMatcher:
        postings = self._find(fieldname, text)
        values = [array("I", postings.positions(document)).tobytes() for document in postings.documents]
        return ListMatcher(
            list(postings.documents),
            list(postings.counts),
            values,
            format_,
            scorer=scorer,
            term=(fieldname, text),
            terminfo=self.term_info(fieldname, text),
        )

    def close(self) -> None:
        self._dictionary.close()
        self._postings.close()

    def _find(self, field: str, term: bytes) -> Postings:
        place = self._dictionary.find(field, term)
        if place is None:
            raise TermNotFound(f"no term {term!r} in {field}")
        return Postings(self._postings.get(place.offset, place.length))


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
