"""The part of a conversion that workers do: from a batch of documents to what is to be written of it."""

from __future__ import annotations

import hashlib
import pickle
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


class Work(NamedTuple):
    """A batch, what it is (see `kbarchive.fingerprint`), and the `Role` of each of its articles; None: all are written.

    `kept` is what an earlier run made of it.
    """

    batch: list[Entry]
    digest: bytes
    roles: bytearray | None = None
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
        articles = articles_of(work.batch, report)
        if work.roles is not None:
            if len(work.roles) != len(articles):
                raise SourceError(CHANGED)
            report.revisions, report.identical = work.roles.count(Role.REVISION), work.roles.count(Role.IDENTICAL)
            articles = [article for article, role in zip(articles, work.roles, strict=True) if role == Role.ARTICLE]
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

    def key(self, batch: bytes, roles: bytearray | None) -> bytes:
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


RETRY: Retry[Work, Part] = Retry(
    # Roles are of articles, of which it is not known which entry has how many.
    lambda work: [Work([entry], b"") for entry in work.batch] if work.roles is None else [work],
    lambda work: Part(None, failed(work.batch), set()),
)
