"""What was read, as one number: equal for the same documents, in whatever order and whatever they are packed in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from kbarchive.document import Document, Entry, Unread

_BITS = 256


class Fingerprint:
    """The sum of the SHA-256 of all documents, as numbers of 256 bits, big-endian; what goes beyond 256 bits is left off.

    A sum takes no memory, and archives have their members in any order. (It is proof against mistakes, not against somebody
    who makes documents to fit: Bellare, Micciancio: A New Paradigm for Collision-free Hashing, EUROCRYPT 1997, section 5.)
    """

    def __init__(self) -> None:
        self._sum = 0
        self._hash = hashlib.sha256()

    def add(self, told: Iterable[bytes]) -> None:
        """Counts documents by their digests."""
        for digest in told:
            self._sum = (self._sum + int.from_bytes(digest, "big")) % (1 << _BITS)
            self._hash.update(digest)

    def through(self, batches: Iterable[list[Entry]]) -> Iterator[list[Entry]]:
        """The same batches; the documents of each are counted when it is taken."""
        for batch in batches:
            self.add(digests(batch))
            yield batch

    def __str__(self) -> str:
        return f"{self._sum:0{_BITS // 4}x}"

    @property
    def in_order(self) -> str:
        """One that is equal only for the same documents in the same order."""
        return self._hash.hexdigest()


def digests(batch: Iterable[Entry | Unread]) -> list[bytes]:
    """For each entry the SHA-256 of its document, or nothing where it is none."""
    return [
        hashlib.sha256(entry.data).digest()
        if isinstance(entry, Document)
        else entry.digest
        if isinstance(entry, Unread)
        else b""
        for entry in batch
    ]


def batch_key(batch: Sequence[Entry | Unread], told: Sequence[bytes]) -> bytes:
    """The SHA-256 of what a batch is: names, contents by their digests, and what else is told."""
    key = hashlib.sha256()
    for entry, digest in zip(batch, told, strict=True):
        is_document = isinstance(entry, Document | Unread)
        kind, what = (Document.__name__, "") if is_document else (type(entry).__name__, str(entry))
        member = None if isinstance(entry, Unread) else entry.member
        key.update(digest + repr((kind, entry.file, member, what)).encode())
    return key.digest()
