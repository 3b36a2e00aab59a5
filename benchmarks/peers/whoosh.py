"""Stock Whoosh: its own index, its stemming analyzer and its BM25F.

Without its top-k pruning, which loses hits where fields are boosted: every document that matches is scored. Its Or adds up
the scores of the words, field by field and boosted; a word of a field is searched once and its scores are remembered, so
that the sums for all boosts are made here, in seconds instead of minutes. A test compares them with Whoosh's own.
"""

from __future__ import annotations

import heapq
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import whoosh
from whoosh import index
from whoosh.analysis import StemmingAnalyzer
from whoosh.fields import ID, TEXT, Schema
from whoosh.query import Term

from benchmarks.peers import engine
from benchmarks.peers.engine import SUM_BOOSTS, Text, first_then, setting
from benchmarks.qrels import ASKED

_FIELDS = ("title", "body", "whole")

# Weights of title, body and the field of all text.
_WEIGHTS = {
    "title only": (1, 0, 0),
    "body only": (0, 1, 0),
    **{f"title x{boost}, body": (boost, 1, 0) for boost in SUM_BOOSTS},
    "one field": (0, 0, 1),
}

# All words are in the index; a stop list takes them from the query.
_ANALYZERS = {"": StemmingAnalyzer(stoplist=None, minsize=1), "stop list": StemmingAnalyzer()}

_MEMORY_MB = 512


class Engine(engine.Engine):
    version = f"Whoosh {'.'.join(map(str, whoosh.__version__))}"

    @classmethod
    def build(cls, folder: Path, texts: Iterable[Text]) -> None:
        field = TEXT(analyzer=_ANALYZERS[""], phrase=False)
        schema = Schema(id=ID(stored=True), **dict.fromkeys(_FIELDS, field))
        writer = index.create_in(str(folder), schema).writer(limitmb=_MEMORY_MB)
        for text in texts:
            writer.add_document(id=text.id, title=text.title, body=text.body, whole=text.whole)
        writer.commit(optimize=True)

    def __init__(self, folder: Path) -> None:
        self._searcher = index.open_dir(str(folder)).searcher()
        self._ids = {number: stored["id"] for number, stored in self._searcher.reader().iter_docs()}
        self._remembered: dict[tuple[str, str], tuple[array[int], array[float]]] = {}

    def search(self, query: str) -> dict[str, list[str]]:
        found = {}
        for form, analyzer in _ANALYZERS.items():
            words = list(dict.fromkeys(token.text for token in analyzer(query, mode="query")))
            every = self._with_all(words)
            scores = {field: self._sum(field, words) for field in _FIELDS}
            for name, weights in _WEIGHTS.items():
                weighed = _weighed([scores[field] for field in _FIELDS], weights)
                some = self._first(weighed, weighed)
                all_words = self._first(weighed, every.intersection(weighed))
                found[setting(name, form)] = some
                found[setting(name, form, "all words first")] = first_then(all_words, some, ASKED)
        return found

    def _scores(self, field: str, word: str) -> tuple[array[int], array[float]]:
        """The documents that have a word in a field, and Whoosh's score of it in each."""
        key = field, word
        if key not in self._remembered:
            hits = self._searcher.search(Term(field, word), limit=None).top_n
            self._remembered[key] = array("I", (hit[1] for hit in hits)), array("d", (hit[0] for hit in hits))
        return self._remembered[key]

    def _sum(self, field: str, words: Iterable[str]) -> dict[int, float]:
        total: dict[int, float] = defaultdict(float)
        for word in words:
            for document, score in zip(*self._scores(field, word), strict=True):
                total[document] += score
        return total

    def _with_all(self, words: Iterable[str]) -> set[int]:
        having = [set().union(*(self._scores(field, word)[0] for field in _FIELDS)) for word in words]
        return set.intersection(*having) if having else set()

    def _first(self, scores: Mapping[int, float], among: Iterable[int]) -> list[str]:
        best = heapq.nsmallest(ASKED, [(-scores[document], document) for document in among])
        return [self._ids[document] for _, document in best]


def _weighed(fields: Iterable[Mapping[int, float]], weights: Iterable[float]) -> dict[int, float]:
    total: dict[int, float] = {}
    for scores, weight in zip(fields, weights, strict=True):
        if weight and total:
            for document, score in scores.items():
                total[document] = total.get(document, 0.0) + weight * score
        elif weight:
            total = {document: weight * score for document, score in scores.items()}
    return total
