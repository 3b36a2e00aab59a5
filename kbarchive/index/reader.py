"""Reads an index: postings, positions, columns and records over all its shards.

Documents are numbered through the shards: a shard's own numbers, plus its `base`.
"""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain, compress
from pathlib import Path

from kbarchive.article import Article
from kbarchive.errors import KbArchiveError, SearchIndexError
from kbarchive.index import forms, records, thesaurus, vocabulary
from kbarchive.index.columns import Columns, Facet
from kbarchive.index.dictionary import Dictionary
from kbarchive.index.facets import DATE
from kbarchive.index.fates import ALIKE, DROPPED, GONE, PASSED_OVER
from kbarchive.index.files import COLUMNS, FATES, KEYS, POSTINGS, RECORDS, DamagedFileError, Folder, OpenFile, Storage
from kbarchive.index.layout import Layout
from kbarchive.index.postings import Postings
from kbarchive.index.rows import Rows
from kbarchive.index.store import Generation, Metadata, current_generation, damaged
from kbarchive.index.zones import ZONES

# How many counts a long-lived reader remembers: the same words are spelled, and the same articles found, again and again.
_KEPT_COUNTS = 50_000


class ShardReader:
    """One shard. Documents are numbered from 0 here."""

    def __init__(self, storage: Storage, base: int) -> None:
        # All files are opened now: a later build may remove them while this reader goes on.
        self._dictionary = Dictionary(storage)
        self._postings = OpenFile(storage, POSTINGS)
        self._keys = Rows(storage, KEYS)
        self._records = Rows(storage, RECORDS)
        self._vocabulary = vocabulary.open_file(storage)
        self._forms = forms.open_file(storage)
        self._thesaurus = thesaurus.open_file(storage)
        self.layout = Layout(storage)
        self.columns = Columns(storage, COLUMNS)
        self.fates = Columns(storage, FATES)
        self._bounds: dict[tuple[str, ...], dict[int, list[tuple[int, int]]]] = {}
        self.base = base
        self.documents = len(self._records)
        self.deleted = frozenset(self.fates.numbers(DROPPED))
        self.gone = frozenset(self.fates.numbers(GONE))
        self.passed_over = frozenset(self.fates.numbers(PASSED_OVER))

    def close(self) -> None:
        for file in (
            *(self._dictionary, self._postings, self._keys, self._records),
            *(self._vocabulary, self._forms, self._thesaurus, self.layout, self.columns, self.fates),
        ):
            file.close()

    @cached_property
    def vocabulary(self) -> vocabulary.Vocabulary:
        """The terms of the text and the words as they are spelled; read when first asked for."""
        return vocabulary.read(self._vocabulary)

    @cached_property
    def forms(self) -> forms.FormTable:
        """The numbers of the forms of stems in positions; read when first asked for."""
        return forms.FormTable(self._forms.read())

    @cached_property
    def thesaurus(self) -> thesaurus.Thesaurus:
        """The thesaurus that the shard was built with; read when first asked for."""
        return thesaurus.read(self._thesaurus)

    def postings(self, field: str, term: bytes) -> Postings | None:
        """The posting list of a term in a field; None where the shard does not know it.

        That of an id has the revisions of an article, too, which are deleted documents.
        """
        place = self._dictionary.find(field, term)
        if place is None:
            return None
        postings = Postings(self._postings.get(place.offset, place.length))
        if passed_over := self.gone if field == "id" else self.passed_over:
            postings.pass_over(passed_over)
        return postings

    def bounds(self, zones: Sequence[str], document: int) -> Sequence[tuple[int, int]]:
        """The positions at which some zones of a document begin and end."""
        kept = self._bounds.setdefault(tuple(zones), {})
        if document not in kept:
            numbers = bytes([ZONES.index(zone) for zone in zones])
            found, places = self.layout.packed(document)
            kept[document] = [(places[2 * at], places[2 * at + 1]) for at, zone in enumerate(found) if zone in numbers]
        return kept[document]

    def documents_with(self, field: str, value: str) -> Sequence[int]:
        """The articles that have a value in an exact field."""
        found = self.texts_with(field, value)
        return [document for document in found if document not in self.deleted] if self.deleted else found

    def texts_with(self, field: str, value: str) -> Sequence[int]:
        """As `documents_with`, with the revisions of articles by their id; they are deleted documents that have a record."""
        postings = self.postings(field, value.encode("utf-8", "surrogateescape"))
        return postings.documents if postings else ()

    def key(self, document: int) -> str:
        """The key of a document."""
        return self._keys[document].decode("utf-8", "surrogateescape")

    def record(self, document: int) -> bytes:
        """The stored record, for `records.unpack`."""
        return self._records[document]

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """All terms, each with its field; also those of which no document is left."""
        for field in self._dictionary.fields:
            for term, _ in self._dictionary.terms(field):
                yield field, term

    def values(self, field: str, prefix: str = "") -> Iterator[str]:
        """The values of an exact field that begin with a prefix, in order."""
        start = prefix.encode("utf-8", "surrogateescape")
        for term, _ in self._dictionary.terms(field, start):
            if not term.startswith(start):
                return
            value = term.decode("utf-8", "surrogateescape")
            if not self.passed_over or self.texts_with(field, value):
                yield value


