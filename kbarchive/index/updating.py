"""A generation made by the processes of this machine: what changed is read, what the one in use holds of the rest is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from kbarchive.document import Failure, Skipped
from kbarchive.index.earlier import Earlier
from kbarchive.index.filling import Filled, Progress, fill
from kbarchive.index.intake import Intake, Walk
from kbarchive.index.kept import KeptShard
from kbarchive.index.manifest import Source, write_manifest
from kbarchive.index.storage import ShardStorage
from kbarchive.index.store import Metadata, shard_name
from kbarchive.index.workers import LocalWorker, ProcessWorker, Worker
from kbarchive.pipeline import cores
from kbarchive.report import Report


class Update(NamedTuple):
    """What came of it; `is_new` is False where the earlier generation is the same, and nothing was written."""

    metadata: Metadata
    report: Report
    is_new: bool


def update(
    generation: Path,
    walk: Walk,
    names: tuple[tuple[str, ...], str],
    earlier: Earlier,
    jobs: int | None,
    on_progress: Progress,
) -> Update:
    """Fills the folder of a new generation from the sources that `walk` goes through. `names` are those of the sources, as they
    were given, and of the folder in which.
    """
    intake = Intake(walk, earlier)
    work = intake.batches()
    first = list(islice(work, 2))
    same = None if first else earlier.if_same(*names, str(intake.fingerprint))
    if same is not None:
        report = _report(earlier, earlier.shards(generation, 0).values())
        report.revisions, report.identical, report.fingerprint = same.revisions, same.identical, same.fingerprint
        return Update(same, report, is_new=False)
    processes = len(first) if len(first) < 2 else jobs or cores()
    kept: dict[int, KeptShard] = {}

    def kept_shards() -> Sequence[KeptShard]:
        kept.update(earlier.shards(generation, processes))
        return list(kept.values())

    filled = fill(_workers(generation, processes), chain(first, work), on_progress, kept_shards)
    numbers = {old: new for new, old in enumerate(kept, processes)}
    write_manifest(generation, _sources(intake, filled, earlier, numbers))
    report = _together(filled.report, _report(earlier, kept.values()), intake, earlier)
    report.fingerprint = str(intake.fingerprint)
    return Update(filled.metadata, report, is_new=True)


def _workers(generation: Path, number: int) -> list[Worker]:
    folders = [generation / shard_name(shard) for shard in range(number)]
    for folder in folders:
        folder.mkdir()
    return [LocalWorker(ShardStorage(folders[0]))] if number == 1 else [ProcessWorker(folder) for folder in folders]


def _sources(intake: Intake, filled: Filled, earlier: Earlier, numbers: Mapping[int, int]) -> Iterator[Source]:
    """The manifest: what was read, and what was kept, whose shards have new numbers."""
    for place in sorted(filled.known.keys() | earlier.kept.keys()):
        if place in filled.known:
            texts, outcome = filled.known[place]
            yield intake.sources[place]._replace(texts=texts).with_outcome(outcome)
        else:
            source = earlier.kept[place]
            yield source._replace(texts=[text._replace(shard=numbers[text.shard]) for text in source.texts])


def _together(read: Report, kept: Report, intake: Intake, earlier: Earlier) -> Report:
    """One report of what was read and what was kept, in the order of the sources."""
    places = {(source.file, source.member): place for place, source in (intake.sources | earlier.kept).items()}

    def place(outcome: Skipped | Failure) -> int:
        return places.get((outcome.file, outcome.member), len(places))

    skipped = sorted((*read.skipped_first, *kept.skipped_first), key=place)
    read.add(kept)
    read.failures.sort(key=place)
    read.skipped_first = skipped[: len(read.skipped_first)]
    return read


def _report(earlier: Earlier, shards: Iterable[KeptShard]) -> Report:
    """The report of what was kept."""
    kept = earlier.kept.values()
    report = Report(documents=sum(source.is_document for source in kept), bytes=sum(source.size for source in kept))
    for _, source in sorted(earlier.kept.items()):
        if outcome := source.outcome:
            report.count(outcome)
    for shard in shards:
        counts = shard.all_counts()
        report.dialects.update(counts.get("dialect", {}))
        report.diagnostics.update(counts.get("diagnostic", {}))
    report.articles = report.reused = report.dialects.total()
    return report
