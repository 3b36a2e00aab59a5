"""Bulk conversion: sources in, one file or folder of records out."""

from __future__ import annotations

import os
import time
from array import array
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import closing
from functools import partial
from itertools import zip_longest
from typing import Any, TypeAlias

from kbarchive.article import Article
from kbarchive.document import Entry, Failure, clean, reason
from kbarchive.errors import SourceError, TargetError
from kbarchive.pipeline import Report, in_order, read_batch
from kbarchive.reading import batches
from kbarchive.revisions import Facts, Role, facts_of, roles
from kbarchive.selection import Selection
from kbarchive.sources import STDIN, SourcePath, entries, identity
from kbarchive.writers import STDOUT, writer_for
from kbarchive.writers.atomic import writing
from kbarchive.writers.writer import Renamed, Writer

__all__ = ["Report", "convert"]

_Work: TypeAlias = tuple[list[Entry], bytearray | None]
"""A batch, and the `Role` of each of its articles, or None where all are to be written."""

_CHANGED = "the sources changed while they were read twice to choose the newest texts; try again"


def convert(
    sources: SourcePath | Iterable[SourcePath],
    target: SourcePath,
    format: str | None = None,  # noqa: A002 - the public name of the option
    jobs: int | None = None,
    *,
    newest: bool = False,
    overwrite: bool = False,
    ids: Iterable[str] | None = None,
    fail_fast: bool = False,
    executor: Executor | None = None,
    on_progress: Callable[[Report], object] | None = None,
) -> Report:
    """Writes the records of all articles of `sources` to `target`, in input order, and tells what came of them.

    `sources` is one path or several (see `kbarchive.read`). `format` is "jsonl", "json", "csv", "parquet", "sqlite" or "chunks"
    (a file), or "json-dir", "ftp", "markdown", "text" or "html" (a folder with a file for each article); None takes it from
    the target's name, which also tells of compression (docs/formats.md). "-" as target is standard output, JSON Lines. `jobs`
    processes work, None means one for each core, at most 8; where processes are spawned, the calling script needs
    ``if __name__ == "__main__":``. `executor` takes their place: any executor whose workers can import kbarchive.
    `on_progress` gets the report so far after each batch.

    With `newest`, of several texts of one article only the newest is written (see `kbarchive.revisions`), and the report
    counts the others. Everything is read twice for that, so `sources` are files and folders, and `on_progress` is told of
    both times.

    With `ids`, only the articles that have one of these ids (Q206968, q206968, 206968, KB206968) or keys are written; the
    report counts the others, and names the ids that no article has.

    The target appears whole at the end, or not at all. A file is replaced; a folder that is not empty only with
    `overwrite`, and if it holds nothing but an earlier conversion. What cannot be read stands in the report's failures, or
    with `fail_fast` the first such thing raises SourceError. Memory does not grow with the archive, but for some dozen
    bytes an article with `newest`.

    Raises SourceError where a source does not exist, or with `newest` cannot be read twice or changes meanwhile; FormatError
    where no format fits, MissingExtraError where it needs a package that is not installed, TargetError where the target cannot
    be written, WorkerError where a worker process dies.
    """
    started = time.monotonic()
    paths = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    name = os.fspath(target)
    writer = writer_for(name, format)
    target_identity = _stdout_identity() if name == STDOUT else identity(name)
    if target_identity is not None and any(identity(path) == target_identity for path in paths):
        raise TargetError(f"cannot write {clean(name)}: it is also a source")
    if newest:
        _refuse_once_only(paths)
    exclude = (target_identity,) if target_identity else ()

    def work() -> Iterator[list[Entry]]:
        return batches(entries(*paths, exclude=exclude))

    selection = None if ids is None else Selection(ids)
    found: set[str] = set()

    def told(report: Report) -> None:
        if fail_fast and report.failures:
            raise SourceError(str(report.failures[0]))
        report.seconds = time.monotonic() - started
        if on_progress:
            on_progress(report)

    entries(*paths)  # raises where a source does not exist, before anything is written
    report = Report()
    with writer.open(name, overwrite) as write:
        chosen: Iterable[_Work] = _chosen(work, jobs, executor, told) if newest else ((batch, None) for batch in work())
        with closing(in_order(partial(_encode_batch, writer, selection), chosen, jobs, executor)) as results:
            for payload, part, names in results:
                found |= names
                if payload is not None:
                    with writing(name):
                        done = write(payload)
                    if isinstance(done, Renamed):
                        part.renamed = done.articles
                report.add(part)
                told(report)
    report.seconds = time.monotonic() - started
    if selection:
        report.missing = sorted(selection.names - found)
    return report


