"""What was read, as one number: equal for the same documents in the same order, whatever they are packed in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from kbarchive.document import Document, Entry, Unread


class Fingerprint:
    """The SHA-256 of the SHA-256 of each document (32 bytes each), in the order in which they are read."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, told: Iterable[bytes]) -> None:
        """Counts documents by their digests."""
        for digest in told:
            self._hash.update(digest)

    def through(self, batches: Iterable[list[Entry]]) -> Iterator[list[Entry]]:
        """The same batches; the documents of each are counted when it is taken."""
        for batch in batches:
            self.add(digests(batch))
            yield batch

    def __str__(self) -> str:
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
