"""What the generation in use holds of the sources as they are now, so that a build reads only what changed.

A document counts as the same by its names and its SHA-256; a file in a folder need not even be read for that (see
`kbarchive.states`). Its texts stay in the shard that they are in. Two things are read again although they did not change:

- Documents with a text that is more than it was, as an older revision is when the newest is removed: of what was no article the
  shard holds no postings. Only the others can tell, so this is known when all sources were met.
- Those of a shard that is not worth being kept, since every search asks every shard: of less than twice as many articles as
  are read anyway, or with more than a fifth of its articles gone. So the number of shards grows with the logarithm of that of
  articles, and each article is read again as often at most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from kbarchive.document import Document, Entry, Unread
from kbarchive.errors import SearchIndexError
from kbarchive.index.kept import KeptShard, documents_of
from kbarchive.index.manifest import MANIFEST, Source, Text, read_manifest
from kbarchive.index.store import Generation, Metadata, checksum, current_generation, shard_name
from kbarchive.resources import code_version
from kbarchive.revisions import roles
from kbarchive.states import KnownFiles, packed

_LEAST_SIZE = 2
_LEAST_PART = 0.8


class Earlier:
    """The generation in use with its manifest, if there is one that can be kept. Its `known` files need not be read. `kept`
    are the entries that are still the same, by their places among all that the sources give.
    """

    def __init__(self, generation: Generation | None = None, sources: Sequence[Source] = ()) -> None:
        self._folder = generation.folder if generation else Path()
        self._metadata = generation.metadata if generation else None
        self._all = sources
        self._waiting: dict[tuple[str, str | None, bytes], list[Source]] = {}
        for source in reversed(self._all):
            self._waiting.setdefault((source.file, source.member, source.digest), []).append(source)
        self.known = KnownFiles()
        self.known.add(packed((source.state, source.digest) for source in self._all))
        self.kept: dict[int, Source] = {}

    def keeps(self, place: int, entry: Entry | Unread, digest: bytes) -> bool:
        """Whether the entry at this place is one that the generation has; it is kept then."""
        state = entry.state if isinstance(entry, Document | Unread) else None
        same = self._waiting.get((entry.file, None if isinstance(entry, Unread) else entry.member, digest))
        if not same or (state is None and same[-1].outcome != entry):
            return False
        self.kept[place] = same.pop()._replace(state=state or b"")
        return True

    def give_up(self, read: int) -> dict[int, Source]:
        """The documents that must be read again, by their places; they are kept no longer. So many others are read anyway."""
        given_up = self._grown() | self._of_shards_not_worth_it(read)
        return {place: self.kept.pop(place) for place in sorted(given_up)}

    def shards(self, folder: Path, first: int) -> dict[int, KeptShard]:
        """The shards with documents that are kept, by the numbers that they had. They go to `folder`, numbered from `first`."""
        texts: dict[int, list[tuple[Text, int]]] = {}
        for place, source in self.kept.items():
            for text in source.texts:
                texts.setdefault(text.shard, []).append((text, place))
        for own in texts.values():
            own.sort(key=lambda kept: kept[0].number)
        return {
            shard: KeptShard(self._shard(shard), folder / shard_name(number), texts[shard])
            for number, shard in enumerate(sorted(texts), first)
        }

    def if_same(self, sources: tuple[str, ...], given_in: str, fingerprint: str) -> Metadata | None:
        """The metadata, if what is kept is all that there is, in the same order and states, of sources of these names."""
        found = self._metadata
        if found is None or (found.sources, found.given_in, found.fingerprint) != (sources, given_in, fingerprint):
            return None
        return found if [self.kept[place] for place in sorted(self.kept)] == self._all else None

    def _grown(self) -> set[int]:
        """The documents with a text that is more than what its shard holds of it."""
        texts = [(place, text) for place in sorted(self.kept) for text in self.kept[place].texts]
        now = roles([text.facts for _, text in texts])
        return {place for (place, text), role in zip(texts, now, strict=True) if role < text.held}

    def _of_shards_not_worth_it(self, read: int) -> set[int]:
        there = Counter(text.shard for source in self.kept.values() for text in source.texts)
        given_up = set()
        for shard, number in sorted(there.items(), key=lambda item: item[1]):
            if number < max(_LEAST_SIZE * read, _LEAST_PART * documents_of(self._shard(shard))):
                given_up.add(shard)
                read += number
        return {place for place, source in self.kept.items() if source.texts and source.texts[0].shard in given_up}

    def _shard(self, number: int) -> Path:
        return self._folder / shard_name(number)


def earlier_generation(index_dir: Path) -> Earlier:
    """The generation in use, where it can be kept: it is whole, and made by this very code, whose records are the same."""
    try:
        generation = current_generation(index_dir)
        metadata = generation.metadata
        if metadata.code != code_version() or MANIFEST not in metadata.files:
            return Earlier()
        if any(checksum(generation.folder / name) != written for name, written in metadata.files.items()):
            return Earlier()
        return Earlier(generation, read_manifest(generation.folder))
    except (SearchIndexError, OSError, msgspec.MsgspecError):
        return Earlier()
