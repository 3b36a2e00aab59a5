"""An index made by any executor, whose workers keep nothing from one task to the next and need no common file system.

What an article becomes of several texts is known when all are read, and a shard can be written only then. So everything is
parsed twice: first for what is compared, then to be indexed, in portions that are a shard each and come back as files.
"""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from kbarchive.article import Article
from kbarchive.document import Entry
from kbarchive.errors import SourceError
from kbarchive.index.likeness import likeness
from kbarchive.index.shard import Counts, Written
from kbarchive.index.storage import ShardStorage
from kbarchive.index.store import shard_name
from kbarchive.index.workers import LocalWorker
from kbarchive.pipeline import in_order, read_batch
from kbarchive.report import Report
from kbarchive.revisions import facts_of

_PORTION_BATCHES = 160  # some 30 MB of documents; a search asks each shard

CHANGED = "the sources changed while they were read twice to be indexed; try again"

Fates = tuple[bytearray, "array[int]"]
"""The `Role` of each text, in the order in which they are read, and the group of near-identical articles that it is of."""


class _Portion(NamedTuple):
    """Batches, and the fates of their texts."""

    batches: list[list[Entry]]
    fates: Fates


class _Shard(NamedTuple):
    """The files of a shard by name, and what it counts."""

    files: dict[str, bytes]
    counts: Counts


class Told(NamedTuple):
    """What the first reading tells: of all texts in order, and how many of them each batch has."""

    written: list[Written]
    sizes: array[int]
    report: Report


def told(
    work: Iterable[list[Entry]], jobs: int | None, executor: Executor, on_progress: Callable[[Report], object] | None
) -> Told:
    """Reads all batches a first time."""
    written: list[Written] = []
    sizes = array("I")
    report = Report()
    with closing(in_order(_told_batch, work, jobs, executor)) as results:
        entries = 0
        for batch, (texts, part) in results:
            written += (text._replace(place=entries + text.place) for text in texts)
            entries += len(batch)
            sizes.append(len(texts))
            report.add(part)
            if on_progress:
                on_progress(report)
    return Told(written, sizes, report)


def shards(
    work: Iterable[list[Entry]], sizes: Sequence[int], fates: Fates, folder: Path, jobs: int | None, executor: Executor
) -> Iterator[tuple[str, Counts]]:
    """Reads all batches again, and writes shards into folders of `folder`: the name of each, and its counts.

    Raises SourceError where the batches are not what they were.
    """
    with closing(in_order(_shard, _portions(work, sizes, fates), jobs, executor)) as results:
        for number, (portion, shard) in enumerate(results):
            if shard is None:
                raise SourceError(CHANGED)
            if portion.fates[0]:
                name = shard_name(number)
                (folder / name).mkdir()
                for file, data in shard.files.items():
                    (folder / name / file).write_bytes(data)
                yield name, shard.counts


def _portions(work: Iterable[list[Entry]], sizes: Sequence[int], fates: Fates) -> Iterator[_Portion]:
    batches: list[list[Entry]] = []
    number = text = 0
    for batch in work:
        batches.append(batch)
        if len(batches) == _PORTION_BATCHES:
            yield _portion(number, batches, text, sizes, fates)
            text += sum(sizes[number : number + len(batches)])
            number, batches = number + len(batches), []
    # Also where nothing is left, so that texts which are gone are missed.
    yield _portion(number, batches, text, sizes, fates)


def _portion(number: int, batches: list[list[Entry]], text: int, sizes: Sequence[int], fates: Fates) -> _Portion:
    end = text + sum(sizes[number : number + len(batches)]) if number + len(batches) < len(sizes) else len(fates[0])
    return _Portion(batches, (fates[0][text:end], fates[1][text:end]))


def _told_batch(batch: list[Entry]) -> tuple[list[Written], Report]:
    report = Report()
    found = list(enumerate(read_batch(batch, report)))
    articles = [(place, each) for place, (_, outcomes) in found for each in outcomes if isinstance(each, Article)]
    return [Written(facts_of(article), place, likeness(article)) for place, article in articles], report


def _shard(portion: _Portion) -> _Shard | None:
    """None where the texts are not as many as they were."""
    with tempfile.TemporaryDirectory(prefix="kbarchive-") as folder:
        worker = LocalWorker(ShardStorage(Path(folder)))
        worker.send(0, list(enumerate(chain.from_iterable(portion.batches))))
        if len(worker.written()) != len(portion.fates[0]):
            worker.stop()
            return None
        worker.commit(*portion.fates)
        files = {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir()) if path.is_file()}
    return _Shard(files, worker.counts())
