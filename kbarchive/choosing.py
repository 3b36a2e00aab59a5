"""Which texts of a conversion are written where only the newest are wanted: everything is read a first time to tell that."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import closing

from kbarchive.document import Entry
from kbarchive.encoding import CHANGED, Roles, articles_of
from kbarchive.errors import SourceError
from kbarchive.pipeline import Retry, failed, in_order, split
from kbarchive.report import Report
from kbarchive.revisions import Facts, facts_of, roles

# How many articles an entry has of which workers died.
_UNKNOWN = -1


def chosen(
    work: Callable[[], Iterator[list[Entry]]],
    jobs: int | None,
    executor: Executor | None,
    on_progress: Callable[[Report], object],
) -> Iterator[tuple[list[Entry], Roles]]:
    """All batches once more, each with the roles of its articles, for which they are read a first time.

    Raises SourceError where the second time is not like the first.
    """
    report = Report()
    texts: list[Facts] = []
    counts = array("i")  # by entry: a batch that is done once more comes in parts
    with closing(in_order(_facts_of_batch, work(), jobs, executor, retry=_RETRY)) as results:
        for _, (found, part) in results:
            for facts in found:
                counts.append(_UNKNOWN if facts is None else len(facts))
                texts += facts or ()
            report.add(part)
            on_progress(report)
    of_texts = bytes(roles(texts))
    del texts
    place = end = 0
    for batch in work():
        told: list[bytes | None] = []
        for count in counts[place : place + len(batch)]:
            start, end = end, end + max(count, 0)
            told.append(None if count == _UNKNOWN else of_texts[start:end])
        place += len(batch)
        if len(told) < len(batch):
            raise SourceError(CHANGED)
        yield batch, told
    if place < len(counts):
        raise SourceError(CHANGED)


def _facts_of_batch(batch: list[Entry]) -> tuple[list[list[Facts] | None], Report]:
    """The facts of the texts of each entry."""
    report = Report()
    return [[facts_of(article) for article in articles_of([entry], report)] for entry in batch], report


_RETRY: Retry[list[Entry], tuple[list[list[Facts] | None], Report]] = Retry(
    split, lambda batch: ([None] * len(batch), failed(batch))
)
