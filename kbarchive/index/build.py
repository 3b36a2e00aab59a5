"""Builds an index: sources in, a published generation out."""

from __future__ import annotations

import os
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from itertools import chain, islice
from pathlib import Path

import msgspec
from whoosh.filedb.filestore import FileStorage, RamStorage, Storage

from kbarchive.article import Article
from kbarchive.document import Entry, clean
from kbarchive.errors import SearchIndexError, SourceError
from kbarchive.fingerprint import Fingerprint
from kbarchive.index import executors
from kbarchive.index.folders import folder_to_build
from kbarchive.index.likeness import groups
from kbarchive.index.publishing import complete, new_generation
from kbarchive.index.shard import Counts, Written
from kbarchive.index.store import Generation, Metadata
from kbarchive.index.workers import LocalWorker, ProcessWorker, Worker
from kbarchive.pipeline import Report, cores
from kbarchive.reading import batches
from kbarchive.resources import resource_folder
from kbarchive.revisions import Role, roles
from kbarchive.sources import SourcePath, entries, identity, refuse_once_only

Progress = Callable[[Report], object]


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
    on_progress: Progress | None = None,
) -> IndexReport:
    """Reads all articles of `sources` into a new index, which takes the place of the one in `index_dir`.

    `sources` is one path or several (see `kbarchive.read`). `index_dir` is a folder; None means KBARCHIVE_INDEX, else the
    user's default index. `jobs` processes parse and index, None means one for each core; what an index answers does not
    depend on it. `executor` takes their place: any executor whose workers can import kbarchive. Sources are read twice for
    that (see `kbarchive.index.executors`), so they are files and folders. `on_progress` gets the report so far after each
    batch. Of texts with the same id the newest is the article, others are its revisions, identical ones are one (see
    `kbarchive.revisions`). Until the last step the old index, if there is one, is the one in use.

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
    fingerprint = Fingerprint()
    with new_generation(folder) as generation:
        own = identity(folder)

        def work() -> Iterator[list[Entry]]:
            return batches(entries(*paths, exclude=(own,) if own else ()))

        def told(report: Report) -> None:
            report.seconds = time.monotonic() - started
            if on_progress:
                on_progress(report)

        if executor is None:
            metadata, report = _fill_by_processes(generation, fingerprint.through(work()), jobs, told)
        else:
            metadata, report = _fill_by_executor(generation, work, fingerprint, jobs, executor, told)
        if not metadata.articles:
            raise SearchIndexError(f"no article found in {', '.join(map(str, paths))}: nothing was indexed")
        report.fingerprint = str(fingerprint)
        sources_named = tuple(clean(os.fspath(path)) for path in paths)
        metadata = msgspec.structs.replace(
            metadata, sources=sources_named, given_in=_working_folder(), fingerprint=report.fingerprint
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
        shard = generation / "shard-0"
        shard.mkdir()
        worker = LocalWorker(FileStorage(str(shard)))
        for number, (article, source) in enumerate(texts):
            worker.take(article, source, (number, 0))
        metadata, _ = _fill([worker], (), lambda _: None)
        if known:
            metadata = msgspec.structs.replace(metadata, sources=known.sources, given_in=known.given_in)
        complete(Generation(generation, msgspec.structs.replace(metadata, shards=(shard.name,))))
    return metadata.articles


def build_sample(index_dir: Path) -> None:
    """Indexes the bundled corpus into a folder; raises SearchIndexError where that cannot be written."""
    build_index(_corpus(), index_dir, jobs=1)


def build_sample_in_memory() -> tuple[Storage, Metadata]:
    """Indexes the bundled corpus into memory, for where no folder can be written."""
    storage = RamStorage()
    metadata, _ = _fill([LocalWorker(storage)], batches(entries(*_corpus())), lambda _: None)
    return storage, metadata


def _corpus() -> list[Path]:
    return [
        folder for folder in sorted(resource_folder("corpus").iterdir()) if folder.is_dir() and folder.name != "__pycache__"
    ]


def _fill_by_processes(
    generation: Path, work: Iterator[list[Entry]], jobs: int | None, on_progress: Progress
) -> tuple[Metadata, Report]:
    first = list(islice(work, 2))
    processes = 1 if len(first) < 2 else jobs or cores()
    shards = [generation / f"shard-{number}" for number in range(processes)]
    for shard in shards:
        shard.mkdir()
    metadata, report = _fill(_workers(shards), chain(first, work), on_progress)
    names = tuple(shards[number].name for number in map(int, metadata.shards))
    return msgspec.structs.replace(metadata, shards=names), report


def _fill_by_executor(
    generation: Path,
    work: Callable[[], Iterator[list[Entry]]],
    fingerprint: Fingerprint,
    jobs: int | None,
    executor: Executor,
    on_progress: Progress,
) -> tuple[Metadata, Report]:
    written, sizes, report = executors.told(fingerprint.through(work()), jobs, executor, on_progress)
    order = _input_order([written])
    chosen = _roles([written], order)
    fates = chosen[0], _alike([written], order, chosen)[0]
    again = Fingerprint()
    names, counts = [], []
    for name, part in executors.shards(again.through(work()), sizes, fates, generation, jobs, executor):
        names.append(name)
        counts.append(part)
    if str(again) != str(fingerprint):
        raise SourceError(executors.CHANGED)
    return _metadata(names, chosen, _add_up(counts), report), report


def _workers(shards: Sequence[Path]) -> list[Worker]:
    if len(shards) == 1:
        return [LocalWorker(FileStorage(str(shards[0])))]
    return [ProcessWorker(shard) for shard in shards]


def _fill(workers: Sequence[Worker], work: Iterable[list[Entry]], on_progress: Progress) -> tuple[Metadata, Report]:
    parts: list[tuple[int, Report]] = []
    so_far = Report()

    def collect() -> None:
        for worker in workers:
            for part in worker.parts:
                so_far.add(part[1])
            parts.extend(worker.parts)
            worker.parts.clear()
        on_progress(so_far)

    try:
        for number, batch in enumerate(work):
            workers[number % len(workers)].send(number, batch)
            collect()
        written = [worker.written() for worker in workers]
        collect()
        order = _input_order(written)
        chosen = _roles(written, order)
        for worker, *fates in zip(workers, chosen, _alike(written, order, chosen), strict=True):
            worker.commit(*fates)
        counts = _add_up(worker.counts() for worker in workers)
    finally:
        for worker in workers:
            worker.stop()
    report = Report()
    for _, part in sorted(parts, key=lambda part: part[0]):
        report.add(part)
    shards = [str(number) for number, part in enumerate(written) if part]
    return _metadata(shards, chosen, counts, report), report


def _metadata(shards: Iterable[str], chosen: Iterable[Iterable[int]], counts: Counts, report: Report) -> Metadata:
    """The metadata of these shards; what became of the texts is told to the report, too."""
    counted = Counter(chain.from_iterable(chosen))
    report.revisions, report.identical = counted[Role.REVISION], counted[Role.IDENTICAL]
    return Metadata(
        shards=tuple(shards),
        articles=counted[Role.ARTICLE],
        revisions=report.revisions,
        identical=report.identical,
        counts=counts,
    )


def _input_order(shards: Sequence[Sequence[Written]]) -> list[tuple[int, int]]:
    """The shard and the number in it of all documents, in the order in which they were read."""
    everything = [(shard, number) for shard, written in enumerate(shards) for number in range(len(written))]
    everything.sort(key=lambda at: shards[at[0]][at[1]].place)  # stable: the articles of one file stay in order
    return everything


def _roles(shards: Sequence[Sequence[Written]], order: Sequence[tuple[int, int]]) -> list[bytearray]:
    """For each shard the `Role` of each of its documents."""
    chosen = [bytearray(len(written)) for written in shards]
    for (shard, number), role in zip(order, roles([shards[s][n].facts for s, n in order]), strict=True):
        chosen[shard][number] = role
    return chosen


def _alike(
    shards: Sequence[Sequence[Written]], order: Sequence[tuple[int, int]], chosen: Sequence[bytearray]
) -> list[array[int]]:
    """For each shard the group of near-identical articles of each of its documents."""
    alike = [array("I", [0]) * len(written) for written in shards]
    compared = (shards[s][n].likeness if chosen[s][n] == Role.ARTICLE else None for s, n in order)
    for (shard, number), group in zip(order, groups(compared), strict=True):
        alike[shard][number] = group
    return alike


def _add_up(counts: Iterable[Counts]) -> Counts:
    total: Counts = {}
    for part in counts:
        for group, names in part.items():
            added = total.setdefault(group, {})
            for name, count in names.items():
                added[name] = added.get(name, 0) + count
    return {group: dict(sorted(names.items())) for group, names in sorted(total.items())}
