"""A shard of an earlier generation in a new one: the same files, and new fates."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from kbarchive.index import fates
from kbarchive.index.columns import Columns
from kbarchive.index.facets import COUNTED
from kbarchive.index.files import COLUMNS, FATES, KEYS, Folder
from kbarchive.index.manifest import Text
from kbarchive.index.rows import Rows
from kbarchive.index.shard import Counts, Written, counted
from kbarchive.index.storage import ShardStorage
from kbarchive.revisions import Role


class KeptShard:
    """A `workers.Holder` of what was written long ago. `texts` are those that are kept, in
    the order of their numbers, each with its place among all that are read.
    """

    def __init__(self, old: Path, new: Path, texts: Sequence[tuple[Text, int]]) -> None:
        self._old = old
        self._new = new
        self._texts = texts
        self._counts: Counts = {}
        with closing(Columns(Folder(old), COLUMNS)) as columns:
            self._counted = columns.facet(COUNTED)

    def written(self) -> Sequence[Written]:
        return [Written(text.facts, place, text.likeness) for text, place in self._texts]

    def commit(self, roles: Sequence[int], alike: Sequence[int]) -> None:
        self._new.mkdir()
        for path in self._old.iterdir():
            if path.name != FATES:
                _link(path, self._new / path.name)
        numbers = [text.number for text, _ in self._texts]
        groups = [0] * len(self._counted.documents)
        for number, group in zip(numbers, alike, strict=True):
            groups[number] = group
        now = dict(zip(numbers, roles, strict=True))
        # Of what went in an earlier build it is not known what it was.
        may_be_found = set(range(len(groups))).difference(text.number for text, _ in self._texts if text.held != Role.ARTICLE)
        fates.write(ShardStorage(self._new), groups, now, may_be_found)
        self._counts = self._count([number for number, role in now.items() if role == Role.ARTICLE])

    def counts(self) -> Counts:
        return self._counts

    def all_counts(self) -> Counts:
        """What is counted of all texts that are kept, articles or not."""
        return self._count([text.number for text, _ in self._texts])

    def stop(self) -> None:
        """There is nothing to stop."""

    def _count(self, documents: Sequence[int]) -> Counts:
        return counted(self._counted.sets[self._counted.documents[document]] for document in documents)


def documents_of(shard: Path) -> int:
    """How many documents a shard has, of all kinds."""
    with closing(Rows(Folder(shard), KEYS)) as keys:
        return len(keys)


def _link(old: Path, new: Path) -> None:
    """The same file in another folder; a copy of it where the file system has no hard links."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copyfile(old, new)
