"""The part of a conversion that workers do: from a batch of documents to what is to be written of it."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from kbarchive.article import SCHEMA, Article
from kbarchive.document import Entry, Failure, reason
from kbarchive.errors import SourceError
from kbarchive.pipeline import Retry, failed, read_batch
from kbarchive.report import Report
from kbarchive.resources import code_version
from kbarchive.revisions import Role
from kbarchive.selection import Selection
from kbarchive.writers.writer import Writer

CHANGED = "the sources changed while they were read twice to choose the newest texts; try again"


Roles = Sequence[bytes | None]
"""For each entry of a batch the `Role` of each of its articles; None where workers died of it when these were chosen."""


class Work(NamedTuple):
    """A batch, what it is (see `kbarchive.fingerprint`; nothing where it is a part of one that was done once more), and its
    roles; None: all articles are written.

    `kept` is what an earlier run made of it.
    """

    batch: list[Entry]
    digest: bytes
    roles: Roles | None = None
    kept: Part | None = None


class Part(msgspec.Struct):
    """What came of a batch: the payload as MessagePack or None, the report, and the names asked for that were found."""

    payload: bytes | None
    report: Report
    names: set[str]


class Encoder:
    """The task of workers."""

    def __init__(self, writer: Writer[Any], selection: Selection | None) -> None:
        self._writer = writer
        self._selection = selection
        names = sorted(selection.names) if selection else None
        told = (code_version(), SCHEMA, pickle.dumps(writer), names)
        self._made_of = hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).digest()

    def __call__(self, work: Work) -> Part:
        report = Report()
        articles = articles_of(work.batch, report) if work.roles is None else _newest(work.batch, work.roles, report)
        names: set[str] = set()
        if self._selection:
            named = [(name, article) for article in articles if (name := self._selection.name(article))]
            names = {name for name, _ in named}
            report.unselected = len(articles) - len(named)
            articles = [article for _, article in named]
        try:
            payload = self._encoded(articles)
        except Exception:  # an article that cannot be written is a failure of its own, not of its batch
            payload = self._encoded([article for article in articles if self._can_encode(article, report)])
        return Part(payload, report, names)

    def key(self, batch: bytes, roles: Roles | None) -> bytes:
        """What the result of a batch depends on, and nothing else."""
        return hashlib.sha256(batch + self._made_of + repr(roles).encode()).digest()

    def _encoded(self, articles: list[Article]) -> bytes | None:
        return msgspec.msgpack.encode(self._writer.encode(articles)) if articles else None

    def _can_encode(self, article: Article, report: Report) -> bool:
        try:
            self._encoded([article])
        except Exception as error:
            message = f"{article.key} cannot be written: {type(error).__name__}: {reason(error)}"
            report.retract(article, Failure(article.source.file or "", article.source.member, message))
            return False
        return True


def articles_of(batch: list[Entry], report: Report) -> list[Article]:
    """The articles of a batch; everything is counted in the report."""
    return [outcome for _, found in read_batch(batch, report) for outcome in found if isinstance(outcome, Article)]


def _newest(batch: list[Entry], roles: Roles, report: Report) -> list[Article]:
    """Those of the articles that are neither revisions nor identical to others."""
    found: list[Article] = []
    for entry, of_entry in zip(batch, roles, strict=True):
        if of_entry is None:
            report.add(failed([entry]))
            continue
        articles = articles_of([entry], report)
        if len(articles) != len(of_entry):
            raise SourceError(CHANGED)
        report.revisions += of_entry.count(Role.REVISION)
        report.identical += of_entry.count(Role.IDENTICAL)
        found += [article for article, role in zip(articles, of_entry, strict=True) if role == Role.ARTICLE]
    return found


def _split(work: Work) -> list[Work]:
    roles = [None] * len(work.batch) if work.roles is None else [[of_entry] for of_entry in work.roles]
    return [Work([entry], b"", of_entry) for entry, of_entry in zip(work.batch, roles, strict=True)]


RETRY: Retry[Work, Part] = Retry(_split, lambda work: Part(None, failed(work.batch), set()))
