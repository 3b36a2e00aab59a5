"""What is to be read of the sources: all that no earlier generation holds."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from kbarchive.document import Document, Entry, Unread
from kbarchive.errors import SourceError
from kbarchive.fingerprint import Fingerprint, digests
from kbarchive.index.earlier import Earlier
from kbarchive.index.manifest import Source
from kbarchive.index.workers import Placed
from kbarchive.reading import batches
from kbarchive.sources import read_now

Walk = Callable[[], Iterator[Entry | Unread]]
"""Begins to go through the sources."""


class Intake:
    """Goes through the sources once, and once more where documents must be read after all that were to be kept.

    Each entry has a place, its number among all. `fingerprint` tells what was met, `sources` what was read: names and
    states, without texts, by place; both are whole when the batches are at their end.
    """

    def __init__(self, walk: Walk, earlier: Earlier) -> None:
        self.fingerprint = Fingerprint()
        self.sources: dict[int, Source] = {}
        self._walk = walk
        self._earlier = earlier
        self._places: deque[int] = deque()

    def batches(self) -> Iterator[Placed]:
        """What is to be read. Raises SourceError where a document changes while it is looked for."""
        for batch in batches(self._read()):
            yield [(self._places.popleft(), entry) for entry in batch]

    def _read(self) -> Iterator[Entry]:
        for place, found in enumerate(self._walk()):
            (digest,) = digests([found])
            if self._earlier.keeps(place, found, digest):
                self.fingerprint.add([digest])
                continue
            entry = read_now(found) if isinstance(found, Unread) else found
            if entry is not found:  # it may have changed in this moment
                (digest,) = digests([entry])
            self.fingerprint.add([digest])
            yield self._placed(place, entry, digest)
        yield from self._read_again(self._earlier.give_up(sum(source.is_document for source in self.sources.values())))

    def _placed(self, place: int, entry: Entry, digest: bytes) -> Entry:
        state, size = (entry.state, len(entry.data)) if isinstance(entry, Document) else (b"", 0)
        self.sources[place] = Source(entry.file, entry.member, digest, state, size, [])
        self._places.append(place)
        return entry

    def _read_again(self, sources: dict[int, Source]) -> Iterator[Entry]:
        if not sources:
            return
        wanted = {(place, source.file, source.member, source.digest) for place, source in sources.items()}
        for place, found in enumerate(self._walk()):
            if place not in sources:
                continue
            entry = read_now(found) if isinstance(found, Unread) else found
            (digest,) = digests([entry])
            if isinstance(entry, Document) and (place, entry.file, entry.member, digest) in wanted:
                wanted.remove((place, entry.file, entry.member, digest))
                yield self._placed(place, entry, digest)
            if not wanted:
                return
        raise SourceError("the sources changed while they were read; try again")
