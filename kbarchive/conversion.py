"""Bulk conversion: sources in, one file or folder of records out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from contextlib import closing
from functools import partial
from typing import Any

from kbarchive.article import Article
from kbarchive.document import Entry, Failure, clean, reason
from kbarchive.errors import TargetError
from kbarchive.pipeline import Report, in_order, read_batch
from kbarchive.reading import batches
from kbarchive.sources import SourcePath, entries, identity
from kbarchive.writers import STDOUT, writer_for
from kbarchive.writers.atomic import writing
from kbarchive.writers.writer import Writer

__all__ = ["Report", "convert"]


def convert(
    sources: SourcePath | Iterable[SourcePath],
    target: SourcePath,
    format: str | None = None,  # noqa: A002 - the public name of the option
    jobs: int | None = None,
    *,
    overwrite: bool = False,
    executor: Executor | None = None,
    on_progress: Callable[[Report], object] | None = None,
) -> Report:
    """Writes the records of all articles of `sources` to `target`, in input order, and tells what came of them.

    `sources` is one path or several (see `kbarchive.read`). `format` is "jsonl" (a file), or "json-dir", "ftp", "markdown",
    "text" or "html" (a folder with a file for each article); None takes it from the target's name. "-" as target is standard
    output, JSON Lines. `jobs` processes work, None means one for each core, at most 8; where processes are spawned, the
    calling script needs ``if __name__ == "__main__":``. `executor` takes their place: any executor whose workers can import
    kbarchive. `on_progress` gets the report so far after each batch.

    The target appears whole at the end, or not at all. A file is replaced; a folder that is not empty only with
    `overwrite`, and if it holds nothing but an earlier conversion. What cannot be read stands in the report's failures.
    Memory does not grow with the archive.

    Raises SourceError where a source does not exist, FormatError where no format fits, TargetError where the target
    cannot be written, WorkerError where a worker process dies.
    """
    started = time.monotonic()
    paths = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    name = os.fspath(target)
    writer = writer_for(name, format)
    target_identity = _stdout_identity() if name == STDOUT else identity(name)
    if target_identity is not None and any(identity(path) == target_identity for path in paths):
        raise TargetError(f"cannot write {clean(name)}: it is also a source")
    stream = entries(*paths, exclude=(target_identity,) if target_identity else ())
    report = Report()
    with (
        writer.open(name, overwrite) as write,
        closing(in_order(partial(_encode_batch, writer), batches(stream), jobs, executor)) as results,
    ):
        for payload, part in results:
            if part.articles:
                with writing(name):
                    write(payload)
            report.add(part)
            report.seconds = time.monotonic() - started
            if on_progress:
                on_progress(report)
    report.seconds = time.monotonic() - started
    return report


def _encode_batch(writer: Writer[Any], batch: list[Entry]) -> tuple[Any, Report]:
    report = Report()
    articles = [outcome for _, found in read_batch(batch, report) for outcome in found if isinstance(outcome, Article)]
    try:
        payload = writer.encode(articles) if articles else None
    except Exception:  # an article that cannot be written is a failure of its own, not of its batch
        articles = [article for article in articles if _can_encode(writer, article, report)]
        payload = writer.encode(articles) if articles else None
    return payload, report


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
