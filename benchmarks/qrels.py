"""Sets of queries whose answers are known, and how well an engine's hits answer them.

A set is a file of JSON Lines: ``{"query": ..., "answers": [ids], "exclude": [ids]}``; `exclude` may be missing. An engine is
asked for 12 hits, those excluded are dropped (a query taken from a citation would find the article that cites), and of the
10 left the first that is an answer counts.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean, stdev
from typing import NamedTuple

import msgspec

from kbarchive.errors import SourceError

ASKED = 12
_COUNTED = 10


class Question(msgspec.Struct, frozen=True):
    """A query, the ids that answer it, and those that do not count."""

    query: str
    answers: tuple[str, ...]
    exclude: tuple[str, ...] = ()

    @property
    def train(self) -> bool:
        """Whether a ranking may be tuned on it: the SHA-256 of its first answer is an even number.

        So about half of a set is held back, whatever its order, and all questions that one article answers are on one side.
        """
        return hashlib.sha256(self.answers[0].encode()).digest()[-1] % 2 == 0

    def rank(self, ids: Iterable[str | None]) -> int:
        """The rank of the first answer among the first 10 ids, from 1; 0 where there is none."""
        counted = [found for found in ids if found not in self.exclude][:_COUNTED]
        return next((rank for rank, found in enumerate(counted, 1) if found in self.answers), 0)


Sets = Mapping[str, Sequence[Question]]
Ranks = Mapping[str, Sequence[int]]
"""For each set the ranks of its questions' answers, in order: all that is measured is read off these."""

PARTS: Mapping[str, Callable[[Question], bool]] = {
    "all": lambda _: True,
    "train": lambda question: question.train,
    "test": lambda question: not question.train,
}

MEASURES: Mapping[str, Callable[[int], float]] = {
    "MRR@10": lambda rank: 1 / rank if rank else 0.0,
    "success@1": lambda rank: float(rank == 1),
    "success@10": lambda rank: float(rank > 0),
}


class Figure(NamedTuple):
    """A mean and its standard error; nan where there are too few values."""

    value: float
    error: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ± {self.error:.3f}"

    @property
    def ahead(self) -> bool:
        """Whether it is above zero by more than its standard error."""
        return self.value > self.error


def read_sets(folder: Path) -> dict[str, list[Question]]:
    """The sets of a folder by name: those are its ``*.jsonl``. Raises SourceError where there are none, or one is damaged."""
    sets = {path.stem: _read_set(path) for path in sorted(folder.glob("*.jsonl"))}
    if not any(sets.values()):
        raise SourceError(f"{folder}: no queries; sets of them are files *.jsonl")
    return sets


def ask(sets: Sets, search: Callable[[str], Iterable[str | None]]) -> dict[str, list[int]]:
    """The ranks that a search gives; it is asked for the ids of its first `ASKED` hits."""
    return {name: [question.rank(search(question.query)) for question in questions] for name, questions in sets.items()}


def figure(measure: str, sets: Sets, name: str, part: str, ranks: Ranks) -> Figure:
    """A measure of one part of a set."""
    return mean(_values(measure, sets[name], part, ranks[name]))


def difference(measure: str, sets: Sets, name: str, part: str, ours: Ranks, theirs: Ranks) -> Figure:
    """How much better ours is on one part of a set. The error is that of the differences, since the questions are the same."""
    pairs = zip(_values(measure, sets[name], part, ours[name]), _values(measure, sets[name], part, theirs[name]), strict=True)
    return mean([one - other for one, other in pairs])


def mean(values: Sequence[float]) -> Figure:
    """The mean and its standard error, from the sample's standard deviation."""
    if not values:
        return Figure(math.nan, math.nan)
    return Figure(fmean(values), stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan)


def _values(measure: str, questions: Sequence[Question], part: str, ranks: Sequence[int]) -> list[float]:
    return [MEASURES[measure](rank) for question, rank in zip(questions, ranks, strict=True) if PARTS[part](question)]


def _read_set(path: Path) -> list[Question]:
    questions = []
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error
    for number, line in enumerate(lines, 1):
        try:
            question = msgspec.json.decode(line, type=Question)
        except msgspec.DecodeError as error:
            raise SourceError(f"{path}:{number}: no query with its answers: {error}") from error
        if not question.answers:
            raise SourceError(f"{path}:{number}: a query without an answer")
        questions.append(question)
    return questions
