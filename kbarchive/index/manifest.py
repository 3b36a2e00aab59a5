"""What a generation was made of: the documents of its sources, and of each text in them what a later build must know.

A MessagePack array of `Source`, in the order in which the sources were read: whatever became articles as a whole, is none, or
could not be read. A document on which kbarchive itself failed is not in it, so that every build reads it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from kbarchive.document import Failure, Skipped
from kbarchive.index.likeness import Likeness
from kbarchive.revisions import Facts

MANIFEST = "manifest"
"""Its file in the folder of a generation."""


class Text(NamedTuple):
    """A text in a shard: the number of the shard (0 for ``shard-0``), the text's number in it, and what it was when that was
    written, a `Role`: of an article a shard holds all, of a revision the record, of an identical copy nothing.
    """

    shard: int
    number: int
    held: int
    facts: Facts
    likeness: Likeness | None


class Source(NamedTuple):
    """A document: its names and its state as in `kbarchive.document.Document`, its SHA-256, its bytes, and its texts, or the
    `reason` that it has none. What is not even a document, as a link, or could not be read, has neither SHA-256 nor state.
    """

    file: str
    member: str | None
    digest: bytes
    state: bytes
    size: int
    texts: list[Text]
    reason: str = ""
    failed: bool = False

    @property
    def is_document(self) -> bool:
        """Whether there was anything to read."""
        return bool(self.digest)

    def with_outcome(self, outcome: Skipped | Failure | None) -> Source:
        """The same, of which this came instead of articles."""
        reason = outcome.reason if isinstance(outcome, Skipped) else outcome.message if outcome else ""
        return self._replace(reason=reason, failed=isinstance(outcome, Failure))

    @property
    def outcome(self) -> Skipped | Failure | None:
        """What came of it, where it was no article."""
        if not self.reason:
            return None
        return (Failure if self.failed else Skipped)(self.file, self.member, self.reason)


def write_manifest(generation: Path, sources: Iterable[Source]) -> None:
    """Writes the manifest into the folder of a generation."""
    (generation / MANIFEST).write_bytes(msgspec.msgpack.encode(list(sources)))


def read_manifest(generation: Path) -> list[Source]:
    """Reads it again; raises OSError or msgspec.MsgspecError."""
    return msgspec.msgpack.decode((generation / MANIFEST).read_bytes(), type=list[Source])
