"""What earlier runs of a conversion did, taken from its journal instead of being done again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from kbarchive.document import Entry, Unread
from kbarchive.encoding import Encoder, Part, Work
from kbarchive.fingerprint import Fingerprint, batch_key, digests
from kbarchive.journal import Journal
from kbarchive.sources import read_now
from kbarchive.states import packed
from kbarchive.writers.atomic import writing

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Part, dec_hook=lambda kind, value: kind(value)).decode  # a Counter, of a dict


class Recall:
    """Makes work of batches, for what the journal does not have, and keeps what came of it."""

    def __init__(self, target: str, journal: Journal | None, encoder: Encoder, fingerprint: Fingerprint) -> None:
        self._target = target
        self._journal = journal
        self._encoder = encoder
        self._fingerprint = fingerprint

    def work(self, batches: Iterable[tuple[Sequence[Entry | Unread], bytearray | None]]) -> Iterator[Work]:
        """The work of each batch, with what was done of it before. Its documents are counted in the fingerprint."""
        for given, roles in batches:
            told = digests(given)
            key = batch_key(given, told)
            kept = self._kept(key, roles)
            if kept is not None:
                self._count(given, told)
                yield Work([], key, roles, kept)  # nothing is to be done
                continue
            batch = [read_now(entry) if isinstance(entry, Unread) else entry for entry in given]
            if any(isinstance(entry, Unread) for entry in given):  # its file may have changed in this moment
                told = digests(batch)
                key = batch_key(batch, told)
            self._count(batch, told)
            yield Work(batch, key, roles)

    def keep(self, work: Work, part: Part) -> None:
        """Keeps the result of a batch. Raises TargetError where the journal cannot be written."""
        if self._journal is not None and work.digest and work.kept is None:
            with writing(self._target):
                self._journal.add(self._encoder.key(work.digest, work.roles), _encode(part))

    def _kept(self, key: bytes, roles: bytearray | None) -> Part | None:
        kept = None if self._journal is None else self._journal.get(self._encoder.key(key, roles))
        if kept is None:
            return None
        part = _decode(kept)
        part.report.reused = part.report.articles
        return part

    def _count(self, batch: Sequence[Entry | Unread], told: Sequence[bytes]) -> None:
        self._fingerprint.add(told)
        if self._journal is None:
            return
        known = packed((getattr(entry, "state", b""), digest) for entry, digest in zip(batch, told, strict=True))
        if known:
            with writing(self._target):
                self._journal.know(known)
