"""One shard of an index: what one process writes, a Whoosh index of one segment.

A search adds up the answers of all shards itself, so that segments are never merged: that would cost more than the build.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from whoosh.filedb.filestore import Storage
from whoosh.writing import SegmentWriter

from kbarchive.article import Article
from kbarchive.index import records
from kbarchive.index.codec import InvertedPool, ShardCodec
from kbarchive.index.schema import document, new_schema

NAME = "shard"


Counts = dict[str, dict[str, int]]
"""How many articles, sections or diagnostics there are of each name in a group: collection, year, dialect ..."""


class Written(NamedTuple):
    """What the builder must know of an article that a shard holds; `place` is its place among all that were read."""

    key: str
    modified: str
    place: tuple[int, int]


class ShardWriter:
    """Writes articles into a Whoosh storage; documents are numbered from 0 in the order of `add`."""

    def __init__(self, storage: Storage) -> None:
        index = storage.create_index(new_schema(), indexname=NAME)
        # No compound file: its parts would be copied into memory when it is opened.
        self._writer = SegmentWriter(index, compound=False, codec=ShardCodec())
        self._writer.pool = InvertedPool()
        self._facts: list[tuple[tuple[str, str], ...]] = []
        self.written: list[Written] = []

    def add(self, article: Article, source: bytes, place: tuple[int, int]) -> None:
        """Adds an article and the bytes it was read from."""
        self._writer.add_document(**document(article, records.pack(article, source)))
        self._facts.append(tuple(_facts(article)))
        self.written.append(Written(article.key, article.modified or "", place))

    def finish(self, dropped: Collection[int] = ()) -> Counts:
        """Writes the shard but for the documents dropped (by number in this shard), and returns the counts of the rest."""
        for number in dropped:
            # The writer itself deletes from earlier segments only.
            self._writer.newsegment.delete_document(number)
        self._writer.commit(merge=False)
        counted = Counter(fact for number, facts in enumerate(self._facts) if number not in dropped for fact in facts)
        counts: Counts = {}
        for (group, name), count in sorted(counted.items()):
            counts.setdefault(group, {})[name] = count
        return counts

    def cancel(self) -> None:
        """Gives up what was written."""
        self._writer.cancel()


def open_shard(storage: Storage) -> Any:
    """Whoosh's reader of a shard."""
    return storage.open_index(indexname=NAME).reader()


def _facts(article: Article) -> Iterator[tuple[str, str]]:
    yield "collection", article.collection or ""
    yield "year", article.modified[:4] if article.modified else ""
    yield "dialect", article.source.dialect
    for section in article.sections:
        yield "section", section.kind
    for diagnostic in article.diagnostics:
        yield "diagnostic", diagnostic.code
