"""What earlier runs of a conversion did, taken from its journal instead of being done again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

from kbarchive.document import Document, Entry, Unread
from kbarchive.encoding import Encoder, Part, Roles, Work
from kbarchive.fingerprint import Fingerprint, batch_key, digests
from kbarchive.journal import Journal
from kbarchive.report import Report
from kbarchive.sources import read_now
from kbarchive.states import packed, tree_state
from kbarchive.writers.atomic import writing

_encode = msgspec.msgpack.Encoder().encode


class _Done(msgspec.Struct):
    """A run that came to its end: the SHA-256 of the keys of its batches, in order, the target it left, and its report."""

    batches: bytes
    target: bytes
    report: Report


_T = TypeVar("_T")


def _decoder(kind: type[_T]) -> Callable[[bytes], _T]:
    return msgspec.msgpack.Decoder(kind, dec_hook=lambda kind, value: kind(value)).decode  # a Counter, of a dict


_decode, _decode_done = _decoder(Part), _decoder(_Done)


class Recall:
    """Makes work of batches, for what the journal does not have, and keeps what came of it."""

    def __init__(self, target: str, journal: Journal | None, encoder: Encoder, fingerprint: Fingerprint) -> None:
        self._target = target
        self._journal = journal
        self._encoder = encoder
        self._fingerprint = fingerprint
        self._batches = hashlib.sha256()
        self._whole = True

    def unchanged(self, batches: Iterable[Sequence[Entry | Unread]]) -> Report | None:
        """The report of the last run, where all of its batches are as they were, no document is read, and so is the target."""
        last = None if self._journal is None else self._journal.done
        if self._journal is None or last is None:
            return None
        done = _decode_done(last)
        if done.target != tree_state(self._target):
            return None
        seen = hashlib.sha256()
        for batch in batches:
            if any(isinstance(entry, Document) for entry in batch):
                return None
            seen.update(self._encoder.key(batch_key(batch, digests(batch)), None))
        if seen.digest() != done.batches:
            return None
        self._journal.use_all()
        done.report.reused = done.report.articles
        return done.report

    def done(self, report: Report) -> None:
        """Keeps that a run came to its end, and the target is in its place."""
        if self._journal is not None and self._whole:
            done = _Done(self._batches.digest(), tree_state(self._target), report)
            with writing(self._target):
                self._journal.end(_encode(done))

    def work(self, batches: Iterable[tuple[Sequence[Entry | Unread], Roles | None]]) -> Iterator[Work]:
        """The work of each batch, with what was done of it before. Its documents are counted in the fingerprint."""
        for given, roles in batches:
            told = digests(given)
            key = batch_key(given, told)
            kept = self._kept(key, roles)
            if kept is not None:
                self._count(given, told)
                self._batches.update(self._encoder.key(key, roles))
                yield Work([], key, roles, kept)  # nothing is to be done
                continue
            batch = [read_now(entry) if isinstance(entry, Unread) else entry for entry in given]
            if any(isinstance(entry, Unread) for entry in given):  # its file may have changed in this moment
                told = digests(batch)
                key = batch_key(batch, told)
            self._count(batch, told)
            self._batches.update(self._encoder.key(key, roles))
            yield Work(batch, key, roles)

    def keep(self, work: Work, part: Part) -> None:
        """Keeps the result of a batch, but where workers died of it. Raises TargetError where the journal cannot be written."""
        self._whole = self._whole and bool(work.digest)
        if self._journal is not None and work.digest and work.kept is None:
            with writing(self._target):
                self._journal.add(self._encoder.key(work.digest, work.roles), _encode(part))

    def _kept(self, key: bytes, roles: Roles | None) -> Part | None:
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
