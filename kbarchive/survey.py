"""What the articles of an index are like as a whole: by year, by length, and who cites whom. For pictures."""

from __future__ import annotations

from collections import Counter
from statistics import quantiles

import msgspec

from kbarchive.search import Index

OTHERS = "others"
"""The name that collections too small to stand by themselves are counted under."""


class Spread(msgspec.Struct, frozen=True):
    """How many words sections of a kind have: the shortest tenth has fewer than `low`, the longest more than `high`."""

    sections: int
    low: float
    quarter: float
    middle: float
    three_quarters: float
    high: float


class Survey(msgspec.Struct, frozen=True):
    """An index as a whole.

    `collections` are those of the most articles with their sizes, the largest first, then OTHERS, if any; `years` has the
    dated articles of each by year. `lengths` are the words of top-level sections by kind, the most frequent kind first.
    `cited` are the ids that the most articles cite; `citations` counts citations from collection to collection, of articles
    that both are there. `diagnostics` are counted by code.
    """

    articles: int
    collections: dict[str, int]
    years: dict[str, dict[int, int]]
    lengths: dict[str, Spread]
    cited: dict[str, int]
    citations: dict[tuple[str, str], int]
    diagnostics: dict[str, int]


def survey(index: Index, largest: int = 9, most_cited: int = 15) -> Survey:
    """Reads every article of an index once; `largest` and `most_cited` are how many are named."""
    collection_of: dict[str, str] = {}
    years: dict[str, Counter[int]] = {}
    words: dict[str, list[int]] = {}
    references: list[tuple[str, str]] = []
    sizes: Counter[str] = Counter()
    for article in index.articles():
        collection = article.collection or ""
        collection_of[article.key] = collection
        sizes[collection] += 1
        if article.modified:
            years.setdefault(collection, Counter())[int(article.modified[:4])] += 1
        for section in article.sections:
            words.setdefault(section.kind, []).append(len(section.text.split()))
        references += ((article.key, cited) for cited in dict.fromkeys(reference.id for reference in article.references))
    named = [collection for collection, _ in sorted(sizes.items(), key=lambda item: (-item[1], item[0])) if collection]
    named = named[:largest]

    def name(collection: str) -> str:
        return collection if collection in named else OTHERS

    collections = {collection: sizes[collection] for collection in named}
    if left := sizes.total() - sum(collections.values()):
        collections[OTHERS] = left
    by_name: dict[str, Counter[int]] = {collection: Counter() for collection in collections}
    for collection, counts in years.items():
        by_name[name(collection)] += counts
    known = [(collection_of[citing], collection_of[cited]) for citing, cited in references if cited in collection_of]
    return Survey(
        articles=len(collection_of),
        collections=collections,
        years={collection: dict(sorted(counts.items())) for collection, counts in by_name.items()},
        lengths={kind: _spread(lengths) for kind, lengths in sorted(words.items(), key=lambda item: (-len(item[1]), item[0]))},
        cited=_first(Counter(cited for _, cited in references), most_cited),
        citations=dict(Counter((name(citing), name(cited)) for citing, cited in known)),
        diagnostics=_first(Counter(index.metadata.counts.get("diagnostic", {})), most_cited),
    )


def _first(counts: Counter[str], number: int) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:number])


def _spread(lengths: list[int]) -> Spread:
    twentieths = quantiles(lengths, n=20, method="inclusive") if len(lengths) > 1 else [float(lengths[0])] * 19
    return Spread(len(lengths), *(twentieths[at] for at in (1, 4, 9, 14, 17)))
