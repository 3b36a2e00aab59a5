"""An open index: searched, and asked for the articles it holds."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self, get_args

import msgspec

from kbarchive.article import Article
from kbarchive.errors import SearchIndexError, UnknownArticleError
from kbarchive.index.facets import FACETS
from kbarchive.index.reader import IndexReader
from kbarchive.index.store import Metadata
from kbarchive.index.thesaurus import spellings
from kbarchive.revisions import newest_first
from kbarchive.search.completion import article_keys, completions
from kbarchive.search.finding import Finding
from kbarchive.search.folding import Folded, Folding, Scored, best_first, by_date
from kbarchive.search.ranking import Ranking
from kbarchive.search.reading import Reading
from kbarchive.search.results import Explanation, Hit, QueryDiagnostic, Results, Sort, facet_filter
from kbarchive.search.scoring import Scorer
from kbarchive.search.settings import Settings
from kbarchive.search.similarity import Similarity
from kbarchive.search.snippets import best_snippets
from kbarchive.search.sought import Sought, Spellings

# Scores and their parts are rounded to four digits.
_ROUNDED = 0.001

_ARTICLE_ID = re.compile(r"\s*(?:Q|KB)?0*(\d+)\s*", re.IGNORECASE)


class Index:
    """An index that is open. Close it, or use it as a context manager. Several threads may use it, one at a time.

    `name` says of what it is, for people; `location` is its folder, None where it is held in memory.
    """

    def __init__(self, reader: IndexReader, name: str, settings: Settings | None = None) -> None:
        self.name = name
        self._reader = reader
        scorer = Scorer(reader)
        self._finding = Finding(reader, scorer, settings or Settings())
        self._similarity = Similarity(reader, scorer)
        self._folding = Folding(reader)
        self._lock = threading.RLock()
        self._closed = False

    @cached_property
    def _spellings(self) -> Spellings:
        return spellings(self._reader.thesaurus)

    @property
    def location(self) -> Path | None:
        return self._reader.location

    @property
    def metadata(self) -> Metadata:
        """What was written down of the index when it was built, counts of what it holds among it."""
        return self._reader.metadata

    def __len__(self) -> int:
        return self._reader.documents

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Closes the files of the index; closing twice does no harm. What is asked of it then raises SearchIndexError."""
        with self._lock:
            self._closed = True
            self._reader.close()

    def search(
        self,
        query: str,
        limit: int = 10,
        offset: int = 0,
        *,
        facets: bool = False,
        sort: Sort = "relevance",
        fold: bool = False,
        explain: bool = False,
        snippets: bool = True,
    ) -> Results:
        """The articles that match a query, best first: `limit` hits from `offset` on. Any text is a query.

        All words of a query of up to three are wanted, of a longer one those that tell most. Where nothing matches so,
        the best partial matches are given. `facets` counts all that matches. `sort` may be "date": the newest first, those
        of one date best first. With `fold`, near-identical articles are one hit, `Hit.alike` names the others, and total,
        limit and offset count such hits. With `explain` each hit has an `Explanation` of its score;
        without `snippets`, which take most of the time where many hits are asked for, it has none. Raises SearchIndexError
        where the index is damaged, ValueError where limit or offset is negative or the order is unknown.
        """
        asked = _Asked(limit, offset, facets, sort, fold, snippets)
        # Lone surrogates, which Python makes of arguments that are no UTF-8, cannot be written as JSON.
        query = query.encode("utf-8", "replace").decode("utf-8")
        with self._reading():
            found = self._finding.find(query)
            ranking = found.ranking
            return self._results(
                query,
                ranking.scores,
                lambda number: self._finding.ranker.page(ranking, 0, number, found.first),
                asked,
                sought=Sought.by(ranking, found.matches, self._spellings),
                partial=ranking.partial and bool(ranking.scores),
                suggestions=self._finding.suggestions(query, found),
                diagnostics=found.diagnostics,
                explained=ranking if explain else None,
            )

    def like(
        self,
        key: str,
        limit: int = 10,
        offset: int = 0,
        *,
        facets: bool = False,
        sort: Sort = "relevance",
        fold: bool = False,
        snippets: bool = True,
    ) -> Results:
        """The articles most like one, by id or key, most like first; never itself. The rest is as in `search`.

        Articles are alike by the words that tell most of the one, and by citing it, being cited by it, or citing the same.
        `Results.query` is the article's key. Raises UnknownArticleError where there is no such article.
        """
        asked = _Asked(limit, offset, facets, sort, fold, snippets)
        with self._reading():
            document = self._find(key)
            likeness = self._similarity.like(document)
            return self._results(
                self._reader.key(document),
                likeness.scores,
                lambda number: best_first(self._reader, likeness.scores, number),
                asked,
                sought=Sought(likeness.terms, self._spellings),
            )

    def having(self, facet: str, value: str, limit: int = 10, offset: int = 0) -> Results:
        """The articles that have just this value of a facet, the newest first, without snippets; facets are counted.

        A query finds more: product:Word finds all products with the word. `Results.query` is such a query.
        """
        asked = _Asked(limit, offset, True, "date", False, False)
        with self._reading():
            found = dict.fromkeys(self._reader.having(facet, value), 0.0)
            return self._results(facet_filter(facet, value), found, lambda _: (), asked, sought=Sought({}, {}))

    def article(self, key: str, revision: int = 1) -> Article:
        """The full record by id (Q206968, q206968, 206968, KB206968) or key.

        `revision` chooses among the texts that `revisions` gives, from 1 for the newest, which is the article. Raises
        UnknownArticleError where there is no such article or revision.
        """
        return self._text(key, revision)[0]

    def source_bytes(self, key: str, revision: int = 1) -> bytes:
        """The bytes that an article was read from; asked for as in `article`."""
        return self._text(key, revision)[1]

    def revisions(self, key: str) -> list[Article]:
        """All texts of an article, by id or key, newest first; identical texts are one. Raises UnknownArticleError.

        The first is the article, and the only one that a search finds. See `kbarchive.revisions`.
        """
        with self._reading():
            return [article for article, _ in self._texts(self._find(key))]

    def articles(self) -> Iterator[Article]:
        """All articles, one by one, in the order in which they were indexed by each process."""
        for document in self._reader.all_documents():
            with self._reading():
                article = self._reader.record(document)[0]
            yield article

    def title(self, article_id: str) -> str | None:
        """The title of an article by its id; None where the index has no such article."""
        with self._reading():
            document = self._reader.find("id", article_id)
            return None if document is None else self._reader.record(document)[0].title

    def citing(self, article_id: str) -> list[str]:
        """The keys of the articles that cite an id, in order."""
        with self._reading():
            return sorted(self._reader.key(document) for document in self._reader.find_all("cites", article_id))

    def cited_ids(self) -> dict[str, int]:
        """Every id that is cited, and by how many articles."""
        with self._reading():
            ids = sorted({value for shard in self._reader.shards for value in shard.values("cites")})
            return {value: self._reader.count("cites", value) for value in ids}

    def has(self, article_id: str) -> bool:
        """Whether the index has an article of this id."""
        with self._reading():
            return self._reader.find("id", article_id) is not None

    def facets(self) -> dict[str, dict[str, int]]:
        """How many articles of the whole index have each value of each facet, as in `Results.facets`."""
        with self._reading():
            documents = list(self._reader.all_documents())
            return {name: self._reader.facet(name).count(documents) for name in FACETS}

    def months(self, facet: str | None = None, value: str = "") -> dict[str, int]:
        """How many articles are of each month (1999-05), in order; of all, or of those that have a value of a facet."""
        with self._reading():
            documents = self._reader.all_documents() if facet is None else self._reader.having(facet, value)
            dates = self._reader.dates
            counts = Counter(dates[document] // 100 for document in documents)
            return {f"{month // 100}-{month % 100:02}": count for month, count in sorted(counts.items()) if month}

    def dates(self) -> dict[str, str | None]:
        """The keys of all articles and when each was modified, in the order of `articles`."""
        with self._reading():
            dates = self._reader.dates
            return {
                self._reader.key(document): f"{date // 10000}-{date // 100 % 100:02}-{date % 100:02}" if date else None
                for document in self._reader.all_documents()
                for date in (dates[document],)
            }

    def completions(self, text: str) -> list[str]:
        """What a query that is being typed may become by a longer last word: a field, a value of it, a key of an article."""
        with self._reading():
            return completions(self._reader, text)

    def keys(self, begun: str = "") -> list[str]:
        """The keys of articles that begin so (Q2069, 2069, KB2069); none where there are too many to choose from."""
        with self._reading():
            return article_keys(self._reader, begun)

    def _reading(self) -> Reading:
        if self._closed:
            raise SearchIndexError(f"the index {self.name} is closed")
        return Reading(self._lock, self._reader.location)

    def _text(self, key: str, revision: int) -> tuple[Article, bytes]:
        with self._reading():
            document = self._find(key)
            if revision == 1:
                return self._reader.record(document)
            texts = self._texts(document)
            if 0 < revision <= len(texts):
                return texts[revision - 1]
        there_are = "is one text" if len(texts) == 1 else f"are {len(texts)} texts"
        raise UnknownArticleError(f"no revision {revision} of {texts[0][0].key} in {self.name}: there {there_are}")

    def _texts(self, document: int) -> list[tuple[Article, bytes]]:
        """The text of a document and all older ones of the same id, newest first."""
        newest = self._reader.record(document)
        article_id = newest[0].id
        others = (
            [self._reader.record(other) for other in self._reader.texts(article_id) if other != document] if article_id else []
        )
        return [newest, *newest_first(others, lambda text: text[0])]

    def _find(self, key: str) -> int:
        candidates: list[tuple[str, str]] = [("key", key)]
        if match := _ARTICLE_ID.fullmatch(key):
            candidates.insert(0, ("id", f"Q{match[1]}"))
        for field, value in candidates:
            document = self._reader.find(field, value)
            if document is not None:
                return document
        cited = sum(self._reader.count("cites", value) for field, value in candidates if field == "id")
        if cited:
            citing = "1 article cites" if cited == 1 else f"{cited:,} articles cite"
            raise UnknownArticleError(f"no article {key!r} in {self.name}, but {citing} it: kbsearch cites:{candidates[0][1]}")
        raise UnknownArticleError(f"no article {key!r} in {self.name}; kbsearch finds articles by their words")

    def _results(
        self,
        query: str,
        scores: Mapping[int, float],
        best: Callable[[int], Sequence[Scored]],
        asked: _Asked,
        *,
        sought: Sought,
        partial: bool = False,
        suggestions: tuple[str, ...] = (),
        diagnostics: tuple[QueryDiagnostic, ...] = (),
        explained: Ranking | None = None,
    ) -> Results:
        """What was asked for, of the documents of `scores`; `best` gives the first so many of them, best first. The scores of
        a ranking are explained where it is given.
        """
        order = best if asked.sort == "relevance" else lambda number: by_date(self._reader, scores, number)
        if asked.fold:
            page = self._folding.page(scores, order, asked.offset, asked.limit)
        else:
            page = [Folded(*scored) for scored in order(asked.offset + asked.limit)[asked.offset :]]
        return Results(
            query=query,
            total=self._folding.total(scores) if asked.fold else len(scores),
            partial=partial,
            hits=tuple(
                self._hit(rank, folded, sought if asked.snippets else None, explained)
                for rank, folded in enumerate(page, asked.offset + 1)
            ),
            facets={name: self._reader.facet(name).count(scores) for name in FACETS} if asked.facets else {},
            suggestions=suggestions,
            diagnostics=diagnostics,
            folded=asked.fold,
        )

    def _explanation(self, scored: Folded, ranking: Ranking) -> Explanation:
        ranker, document = self._finding.ranker, scored.document
        parts = {name: round(worth, 4) for name, worth in ranker.parts(ranking, document).items() if worth}
        rest = round(scored.score - sum(parts.values()), 4)
        if abs(rest) > _ROUNDED:
            parts["order"] = rest  # what puts an article first whose number was asked for, or behind those ranked before
        return Explanation(parts, tuple(ranker.words(ranking, document)))

    def _hit(self, rank: int, folded: Folded, sought: Sought | None, explained: Ranking | None) -> Hit:
        article, _ = self._reader.record(folded.document)
        return Hit(
            rank=rank,
            id=article.id,
            key=article.key,
            title=article.title,
            score=round(folded.score, 4),
            modified=article.modified,
            collection=article.collection,
            products=article.products,
            snippets=best_snippets(article, sought) if sought else (),
            cited_by=self._reader.count("cites", article.id) if article.id else 0,
            alike=tuple(self._reader.key(other) for other in folded.alike),
            explanation=self._explanation(folded, explained) if explained else msgspec.UNSET,
        )


class _Asked(msgspec.Struct, frozen=True):
    """What of the matching articles is wanted; checked when made."""

    limit: int
    offset: int
    facets: bool
    sort: Sort
    fold: bool
    snippets: bool

    def __post_init__(self) -> None:
        if self.limit < 0 or self.offset < 0:
            raise ValueError("limit and offset must not be negative")
        if self.sort not in get_args(Sort):
            raise ValueError(f"sort must be one of {', '.join(get_args(Sort))}")
