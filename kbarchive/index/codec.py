"""Our dictionary and posting lists as a codec of Whoosh: inverted in memory, written by the term, read whole.

Whoosh's own way sorts a tuple for every posting and hands them on one by one, which takes two thirds of an index build.
Its searcher can read what is written here. Whoosh is frozen at 2.7.4, so that the internals used here stay as they are.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from whoosh.codec.base import FieldWriter, TermsReader
from whoosh.codec.whoosh3 import W3Codec
from whoosh.matching import ListMatcher
from whoosh.reading import TermInfo, TermNotFound

from kbarchive.index.dictionary import Dictionary, DictionaryWriter
from kbarchive.index.files import POSTINGS, OpenFile
from kbarchive.index.postings import Postings

if TYPE_CHECKING:
    from kbarchive.index.pool import InvertedPool


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
            for terms, lists in items.pop(field):
                self._postings.write(lists.data)
                self._dictionary.add(terms, lists.lengths.tolist())

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