class IndexReader:
    """All shards of an index."""

    def __init__(self, storages: Sequence[Storage], metadata: Metadata, location: Path | None) -> None:
        self.metadata = metadata
        self.location = location
        self.shards: list[ShardReader] = []
        self._facets: dict[str, Facet] = {}
        self._counts: dict[tuple[str, str], int] = {}
        base = 0
        try:
            for storage in storages:
                shard = ShardReader(storage, base)
                self.shards.append(shard)
                base += shard.documents
        except BaseException:
            self.close()
            raise
        self.documents = sum(shard.documents - len(shard.deleted) for shard in self.shards)

    @cached_property
    def lengths(self) -> bytes:
        """The length byte of each document (see `zones.LENGTHS`)."""
        return b"".join(shard.layout.lengths for shard in self.shards)

    @property
    def thesaurus(self) -> thesaurus.Thesaurus:
        """The thesaurus that the index was built with."""
        return self.shards[0].thesaurus

    def close(self) -> None:
        for shard in self.shards:
            shard.close()

    def find(self, field: str, value: str) -> int | None:
        """The first document with a value in an exact field."""
        return next(iter(self.find_all(field, value)), None)

    def find_all(self, field: str, value: str) -> Iterator[int]:
        """All documents with a value in an exact field."""
        for shard in self.shards:
            for document in shard.documents_with(field, value):
                yield shard.base + document

    def count(self, field: str, value: str) -> int:
        """How many documents have a value in an exact field."""
        if (field, value) not in self._counts:
            if len(self._counts) >= _KEPT_COUNTS:
                self._counts.clear()
            self._counts[field, value] = sum(len(shard.documents_with(field, value)) for shard in self.shards)
        return self._counts[field, value]

    def texts(self, article_id: str) -> list[int]:
        """All texts of an article: itself and its revisions."""
        return [shard.base + document for shard in self.shards for document in shard.texts_with("id", article_id)]

    def all_documents(self) -> Iterator[int]:
        """Every document."""
        for shard in self.shards:
            for document in range(shard.documents):
                if document not in shard.deleted:
                    yield shard.base + document

    def having(self, facet: str, value: str) -> list[int]:
        """The documents that have a value of a facet (`facets.FACETS`)."""
        column = self.facet(facet)
        chosen = [value in values for values in column.sets]
        found = list(compress(range(len(column.documents)), map(chosen.__getitem__, column.documents)))
        deleted = {shard.base + document for shard in self.shards for document in shard.deleted}
        return [document for document in found if document not in deleted] if deleted else found

    def key(self, document: int) -> str:
        """The key of a document."""
        shard = self.shard(document)
        return shard.key(document - shard.base)

    def facet(self, name: str) -> Facet:
        """The values of a facet (`facets.FACETS`) over all documents; read when first asked for."""
        if name not in self._facets:
            self._facets[name] = Facet.joined(shard.columns.facet(name) for shard in self.shards)
        return self._facets[name]

    @cached_property
    def dates(self) -> array[int]:
        """The date of each document (see `facets.DATE`); read when first asked for."""
        return array("I", chain.from_iterable(shard.columns.numbers(DATE) for shard in self.shards))

    @cached_property
    def alike(self) -> array[int]:
        """The group of near-identical articles of each document (see `fates.ALIKE`); read when first asked for."""
        return array("I", chain.from_iterable(shard.fates.numbers(ALIKE) for shard in self.shards))

    def record(self, document: int) -> tuple[Article, bytes]:
        """The article and its source. Raises SearchIndexError where the stored bytes are damaged."""
        shard = self.shard(document)
        return records.unpack(shard.record(document - shard.base))

    def shard(self, document: int) -> ShardReader:
        """The shard that holds a document."""
        return next(shard for shard in reversed(self.shards) if shard.base <= document)


def open_reader(index_dir: Path) -> IndexReader:
    """Opens the current generation of an index folder; raises SearchIndexError where that cannot be done."""
    while True:
        generation = current_generation(index_dir)
        with trusted(index_dir):
            try:
                return open_generation(generation, index_dir)
            except FileNotFoundError:
                # A build may just have replaced the generation.
                if current_generation(index_dir).folder == generation.folder:
                    raise


def open_generation(generation: Generation, location: Path | None = None) -> IndexReader:
    """Opens a generation, whether it is in use or not; raises whatever damaged files make of it."""
    folder, metadata = generation
    return IndexReader([Folder(folder / name) for name in metadata.shards], metadata, location)


# What a program's own mistakes raise: checksums let no damaged bytes through that could.
_OURS = (ArithmeticError, AssertionError, AttributeError, KeyError, NameError, RecursionError, TypeError)


@contextlib.contextmanager
def trusted(location: Path | None) -> Iterator[None]:
    """Turns whatever damaged files make zlib, msgspec or our own code raise into a SearchIndexError with what mends it, and
    an error of ours into one that says so.
    """
    try:
        yield
    except (KbArchiveError, MemoryError):
        raise
    except FileNotFoundError as error:
        raise damaged(location or Path("in memory"), f"{error.filename} is missing") from error
    except OSError as error:
        raise SearchIndexError(f"cannot read the index {location}: {error}") from error
    except _OURS as error:
        told = f"error in kbarchive while it read the index {location or 'in memory'}: {type(error).__name__}: {error}"
        raise SearchIndexError(f"{told}; kbarchive index --repair tells whether the index is sound") from error
    except Exception as error:
        what = f"{error}" if isinstance(error, DamagedFileError) else f"{type(error).__name__}: {error}"
        raise damaged(location or Path("in memory"), what) from error
