"""One shard of an index: what one process writes, a Whoosh index of one segment.

A search adds up the answers of all shards itself, so that segments are never merged: that would cost more than the build.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from whoosh.filedb.filestore import Storage
from whoosh.writing import SegmentWriter

from kbarchive.article import Article
from kbarchive.index import columns, fates, records, thesaurus, vocabulary
from kbarchive.index.codec import ShardCodec
from kbarchive.index.facets import COUNTED, DATE, FACETS, date_number, facet_values
from kbarchive.index.files import COLUMNS, KEYS, RECORDS
from kbarchive.index.inverter import Inverter
from kbarchive.index.layout import LayoutWriter
from kbarchive.index.likeness import Likeness, likeness
from kbarchive.index.pool import InvertedPool
from kbarchive.index.rows import RowsWriter
from kbarchive.index.schema import SHARD, new_schema
from kbarchive.index.storage import ShardStorage
from kbarchive.index.values import SPELLING, TEXT, encoded, exact_values, values
from kbarchive.index.zones import pieces
from kbarchive.revisions import Facts, Role, facts_of, rank

Counts = dict[str, dict[str, int]]
"""How many articles, sections or diagnostics there are of each name in a group: collection, year, dialect ..."""


class Written(NamedTuple):
    """What the builder must know of an article that a shard holds; `place` is that of its document among all that are read.

    `likeness` is None where the text is known to be no article but an older revision or a copy.
    """

    facts: Facts
    place: int
    likeness: Likeness | None


class ShardWriter:
    """Writes articles into a Whoosh storage; documents are numbered from 0 in the order of `add`."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        index = storage.create_index(new_schema(), indexname=SHARD)
        # No compound file: its parts would be copied into memory when it is opened.
        self._writer = SegmentWriter(index, compound=False, codec=ShardCodec())
        self._writer.pool = InvertedPool()
        self._inverter = Inverter()
        self._layout = LayoutWriter()
        self._keys = RowsWriter(storage, KEYS)
        self._records = RowsWriter(storage, RECORDS)
        self._facets: dict[str, list[tuple[str, ...]]] = {name: [] for name in (*FACETS, COUNTED)}
        self._dates: list[int] = []
        self._newest: dict[str, tuple[Facts, int]] = {}
        self._known: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.written: list[Written] = []

    def add(self, article: Article, source: bytes, place: int) -> None:
        """Adds an article and the bytes it was read from; the articles of one place come in order."""
        words = article.text.split()
        facts = facts_of(article, words)
        exact = exact_values(article)
        newest = self._newest.get(facts.id or "")
        compared = None
        if newest is None or _goes_before((facts, place), newest):
            compared = likeness(article, words)
            self._inverter.add(pieces(article))
            self._writer.pool.add_values(self._writer.docnum, values(article, exact))
            self._records.add(records.pack(article, source))
            if facts.id:
                self._newest[facts.id] = facts, place
        else:  # no need to analyse what `finish` would drop in any case
            record = b"" if facts.digest == newest[0].digest else records.pack(article, source)
            self._records.add(record)
            if article.id:
                self._writer.pool.add_values(self._writer.docnum, {"id": [encoded(article.id)]})
            self._inverter.add(())
        self._keys.add(encoded(article.key))
        self._writer.add_document()
        if self._inverter.full:
            self._invert()
        for name, found in (*facet_values(article, exact).items(), (COUNTED, tuple(counted_names(article)))):
            self._facets[name].append(self._shared(found))
        self._dates.append(date_number(article.modified))
        self.written.append(Written(facts, place, compared))

    def finish(self, roles: Sequence[int], alike: Sequence[int]) -> Counts:
        """Writes the shard, and returns the counts of its articles.

        `roles` has the `Role` of each document, `alike` the group of near-identical articles that it is of, or 0.

        Only articles are found by a search, and only they count in its statistics. Of a revision there is its record, found
        by its id; of an identical text nothing.
        """
        self._invert()
        self._inverter.lexicon.trim(0)  # the room is for what comes now
        revisions, copies = (
            {n for n, role in enumerate(roles) if role == wanted} for wanted in (Role.REVISION, Role.IDENTICAL)
        )
        if dropped := revisions | copies:
            self._writer.pool.drop(dropped, kept={"id": revisions})
            for number in dropped:
                # The writer itself deletes from earlier segments only.
                self._writer.newsegment.delete_document(number)
        pool = self._writer.pool
        terms = [term for term in pool.terms(TEXT) if not thesaurus.is_name(term)]  # names of the thesaurus are no words
        vocabulary.write(self._storage, terms, pool.terms(SPELLING))
        thesaurus.write(self._storage)
        self._inverter.lexicon.forms.write(self._storage)
        self._layout.write(self._storage)
        # Those of dropped documents are there as well, where no search ever looks.
        columns.write(self._storage, COLUMNS, self._facets, {DATE: self._dates})
        fates.write(self._storage, alike, dict(enumerate(roles)))
        self._keys.close()
        self._records.close(emptied=copies)
        self._writer.commit(merge=False)
        return counted(names for number, names in enumerate(self._facets[COUNTED]) if number not in dropped)

    def _invert(self) -> None:
        inverted = self._inverter.invert()
        self._writer.pool.add_text(TEXT, self._inverter.lexicon.terms, inverted.blocks)
        for layout, words in zip(inverted.layouts, inverted.words, strict=True):
            self._layout.add(*layout, words)

    def _shared(self, values: tuple[str, ...]) -> tuple[str, ...]:
        """The same values as they were first met: most articles have what others have, and a build keeps those of all."""
        return self._known.setdefault(values, values)

    def cancel(self) -> None:
        """Gives up what was written; that cannot fail, so that what it was given up for is told."""
        if not self._writer.is_closed:
            with contextlib.suppress(OSError):
                self._writer.cancel()
        if isinstance(self._storage, ShardStorage):
            self._storage.give_up()


def counted_names(article: Article) -> Iterator[str]:
    """What is counted of an article: a group, a blank and a name."""
    yield f"collection {article.collection or ''}"
    yield f"year {article.modified[:4] if article.modified else ''}"
    yield f"dialect {article.source.dialect}"
    for section in article.sections:
        yield f"section {section.kind}"
    for diagnostic in article.diagnostics:
        yield f"diagnostic {diagnostic.code}"


def counted(documents: Iterable[tuple[str, ...]]) -> Counts:
    """The counts of documents, by what is counted of each."""
    counts: Counts = {}
    for names, times in Counter(documents).items():
        for counted_name in names:
            group, _, name = counted_name.partition(" ")
            own = counts.setdefault(group, {})
            own[name] = own.get(name, 0) + times
    return {group: dict(sorted(names.items())) for group, names in sorted(counts.items())}


def _goes_before(one: tuple[Facts, int], other: tuple[Facts, int]) -> bool:
    """Whether one text of an id is nearer to be the article than another."""
    return (rank(one[0]), other[1]) > (rank(other[0]), one[1])
