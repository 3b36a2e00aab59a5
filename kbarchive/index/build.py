"""Builds an index: sources in, a published generation out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

import msgspec
from whoosh.filedb.filestore import FileStorage, RamStorage, Storage

from kbarchive.errors import SearchIndexError
from kbarchive.index.folders import corpus_files, default_folder
from kbarchive.index.shard import Written
from kbarchive.index.store import Metadata, new_generation, write_metadata
from kbarchive.index.workers import File, LocalWorker, ProcessWorker, Worker

# More processes than this only wait for the one that reads.
_MOST_JOBS = 8
_BATCH_FILES = 64
_BATCH_BYTES = 1_000_000

Progress = Callable[[int], None]


class IndexReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a build did. `superseded` counts articles left out for a newer one of the same key.

    `skipped` names the files that hold no article, `failed` those that could not be read, and why.
    """

    location: str
    articles: int
    superseded: int
    skipped: tuple[str, ...]
    failed: tuple[str, ...]
    diagnostics: dict[str, int]


def build_index(
    sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    index_dir: str | os.PathLike[str] | None = None,
    jobs: int | None = None,
    *,
    on_progress: Progress | None = None,
) -> IndexReport:
    """Reads all articles of `sources` into a new index, which takes the place of the one in `index_dir`.

    `sources` are files, folders, zip and tar archives, or "-". `index_dir` is a folder; None means KBARCHIVE_INDEX, else
    the user's default index. `jobs` processes parse and index, None means one for each core; the answers of the index do
    not depend on it. `on_progress` is called with the number of files read so far. Of articles with the same key the
    newest by date is kept, the first of those of one date.

    Raises SearchIndexError where the folder cannot be written or holds something else, or where no article is found;
    SourceError where a source cannot be read at all.
    """
    names = [sources] if isinstance(sources, (str, os.PathLike)) else list(sources)
    folder = default_folder() if index_dir is None else Path(index_dir)
    unread: list[str] = []
    batches = _batches(_source_files(names, unread, on_progress))
    with new_generation(folder) as generation:
        head = list(islice(batches, 2))
        processes = 1 if len(head) < 2 else min(jobs or _cores(), _MOST_JOBS)
        shards = [generation / f"shard-{number}" for number in range(processes)]
        for shard in shards:
            shard.mkdir()
        workers: list[Worker] = (
            [LocalWorker(FileStorage(str(shards[0])))] if processes == 1 else [ProcessWorker(shard) for shard in shards]
        )
        metadata, skipped, failed = _fill(workers, chain(head, batches))
        if not metadata.articles:
            raise SearchIndexError(f"no article found in {', '.join(map(str, names))}; nothing was indexed")
        metadata = msgspec.structs.replace(
            metadata, shards=tuple(shard.name for shard in shards), sources=tuple(map(os.fspath, names))
        )
        write_metadata(generation, metadata)
    return IndexReport(
        location=str(folder),
        articles=metadata.articles,
        superseded=metadata.superseded,
        skipped=skipped,
        failed=(*unread, *failed),
        diagnostics=metadata.counts.get("diagnostic", {}),
    )


def build_sample(index_dir: Path) -> None:
    """Indexes the bundled corpus into a folder; raises SearchIndexError where it cannot be written."""
    with new_generation(index_dir) as generation:
        shard = generation / "shard-0"
        shard.mkdir()
        metadata = _fill_with_corpus(FileStorage(str(shard)))
        write_metadata(generation, msgspec.structs.replace(metadata, shards=(shard.name,)))


def build_sample_in_memory() -> tuple[Storage, Metadata]:
    """Indexes the bundled corpus into memory, for where no folder can be written."""
    storage = RamStorage()
    return storage, _fill_with_corpus(storage)


def _fill_with_corpus(storage: Storage) -> Metadata:
    files = (File(number, name, None, path.read_bytes()) for number, (name, path) in enumerate(corpus_files()))
    metadata, _, _ = _fill([LocalWorker(storage)], _batches(files))
    return msgspec.structs.replace(metadata, sources=("the bundled corpus",))


def _fill(
    workers: Sequence[Worker], batches: Iterable[list[File]]
) -> tuple[Metadata, tuple[str, ...], tuple[str, ...]]:
    try:
        for number, batch in enumerate(batches):
            workers[number % len(workers)].send(batch)
        outcomes = [worker.outcome() for worker in workers]
        dropped = _superseded([outcome.written for outcome in outcomes])
        for worker, numbers in zip(workers, dropped, strict=True):
            worker.commit(numbers)
        counts = _add_up(worker.counts() for worker in workers)
    finally:
        for worker in workers:
            worker.stop()
    superseded = sum(map(len, dropped))
    metadata = Metadata(
        shards=(),
        articles=sum(len(outcome.written) for outcome in outcomes) - superseded,
        superseded=superseded,
        sources=(),
        counts=counts,
        files={},
    )
    skipped = tuple(name for outcome in outcomes for name in outcome.skipped)
    failed = tuple(name for outcome in outcomes for name in outcome.failed)
    return metadata, skipped, failed


def _superseded(shards: Sequence[Sequence[Written]]) -> list[set[int]]:
    """For each shard the documents that another article of the same key replaces."""
    dropped: list[set[int]] = [set() for _ in shards]
    kept: dict[str, tuple[str, int, int, int]] = {}
    for shard, written in enumerate(shards):
        for document, (key, modified, number) in enumerate(written):
            candidate = (modified, -number, -document, shard)
            rival = kept.setdefault(key, candidate)
            if rival is not candidate:
                loser = min(rival, candidate)
                kept[key] = max(rival, candidate)
                dropped[loser[3]].add(-loser[2])
    return dropped


def _add_up(counts: Iterable[dict[str, dict[str, int]]]) -> dict[str, dict[str, int]]:
    total: dict[str, dict[str, int]] = {}
    for part in counts:
        for group, names in part.items():
            added = total.setdefault(group, {})
            for name, count in names.items():
                added[name] = added.get(name, 0) + count
    return {group: dict(sorted(names.items())) for group, names in sorted(total.items())}


def _batches(files: Iterable[File]) -> Iterator[list[File]]:
    batch: list[File] = []
    size = 0
    for file in files:
        batch.append(file)
        size += len(file.data)
        if len(batch) >= _BATCH_FILES or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _source_files(
    names: Sequence[str | os.PathLike[str]], unread: list[str], on_progress: Progress | None
) -> Iterator[File]:
    number = 0
    for name in names:
        for path in sorted(Path(name).rglob("*.TXT")):
            yield File(number, path.relative_to(name).as_posix(), None, path.read_bytes())
            number += 1
            if on_progress:
                on_progress(number)


def _cores() -> int:
    # The cores this process may run on, which a container may have limited.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
