"""Articles like a given one: by the words that tell most of it, and by the references between them."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import NamedTuple

from kbarchive.article import Article
from kbarchive.index.reader import IndexReader
from kbarchive.index.values import TEXT
from kbarchive.index.zones import pieces
from kbarchive.search.scoring import WORTHS, Occurrences, Scorer
from kbarchive.search.units import Unit

# How many words are weighed and looked for; more change little in what comes first, and take longer.
_WEIGHED = 400
_LOOKED_FOR = 30

# Words in more of the articles than this tell nothing of what one is about; in a small index all may.
_LARGEST_SHARE = 0.1
_LEAST_COMMON = 10

# What a reference counts, as a share of all the words together.
_CITATION = 0.15
_COMMON_CITATION = 0.1

# Articles that cite one that so many do, such as that of a service pack, have little in common.
_MOST_CITING = 50

# Articles with fewer of the words, by weight, and without a reference in common, are not like it.
_LEAST_SHARE = 0.2


class Alike(NamedTuple):
    """The articles that are like one, with their scores, and the words by which they are, with their weights."""

    scores: dict[int, float]
    terms: dict[bytes, float]


class Similarity:
    """Finds the articles of one index that are like one of them."""

    def __init__(self, reader: IndexReader, scorer: Scorer) -> None:
        self._reader = reader
        self._scorer = scorer

    def like(self, document: int) -> Alike:
        """What is like a document; never the document itself."""
        article, _ = self._reader.record(document)
        scores: dict[int, float] = {}
        shares: dict[int, float] = {}
        terms: dict[bytes, float] = {}
        for term, weight, occurrences in self._telling(article):
            terms[term] = weight
            for other, impact in zip(occurrences.documents, occurrences.impacts, strict=True):
                scores[other] = scores.get(other, 0.0) + weight * WORTHS[impact]
                shares[other] = shares.get(other, 0.0) + weight
        total = sum(terms.values())
        cited = dict(self._cited(article))
        like = {other: score for other, score in scores.items() if shares[other] >= total * _LEAST_SHARE or other in cited}
        for other, share in cited.items():
            like[other] = like.get(other, 0.0) + share * (total or 1.0)
        like.pop(document, None)
        return Alike(like, terms)

    def _telling(self, article: Article) -> Iterator[tuple[bytes, float, Occurrences]]:
        """The words that tell most of an article, often and at weighty places in it and in few others; what they weigh."""
        from kbarchive.index.inverter import Inverter

        inverter = Inverter()
        inverter.add(pieces(article))
        text, _ = inverter.invert().blocks
        every = list(inverter.lexicon.terms)
        most = max(self._reader.documents * _LARGEST_SHARE, _LEAST_COMMON)
        worths = {every[term]: WORTHS[impact] for term, impact in zip(text.terms.tolist(), text.impacts.tolist(), strict=True)}
        weights: dict[bytes, float] = {}
        for term in heapq.nlargest(_WEIGHED, worths, key=lambda term: (worths[term], term)):
            number = self._reader.count(TEXT, term.decode())
            if 1 < number <= most:
                weights[term] = worths[term] * self._scorer.rarity(number)
        for term in heapq.nlargest(_LOOKED_FOR, weights, key=lambda term: (weights[term], term)):
            yield term, weights[term], self._scorer.occurrences(Unit((term,)))

    def _cited(self, article: Article) -> Iterator[tuple[int, float]]:
        """What cites the same as an article, what cites it, and what it cites, each with the share that it counts."""
        ids = {reference.id for reference in article.references}
        for cited in ids:
            citing = list(self._reader.find_all("cites", cited))
            if len(citing) <= _MOST_CITING:
                yield from ((other, _COMMON_CITATION) for other in citing)
        direct = [*self._reader.find_all("cites", article.id)] if article.id else []
        direct += [other for cited in ids for other in self._reader.find_all("id", cited)]
        yield from ((other, _CITATION) for other in direct)