def _chosen(
    work: Callable[[], Iterator[list[Entry]]],
    jobs: int | None,
    executor: Executor | None,
    on_progress: Callable[[Report], object],
) -> Iterator[_Work]:
    """All batches once more, each with the `Role` of each of its articles, for which they are read a first time."""
    report = Report()
    texts: list[Facts] = []
    counts = array("I")
    with closing(in_order(_facts_of_batch, work(), jobs, executor)) as results:
        for facts, part in results:
            texts += facts
            counts.append(len(facts))
            report.add(part)
            on_progress(report)
    chosen = roles(texts)
    del texts
    end = 0
    for batch, count in zip_longest(work(), counts):
        if batch is None or count is None:
            raise SourceError(_CHANGED)
        start, end = end, end + count
        yield batch, chosen[start:end]


def _facts_of_batch(batch: list[Entry]) -> tuple[list[Facts], Report]:
    report = Report()
    return [facts_of(article) for article in _articles(batch, report)], report


def _encode_batch(writer: Writer[Any], selection: Selection | None, work: _Work) -> tuple[Any, Report, set[str]]:
    """What is to be written of a batch, what came of it, and the names asked for that were found."""
    batch, chosen = work
    report = Report()
    articles = _articles(batch, report)
    if chosen is not None:
        if len(chosen) != len(articles):
            raise SourceError(_CHANGED)
        report.revisions, report.identical = chosen.count(Role.REVISION), chosen.count(Role.IDENTICAL)
        articles = [article for article, role in zip(articles, chosen, strict=True) if role == Role.ARTICLE]
    names: set[str] = set()
    if selection:
        named = [(name, article) for article in articles if (name := selection.name(article))]
        names = {name for name, _ in named}
        report.unselected = len(articles) - len(named)
        articles = [article for _, article in named]
    try:
        payload = writer.encode(articles) if articles else None
    except Exception:  # an article that cannot be written is a failure of its own, not of its batch
        articles = [article for article in articles if _can_encode(writer, article, report)]
        payload = writer.encode(articles) if articles else None
    return payload, report, names


def _articles(batch: list[Entry], report: Report) -> list[Article]:
    return [outcome for _, found in read_batch(batch, report) for outcome in found if isinstance(outcome, Article)]


def _refuse_once_only(paths: Iterable[SourcePath]) -> None:
    for path in paths:
        if os.fspath(path) == STDIN or not (os.path.isfile(path) or os.path.isdir(path) or not os.path.exists(path)):
            name = "standard input" if os.fspath(path) == STDIN else clean(os.fspath(path))
            raise SourceError(f"cannot read {name} twice, as choosing the newest texts does; save it to a file first")


def _can_encode(writer: Writer[Any], article: Article, report: Report) -> bool:
    try:
        writer.encode([article])
    except Exception as error:
        message = f"{article.key} cannot be written: {type(error).__name__}: {reason(error)}"
        report.retract(article, Failure(article.source.file or "", article.source.member, message))
        return False
    return True


def _stdout_identity() -> tuple[int, int] | None:
    """The file that standard output goes to: ``kbarchive convert . - > records.jsonl`` must not read it."""
    try:
        found = os.fstat(1)
    except OSError:
        return None
    return found.st_dev, found.st_ino
