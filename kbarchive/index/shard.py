"""One shard of an index: what one process writes, a Whoosh index of one segment.

A search adds up the answers of all shards itself, so that segments are never merged: that would cost more than the build.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from whoosh.filedb.filestore import Storage
from whoosh.writing import SegmentWriter

from kbarchive.article import Article
from kbarchive.index import columns, records, thesaurus, vocabulary
from kbarchive.index.codec import ShardCodec
from kbarchive.index.facets import ALIKE, DATE, DROPPED, FACETS, date_number, facet_values
from kbarchive.index.files import KEYS, RECORDS
from kbarchive.index.inverter import Inverter
from kbarchive.index.layout import LayoutWriter
from kbarchive.index.likeness import Likeness, likeness
from kbarchive.index.pool import InvertedPool
from kbarchive.index.rows import RowsWriter
from kbarchive.index.schema import SHARD, new_schema
from kbarchive.index.values import SPELLING, TEXT, encoded, exact_values, values
from kbarchive.index.zones import pieces
from kbarchive.revisions import Facts, Role, facts_of, rank

Counts = dict[str, dict[str, int]]
"""How many articles, sections or diagnostics there are of each name in a group: collection, year, dialect ..."""


class Written(NamedTuple):
    """What the builder must know of an article that a shard holds; `place` is its place among all that were read.

    `likeness` is None where the text is known to be no article but an older revision or a copy.
    """

    facts: Facts
    place: tuple[int, int]
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
        self._facts: list[tuple[tuple[str, ...], ...]] = []
        self._facets: dict[str, list[tuple[str, ...]]] = {name: [] for name in FACETS}
        self._dates: list[int] = []
        self._newest: dict[str, Facts] = {}
        self._known: dict[tuple[str, ...], tuple[str, ...]] = {}
        self.written: list[Written] = []

    def add(self, article: Article, source: bytes, place: tuple[int, int]) -> None:
        """Adds an article and the bytes it was read from; the places rise."""
        words = article.text.split()
        facts = facts_of(article, words)
        exact = exact_values(article)
        newest = self._newest.get(facts.id or "")
        compared = None
        if newest is None or rank(facts) > rank(newest):
            compared = likeness(article, words)
            self._inverter.add(pieces(article))
            self._writer.pool.add_values(self._writer.docnum, values(article, exact))
            self._records.add(records.pack(article, source))
            if facts.id:
                self._newest[facts.id] = facts
        else:  # no need to analyse what `finish` would drop in any case
            record = b"" if facts.digest == newest.digest else records.pack(article, source)
            self._records.add(record)
            if article.id:
                self._writer.pool.add_values(self._writer.docnum, {"id": [encoded(article.id)]})
            self._inverter.add(())
        self._keys.add(encoded(article.key))
        self._writer.add_document()
        if self._inverter.full:
            self._invert()
        self._facts.append(tuple(map(self._shared, _facts(article))))
        for name, found in facet_values(article, exact).items():
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
        columns.write(self._storage, self._facets, {DATE: self._dates, ALIKE: alike, DROPPED: sorted(dropped)})
        self._keys.close()
        self._records.close(emptied=copies)
        self._writer.commit(merge=False)
        counted = Counter(fact for number, facts in enumerate(self._facts) if number not in dropped for fact in facts)
        counts: Counts = {}
        for (group, name), count in sorted(counted.items()):
            counts.setdefault(group, {})[name] = count
        return counts

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


def _facts(article: Article) -> Iterator[tuple[str, str]]:
    yield "collection", article.collection or ""
    yield "year", article.modified[:4] if article.modified else ""
    yield "dialect", article.source.dialect
    for section in article.sections:
        yield "section", section.kind
    for diagnostic in article.diagnostics:
        yield "diagnostic", diagnostic.code
