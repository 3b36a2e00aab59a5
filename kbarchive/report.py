"""What came of a run."""

from __future__ import annotations

from collections import Counter

import msgspec

from kbarchive.article import Article
from kbarchive.document import Failure, Skipped

_SKIPPED_NAMED = 20


class Report(msgspec.Struct):
    """What came of the documents: of one batch, or of a whole run.

    `failures` are in input order; of the `skipped` documents the first 20 are named. `diagnostics` counts by code,
    `dialects` counts articles. `bytes` is what the documents hold, unpacked; `seconds` is wall-clock time.

    `articles` counts all that were read. Where one text of each article was chosen, `revisions` of them are older than
    that, and `identical` are copies. `renamed` of those written have a file of another name than their own, since it was
    taken. Where some were asked for, `unselected` are others, `missing` has the names that no article has, and `remarks` tell
    what was odd about the query that asked. `reused` were
    converted by an earlier run. `source_bytes` are those of the files as they lie, packed or not, where that can be told
    before, for `on_progress`. `fingerprint` tells what was read, whatever it was packed in (see `kbarchive.fingerprint`).
    """

    articles: int = 0
    documents: int = 0
    failures: list[Failure] = msgspec.field(default_factory=list)
    skipped: int = 0
    skipped_first: list[Skipped] = msgspec.field(default_factory=list)
    diagnostics: Counter[str] = msgspec.field(default_factory=Counter)
    dialects: Counter[str] = msgspec.field(default_factory=Counter)
    bytes: int = 0
    seconds: float = 0.0
    revisions: int = 0
    identical: int = 0
    renamed: int = 0
    unselected: int = 0
    missing: list[str] = msgspec.field(default_factory=list)
    remarks: list[str] = msgspec.field(default_factory=list)
    reused: int = 0
    source_bytes: int = 0
    source_bytes_read: int = 0
    fingerprint: str = ""

    def count(self, outcome: Article | Failure | Skipped) -> None:
        """Counts one outcome of a document."""
        if isinstance(outcome, Article):
            self.articles += 1
            self.dialects[outcome.source.dialect] += 1
            for diagnostic in outcome.diagnostics:
                self.diagnostics[diagnostic.code] += 1
        elif isinstance(outcome, Failure):
            self.failures.append(outcome)
        else:
            self.skipped += 1
            if len(self.skipped_first) < _SKIPPED_NAMED:
                self.skipped_first.append(outcome)

    def retract(self, article: Article, failure: Failure) -> None:
        """Counts an article that was counted already as a failure instead."""
        self.articles -= 1
        self.dialects[article.source.dialect] -= 1
        self.diagnostics.subtract(diagnostic.code for diagnostic in article.diagnostics)
        self.failures.append(failure)

    def add(self, other: Report) -> None:
        """Adds the counts of a later batch."""
        self.articles += other.articles
        self.documents += other.documents
        self.failures += other.failures
        self.skipped += other.skipped
        self.skipped_first += other.skipped_first[: _SKIPPED_NAMED - len(self.skipped_first)]
        self.diagnostics.update(other.diagnostics)
        self.dialects.update(other.dialects)
        self.bytes += other.bytes
        self.revisions += other.revisions
        self.identical += other.identical
        self.renamed += other.renamed
        self.unselected += other.unselected
        self.reused += other.reused
