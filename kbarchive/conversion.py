"""Bulk conversion: sources in, one file or folder of records out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, closing

import msgspec

from kbarchive.choosing import chosen
from kbarchive.document import Entry, Unread, clean
from kbarchive.encoding import RETRY, Encoder, Roles
from kbarchive.errors import SourceError, TargetError
from kbarchive.fingerprint import Fingerprint
from kbarchive.journal import Journal, open_journal
from kbarchive.pipeline import in_order
from kbarchive.reading import batches
from kbarchive.recall import Recall
from kbarchive.report import Report
from kbarchive.selection import Selection, spelled
from kbarchive.sources import Meter, SourcePath, entries, identity, refuse_once_only, size_of
from kbarchive.writers import STDOUT, writer_for
from kbarchive.writers.atomic import writing
from kbarchive.writers.folder import FolderWriter
from kbarchive.writers.writer import Renamed

__all__ = ["Report", "convert"]


def convert(
    sources: SourcePath | Iterable[SourcePath],
    target: SourcePath,
    format: str | None = None,  # noqa: A002 - the public name of the option
    jobs: int | None = None,
    *,
    newest: bool = False,
    overwrite: bool = False,
    ids: str | Iterable[str] | None = None,
    select: str | None = None,
    index_dir: SourcePath | None = None,
    fail_fast: bool = False,
    resumable: bool = False,
    resume: bool = False,
    incremental: bool = False,
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

    With `ids`, one or several, only the articles that have one of these ids (Q206968, q206968, 206968, KB206968) or keys are
    written; the report counts the others, and names the ids that no article has.

    With `select`, only the articles are written that a search finds for this query (docs/query.md): all texts of them, or with
    `newest` the newest. Those that match in part only are not. `index_dir`, or your default index, is asked if it is an index
    of just these sources, which are read once more to tell that; else one is made in a temporary folder. The report's
    `remarks` say what was odd about the query.

    With `resumable` what is done is also kept in a journal beside the target (see `kbarchive.journal`), which goes when all
    is done. With `resume` it is taken up: the target is that of an unbroken run. A folder that stands is replaced as with
    `overwrite` where there is such a journal, since the run may have been killed as it ended. With `incremental` the journal
    stays, and the next such run converts only what has changed; files in folders whose size, times and inode are those of
    then are not read. A folder's files that have not changed stay the same files, and it is replaced as with `overwrite`;
    where nothing has changed, in the sources or the target, the target is not touched. The report counts what was `reused`.

    A worker process that dies is replaced, and its batch is done once more; of a document that kills the next one too the
    report has a failure.

    The target appears whole at the end, or not at all. A file is replaced; a folder that is not empty only with `overwrite`
    (or `incremental`), and if it holds nothing but an earlier conversion to the same format or to json-dir, and no source.
    One in the form ftp is never replaced. What cannot be read stands in the report's failures, or with `fail_fast` the first
    such thing raises SourceError. Memory does not grow with the archive, but for some dozen bytes an article with `newest`,
    some 250 a file of a folder with `incremental`, and the keys that answer with `select`.

    Raises SourceError where a source does not exist, or none has an article and the target is there, or with `newest` or
    `select` cannot be read twice, or changes meanwhile; ValueError where both `ids` and `select` are given; FormatError where
    no format fits, MissingExtraError where it needs a package that is not installed, TargetError where the target cannot be
    written, with `select` what `kbarchive.build_index` raises; WorkerError where worker processes cannot start, or one of
    `executor` dies.
    """
    started = begun = time.monotonic()
    if ids is not None and select is not None:
        raise ValueError("articles are asked for by ids or by a query, not both")
    ids = [ids] if isinstance(ids, str) else ids
    paths = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    name = os.fspath(target)
    writer = writer_for(name, format)
    target_identity = _stdout_identity() if name == STDOUT else identity(name)
    if target_identity is not None and any(identity(path) == target_identity for path in paths):
        raise TargetError(f"cannot write {clean(name)}: it is also a source")
    if isinstance(writer, FolderWriter) and any(_lies_in(path, name) for path in paths):
        raise TargetError(f"cannot write {clean(name)}: a source lies in it; name another folder")
    if newest:
        refuse_once_only(paths, "choosing the newest texts")
    if select is not None:
        refuse_once_only(paths, "asking a query")
    exclude = (target_identity,) if target_identity else ()
    found: set[str] = set()
    fingerprint = Fingerprint()
    report = Report()
    meter = Meter()

    def read() -> Iterator[list[Entry]]:
        return batches(entries(*paths, exclude=exclude, meter=meter))

    def told(report: Report) -> None:
        if fail_fast and report.failures:
            raise SourceError(str(report.failures[0]))
        report.seconds = time.monotonic() - begun  # of what the rates are of: not of the index that answers a query
        if on_progress:
            report.source_bytes, report.source_bytes_read = size, meter.read
            on_progress(report)

    entries(*paths)  # raises where a source does not exist, before anything is written
    size = size_of(paths) * (2 if newest else 1) if on_progress else 0
    with ExitStack() as stack:
        journal = _journal(name, stack, resumable=resumable, resume=resume, incremental=incremental)
        selection = None if ids is None else Selection(map(spelled, ids))
        if select is not None:
            from kbarchive.answering import answers  # and with it all that searches, which nothing else here needs

            answered = answers(paths, select, index_dir, jobs, executor=executor, on_progress=on_progress)
            selection, report.remarks = Selection(answered.keys), list(answered.remarks)
            begun = time.monotonic()
        encoder = Encoder(writer, selection)
        recall = Recall(name, journal, encoder, fingerprint)
        known = journal.known if journal is not None and incremental else None
        if incremental and not newest and all(map(os.path.isdir, paths)):  # else something has to be read in any case
            before = recall.unchanged(batches(entries(*paths, exclude=exclude, known=known)))
            if before is not None:
                told(before)
                before.remarks = [*report.remarks, "nothing has changed since the last time; the target is left as it is"]
                return before
        # A run that was broken off may have been killed when its folder stood already.
        replace = overwrite or incremental or bool(resume and journal)
        with writer.open(name, replace, report) as write:
            batched: Iterable[tuple[Sequence[Entry | Unread], Roles | None]]
            if newest:
                batched = chosen(read, jobs, executor, told)
            else:
                batched = ((batch, None) for batch in batches(entries(*paths, exclude=exclude, meter=meter, known=known)))
            work = recall.work(batched)
            with closing(in_order(encoder, work, jobs, executor, recall=lambda work: work.kept, retry=RETRY)) as results:
                for each, part in results:
                    recall.keep(each, part)
                    found |= part.names
                    if part.payload is not None:
                        with writing(name):
                            done = write(msgspec.msgpack.decode(part.payload))
                        if isinstance(done, Renamed):
                            part.report.renamed = done.articles
                    report.add(part.report)
                    told(report)
            if not report.articles and name != STDOUT and os.path.lexists(name):
                # Most likely it was the wrong source.
                found_in = ", ".join(clean(os.fspath(path)) for path in paths)
                raise SourceError(f"no article found in {found_in}: {clean(name)} is left as it was")
            report.fingerprint = str(fingerprint)
            if ids is not None and selection:
                report.missing = sorted(selection.names - found)
        if incremental:
            recall.done(report)
    report.seconds = time.monotonic() - started
    return report


def _journal(name: str, stack: ExitStack, *, resumable: bool, resume: bool, incremental: bool) -> Journal | None:
    if not (resumable or resume or incremental):
        return None
    if name == STDOUT or (os.path.exists(name) and not (os.path.isfile(name) or os.path.isdir(name))):
        if resume or incremental:
            what = "standard output" if name == STDOUT else clean(name)
            raise TargetError(f"cannot go on with {what}: nothing is kept of it; name a file or a folder")
        return None
    return stack.enter_context(open_journal(name, resume=resume or incremental, keep=incremental))


def _lies_in(source: SourcePath, target: str) -> bool:
    """Whether a source is in a folder that the target would replace."""
    if not os.path.isdir(target) or not os.path.exists(source):
        return False
    folder, path = (os.path.realpath(os.fspath(each)) for each in (target, source))
    return path.startswith(os.path.join(folder, ""))


def _stdout_identity() -> tuple[int, int] | None:
    """The file that standard output goes to: ``kbarchive convert . - > records.jsonl`` must not read it."""
    try:
        found = os.fstat(1)
    except OSError:
        return None
    return found.st_dev, found.st_ino
