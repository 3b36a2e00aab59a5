"""What was read, as one number: equal for the same documents in the same order, whatever they are packed in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from kbarchive.document import Document, Entry


class Fingerprint:
    """The SHA-256 of the SHA-256 of each document (32 bytes each), in the order in which they are read."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, batch: Iterable[Entry]) -> bytes:
        """Counts the documents of a batch. Gives the SHA-256 of what the batch is: names, contents, and what else is told."""
        key = hashlib.sha256()
        for entry in batch:
            content = b""
            if isinstance(entry, Document):
                content = hashlib.sha256(entry.data).digest()
                self._hash.update(content)
            told = "" if isinstance(entry, Document) else str(entry)
            key.update(content + repr((type(entry).__name__, entry.file, entry.member, told)).encode())
        return key.digest()

    def through(self, batches: Iterable[list[Entry]]) -> Iterator[list[Entry]]:
        """The same batches; each is added when it is taken."""
        for batch in batches:
            self.add(batch)
            yield batch

    def __str__(self) -> str:
        return self._hash.hexdigest()
