"""Shards filled by workers, and what each text is among all that shards hold, old and new."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from kbarchive.document import Failure, Skipped
from kbarchive.index.likeness import groups
from kbarchive.index.manifest import Text
from kbarchive.index.shard import Counts, Written
from kbarchive.index.store import Metadata, shard_name
from kbarchive.index.workers import Holder, Part, Placed, Worker
from kbarchive.report import Report
from kbarchive.revisions import Role, roles

Progress = Callable[[Report], object]


class Known(NamedTuple):
    """What a later build must know of an entry, so as not to read it: its texts, or what came of it instead."""

    texts: list[Text]
    outcome: Skipped | Failure | None


class Filled(NamedTuple):
    """What came of it; `known` are the entries that a later build need not read, by their places."""

    metadata: Metadata
    report: Report
    known: dict[int, Known]


def fill(
    workers: Sequence[Worker],
    work: Iterable[Placed],
    on_progress: Progress = lambda _: None,
    kept: Callable[[], Sequence[Holder]] = tuple,
) -> Filled:
    """Has workers read all batches, and then every holder commit its shard: the workers, and those that are `kept`, which are
    asked for when the batches are at their end. Shards are numbered in this order.
    """
    parts: list[Part] = []
    so_far = Report()

    def collect() -> None:
        for worker in workers:
            for part in worker.parts:
                so_far.add(part.report)
            parts.extend(worker.parts)
            worker.parts.clear()
        on_progress(so_far)

    holders: Sequence[Holder] = workers
    try:
        for number, batch in enumerate(work):
            workers[number % len(workers)].send(number, batch)
            collect()
        holders = [*workers, *kept()]
        written = [holder.written() for holder in holders]
        collect()
        order = input_order(written)
        chosen = roles_of(written, order)
        for holder, *fates in zip(holders, chosen, alike(written, order, chosen), strict=True):
            holder.commit(*fates)
        counts = [holder.counts() for holder in holders]
    finally:
        for holder in holders:
            holder.stop()
    report = Report()
    for part in sorted(parts, key=lambda part: part.number):
        report.add(part.report)
    shards = [shard_name(number) for number, texts in enumerate(written) if texts]
    known = {place: Known([], outcome) for part in parts for place, outcome in part.known.items()}
    for shard, texts in enumerate(written[: len(workers)]):
        for number, (text, role) in enumerate(zip(texts, chosen[shard], strict=True)):
            if text.place in known:
                known[text.place].texts.append(Text(shard, number, role, text.facts, text.likeness))
    return Filled(metadata_of(shards, chosen, counts, report), report, known)


def metadata_of(shards: Iterable[str], chosen: Iterable[Iterable[int]], counts: Iterable[Counts], report: Report) -> Metadata:
    """The metadata of these shards; what became of the texts is told to the report, too."""
    counted = Counter(chain.from_iterable(chosen))
    report.revisions, report.identical = counted[Role.REVISION], counted[Role.IDENTICAL]
    return Metadata(
        shards=tuple(shards),
        articles=counted[Role.ARTICLE],
        revisions=report.revisions,
        identical=report.identical,
        counts=_added_up(counts),
    )


def input_order(shards: Sequence[Sequence[Written]]) -> list[tuple[int, int]]:
    """The shard and the number in it of all texts, in the order in which they were read."""
    everything = [(shard, number) for shard, written in enumerate(shards) for number in range(len(written))]
    everything.sort(key=lambda at: shards[at[0]][at[1]].place)  # stable: the articles of one file stay in order
    return everything


def roles_of(shards: Sequence[Sequence[Written]], order: Sequence[tuple[int, int]]) -> list[bytearray]:
    """For each shard the `Role` of each of its texts."""
    chosen = [bytearray(len(written)) for written in shards]
    for (shard, number), role in zip(order, roles([shards[s][n].facts for s, n in order]), strict=True):
        chosen[shard][number] = role
    return chosen


def alike(
    shards: Sequence[Sequence[Written]], order: Sequence[tuple[int, int]], chosen: Sequence[bytearray]
) -> list[array[int]]:
    """For each shard the group of near-identical articles of each of its texts."""
    found = [array("I", [0]) * len(written) for written in shards]
    compared = (shards[s][n].likeness if chosen[s][n] == Role.ARTICLE else None for s, n in order)
    for (shard, number), group in zip(order, groups(compared), strict=True):
        found[shard][number] = group
    return found


def _added_up(counts: Iterable[Counts]) -> Counts:
    total: Counts = {}
    for part in counts:
        for group, names in part.items():
            added = total.setdefault(group, {})
            for name, count in names.items():
                added[name] = added.get(name, 0) + count
    return {group: dict(sorted(names.items())) for group, names in sorted(total.items())}
