"""Builds an index: sources in, a published generation out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

import msgspec
from whoosh.filedb.filestore import RamStorage, Storage

from kbarchive.article import Article
from kbarchive.document import Entry, clean
from kbarchive.errors import SearchIndexError, SourceError
from kbarchive.fingerprint import Fingerprint
from kbarchive.index import executors
from kbarchive.index.earlier import Earlier, earlier_generation
from kbarchive.index.filling import Progress, alike, fill, input_order, metadata_of, roles_of
from kbarchive.index.folders import folder_to_build
from kbarchive.index.publishing import complete, new_generation
from kbarchive.index.storage import ShardStorage
from kbarchive.index.store import Generation, Metadata, shard_name
from kbarchive.index.updating import update
from kbarchive.index.workers import LocalWorker
from kbarchive.pipeline import Report
from kbarchive.reading import batches
from kbarchive.resources import code_version, resource_folder
from kbarchive.sources import Identity, SourcePath, entries, identity, is_once_only, refuse_once_only


class IndexReport(Report, kw_only=True):
    """What came of a build: the counts of what was read, and what became of it.

    `location` is the index folder. `indexed` is how many articles it holds, that a search can find; the other texts that
    were read are `revisions` of them, which it holds too, or `identical` to one of them.
    """

    location: str
    indexed: int


def build_index(
    sources: SourcePath | Iterable[SourcePath],
    index_dir: SourcePath | None = None,
    jobs: int | None = None,
    *,
    executor: Executor | None = None,
    rebuild: bool = False,
    on_progress: Progress | None = None,
) -> IndexReport:
    """Makes an index of all articles of `sources`, which takes the place of the one in `index_dir`.

    `sources` is one path or several (see `kbarchive.read`). `index_dir` is a folder; None means KBARCHIVE_INDEX, else the
    user's default index. Until the last step the old index, if there is one, is the one in use.

    What the old index holds of the sources as they are now is kept, and all answers are as if it had been read anew: files in
    folders that did not change since, which are not even opened, and documents of the same name and content elsewhere. The
    report counts these texts as `reused`. Where nothing changed at all, nothing is written. `rebuild` keeps nothing.

    `jobs` processes parse and index, None means one for each core; what an index answers does not depend on it. `executor`
    takes their place: any executor whose workers can import kbarchive. Sources are read twice for that (see
    `kbarchive.index.executors`), so they are files and folders, and nothing is kept. `on_progress` gets the report so far
    after each batch. Of texts with the same id the newest is the article, others are its revisions, identical ones are one
    (see `kbarchive.revisions`).

    Raises SourceError where a source does not exist, or with an `executor` cannot be read twice, or changes meanwhile;
    SearchIndexError where the folder is "sample", cannot be written, holds something else, is being written, or where no
    article is found; WorkerError where a worker process dies.
    """
    started = time.monotonic()
    paths = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    folder = folder_to_build(index_dir)
    entries(*paths)  # raises where a source does not exist, before anything is written
    if executor is not None:
        refuse_once_only(paths, "indexing by an executor")
    names = tuple(clean(os.fspath(path)) for path in paths), _working_folder()

    def told(report: Report) -> None:
        report.seconds = time.monotonic() - started
        if on_progress:
            on_progress(report)

    with new_generation(folder) as generation:
        own = identity(folder)
        exclude = (own,) if own else ()
        is_new = True
        if executor is not None:
            work = partial(_batches, paths, exclude)
            metadata, report = _by_executor(generation, work, jobs, executor, told)
        else:
            earlier = Earlier() if rebuild or any(map(is_once_only, paths)) else earlier_generation(folder)
            walk = partial(entries, *paths, exclude=exclude, known=earlier.known)
            metadata, report, is_new = update(generation, walk, names, earlier, jobs, told)
        if not metadata.articles:
            raise SearchIndexError(f"no article found in {', '.join(map(str, paths))}: nothing was indexed")
        if is_new:
            sources_named, given_in = names
            metadata = msgspec.structs.replace(
                metadata, sources=sources_named, given_in=given_in, fingerprint=report.fingerprint, code=code_version()
            )
            complete(Generation(generation, metadata))
    return IndexReport(
        **{**msgspec.structs.asdict(report), "seconds": time.monotonic() - started},
        location=str(folder),
        indexed=metadata.articles,
    )


def _working_folder() -> str:
    try:
        return clean(os.getcwd())
    except FileNotFoundError:  # removed
        return ""


def build_from_records(texts: Iterable[tuple[Article, bytes]], folder: Path, known: Metadata | None) -> int:
    """Makes an index anew of articles and older revisions, each with the bytes it was read from, in the order of reading.

    What is known of the sources is kept. Returns the number of articles. Raises SearchIndexError where the folder cannot be
    written.
    """
    with new_generation(folder) as generation:
        shard = generation / shard_name(0)
        shard.mkdir()
        worker = LocalWorker(ShardStorage(shard))
        for place, (article, source) in enumerate(texts):
            worker.take(article, source, place)
        metadata = fill([worker], ()).metadata
        if known:
            metadata = msgspec.structs.replace(metadata, sources=known.sources, given_in=known.given_in)
        complete(Generation(generation, metadata))
    return metadata.articles


def build_sample(index_dir: Path) -> None:
    """Indexes the bundled corpus into a folder; raises SearchIndexError where that cannot be written."""
    build_index(_corpus(), index_dir, jobs=1)


def build_sample_in_memory() -> tuple[Storage, Metadata]:
    """Indexes the bundled corpus into memory, for where no folder can be written."""
    storage = _Memory()
    return storage, fill([LocalWorker(storage)], [list(enumerate(entries(*_corpus())))]).metadata


class _Memory(RamStorage):  # type: ignore[misc]  # Whoosh has no types
    """A storage in memory. Whoosh's own has its passing files in one folder, which all processes of the machine share."""

    def temp_storage(self, name: str | None = None) -> Storage:  # noqa: ARG002 - Whoosh's signature
        return RamStorage()


def _corpus() -> list[Path]:
    return [
        folder for folder in sorted(resource_folder("corpus").iterdir()) if folder.is_dir() and folder.name != "__pycache__"
    ]


def _batches(paths: Sequence[SourcePath], exclude: Collection[Identity]) -> Iterator[list[Entry]]:
    return batches(entries(*paths, exclude=exclude))


def _by_executor(
    generation: Path,
    work: Callable[[], Iterator[list[Entry]]],
    jobs: int | None,
    executor: Executor,
    on_progress: Progress,
) -> tuple[Metadata, Report]:
    fingerprint, again = Fingerprint(), Fingerprint()
    written, sizes, report = executors.told(fingerprint.through(work()), jobs, executor, on_progress)
    order = input_order([written])
    chosen = roles_of([written], order)
    fates = chosen[0], alike([written], order, chosen)[0]
    shards, counts = [], []
    for name, part in executors.shards(again.through(work()), sizes, fates, generation, jobs, executor):
        shards.append(name)
        counts.append(part)
    report.fingerprint = str(fingerprint)
    if again.in_order != fingerprint.in_order:
        raise SourceError(executors.CHANGED)
    return metadata_of(shards, chosen, counts, report), report
