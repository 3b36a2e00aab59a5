"""Parses everything, and tells what a conversion of it would meet; writes nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import closing
from functools import partial
from itertools import chain

import msgspec

from kbarchive.article import Article
from kbarchive.document import Document, Entry, Failure, Skipped, reason
from kbarchive.fingerprint import Fingerprint
from kbarchive.parsing import is_lossless, recognition
from kbarchive.pipeline import Retry, failed, in_order, read_batch, split
from kbarchive.reading import Outcome, batches
from kbarchive.report import Report
from kbarchive.sources import SourcePath, entries


class Finding(msgspec.Struct, frozen=True):
    """One thing found in a document. `line` is the line in the file, or None where the whole document is meant.

    `code` is that of a diagnostic, or "dialect" (what form a document has, and why), "failure", "skipped" or "not-lossless".
    """

    file: str
    member: str | None
    line: int | None
    code: str
    message: str


class CheckReport(Report):
    """A report, with the number of articles' documents that the parser gives back byte for byte, and that it does not.

    Documents without an article are not counted in either.
    """

    lossless: int = 0
    not_lossless: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing failed and everything is lossless."""
        return not self.failures and not self.not_lossless


def check(
    sources: SourcePath | Iterable[SourcePath],
    jobs: int | None = None,
    *,
    executor: Executor | None = None,
    on_finding: Callable[[Finding], object] | None = None,
    on_progress: Callable[[CheckReport], object] | None = None,
) -> CheckReport:
    """Parses all articles of `sources` (see `kbarchive.read`), several at a time, and counts what it meets.

    `on_finding` gets every document's dialect, failure, skipped document and diagnostic, in input order; `on_progress` the
    report so far after each batch. `jobs` and `executor` are as in `kbarchive.convert`.

    Raises SourceError where a source does not exist, WorkerError where a worker process dies.
    """
    started = time.monotonic()
    paths = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    report = CheckReport()
    task = partial(_check_batch, with_findings=on_finding is not None)
    fingerprint = Fingerprint()
    with closing(in_order(task, fingerprint.through(batches(entries(*paths))), jobs, executor, retry=_RETRY)) as results:
        for _, (part, findings) in results:
            report.add(part)
            report.lossless += part.lossless
            report.not_lossless += part.not_lossless
            report.seconds = time.monotonic() - started
            if on_finding:
                for finding in findings:
                    on_finding(finding)
            if on_progress:
                on_progress(report)
    report.seconds = time.monotonic() - started
    report.fingerprint = str(fingerprint)
    return report


def _check_batch(batch: list[Entry], *, with_findings: bool) -> tuple[CheckReport, list[Finding]]:
    report = CheckReport()
    findings: list[Finding] = []
    for entry, found in read_batch(batch, report):
        if with_findings:
            if isinstance(entry, Document) and any(isinstance(outcome, Article) for outcome in found):
                findings.append(Finding(entry.file, entry.member, None, "dialect", recognition(entry.data)))
            findings += chain.from_iterable(map(_told, found))
        if isinstance(entry, Document) and any(isinstance(outcome, Article) for outcome in found):
            problem = _loss(entry)
            if problem is None:
                report.lossless += 1
            else:
                report.not_lossless += 1
                findings.append(Finding(entry.file, entry.member, None, "not-lossless", problem))
    return report, findings


def _loss(document: Document) -> str | None:
    """Why a document is not lossless, or None where it is."""
    try:
        return None if is_lossless(document.data) else "the parser does not give it back byte for byte"
    except Exception as error:  # as in reading: an error of ours, to be told
        return f"error in kbarchive: {type(error).__name__}: {reason(error)}"


def _told(outcome: Outcome) -> Iterator[Finding]:
    if isinstance(outcome, Failure):
        yield Finding(outcome.file, outcome.member, None, "failure", outcome.message)
    elif isinstance(outcome, Skipped):
        yield Finding(outcome.file, outcome.member, None, "skipped", outcome.reason)
    else:
        source = outcome.source
        for diagnostic in outcome.diagnostics:
            yield Finding(source.file or "", source.member, diagnostic.line, diagnostic.code, diagnostic.message)


def _failed(batch: list[Entry]) -> tuple[CheckReport, list[Finding]]:
    report = CheckReport()
    report.add(failed(batch))
    return report, [Finding(each.file, each.member, None, "failure", each.message) for each in report.failures]


_RETRY = Retry(split, _failed)
