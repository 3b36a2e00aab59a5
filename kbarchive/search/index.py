"""An open index: searched, and asked for the articles it holds."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from kbarchive.article import Article
from kbarchive.errors import UnknownArticleError
from kbarchive.index.reader import IndexReader, trusted
from kbarchive.index.store import Metadata
from kbarchive.revisions import newest_first
from kbarchive.search.completion import article_keys, completions
from kbarchive.search.expansion import MOST_TERMS
from kbarchive.search.matching import Matcher, Matches
from kbarchive.search.proximity import Proximity
from kbarchive.search.query import parse
from kbarchive.search.ranking import Ranker, Ranking
from kbarchive.search.results import Hit, QueryDiagnostic, Results
from kbarchive.search.scoring import Scorer
from kbarchive.search.snippets import best_snippet
from kbarchive.search.suggestions import suggestions
from kbarchive.search.units import Plan, plan

_ARTICLE_ID = re.compile(r"\s*(?:Q|KB)?0*(\d+)\s*", re.IGNORECASE)

_T = TypeVar("_T")


class Index:
    """An index that is open. Close it, or use it as a context manager. Several threads may use it, one at a time.

    `name` says of what it is, for people; `location` is its folder, None where it is held in memory.
    """

    def __init__(self, reader: IndexReader, name: str) -> None:
        self.name = name
        self._reader = reader
        scorer = Scorer(reader)
        self._matcher = Matcher(reader, scorer)
        self._ranker = Ranker(scorer, Proximity(reader), lambda document: reader.column("key", document))
        self._lock = threading.RLock()

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
        """Closes the files of the index; closing twice does no harm."""
        with self._lock:
            self._reader.close()

    def search(self, query: str, limit: int = 10, offset: int = 0, *, facets: bool = False) -> Results:
        """The articles that match a query, best first: `limit` hits from `offset` on. Any text is a query.

        All words of a query of up to three are wanted, of a longer one those that tell most. Where nothing matches so,
        the best partial matches are given. Raises SearchIndexError where the index is damaged, ValueError where limit or
        offset is negative.
        """
        if limit < 0 or offset < 0:
            raise ValueError("limit and offset must not be negative")
        # Lone surrogates, which Python makes of arguments that are no UTF-8, cannot be written as JSON.
        query = query.encode("utf-8", "replace").decode("utf-8")
        read = parse(query)
        planned = plan(read.tree)
        with self._reading():
            matches = self._matcher.match(planned.conditions)
            ranking = self._ranker.match(planned, matches and matches.documents)
            if matches:
                for document in ranking.scores.keys() & matches.worths.keys():
                    ranking.scores[document] += matches.worths[document]
            number = planned.number
            first = None if number is None else self._reader.find("id", f"Q{number}")
            if first is not None:
                # The article itself is an answer to its number, whether it names itself or not.
                ranking.scores.setdefault(first, 0.0)
                ranking = ranking._replace(partial=False)
            page = self._ranker.page(ranking, offset, limit, first)
            weights = _term_weights(ranking, matches)
            hits = tuple(self._hit(rank, document, score, weights) for rank, (document, score) in enumerate(page, offset + 1))
            partial = ranking.partial and bool(ranking.scores)
            unknown = [planned.wanted[unit] for unit in ranking.unknown]
            return Results(
                query=query,
                total=len(ranking.scores),
                partial=partial,
                hits=hits,
                facets=self._facets(ranking) if facets else {},
                suggestions=suggestions(self._reader, query, unknown) if partial or not ranking.scores else (),
                diagnostics=(*read.diagnostics, *_diagnostics(planned, matches)),
            )

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
            return sorted(self._reader.column("key", document) for document in self._reader.find_all("cites", article_id))

    def cited_ids(self) -> dict[str, int]:
        """Every id that is cited, and by how many articles."""
        with self._reading():
            ids = sorted({value for shard in self._reader.shards for value in shard.values("cites")})
            return {value: sum(1 for _ in self._reader.find_all("cites", value)) for value in ids}

    def has(self, article_id: str) -> bool:
        """Whether the index has an article of this id."""
        with self._reading():
            return self._reader.find("id", article_id) is not None

    def completions(self, text: str) -> list[str]:
        """What a query that is being typed may become by a longer last word: a field, a value of it, a key of an article."""
        with self._reading():
            return completions(self._reader, text)

    def keys(self, begun: str = "") -> list[str]:
        """The keys of articles that begin so (Q2069, 2069, KB2069); none where there are too many to choose from."""
        with self._reading():
            return article_keys(self._reader, begun)

    def _reading(self) -> _Reading:
        return _Reading(self._lock, self._reader.location)

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
        raise UnknownArticleError(f"no article {key!r} in {self.name}; kbsearch finds articles by their words")

    def _hit(self, rank: int, document: int, score: float, weights: Mapping[bytes, float]) -> Hit:
        article, _ = self._reader.record(document)
        snippet = best_snippet(article, weights)
        return Hit(
            rank=rank,
            id=article.id,
            key=article.key,
            title=article.title,
            score=round(score, 4),
            modified=article.modified,
            collection=article.collection,
            products=article.products,
            snippets=(snippet,) if snippet else (),
        )

    def _facets(self, ranking: Ranking) -> dict[str, dict[str, int]]:
        groups: dict[str, tuple[str, Callable[[str], str]]] = {
            "collection": ("collection", str),
            "year": ("modified", lambda modified: modified[:4]),
        }
        facets = {}
        for name, (column, label) in groups.items():
            values = Counter(label(self._reader.column(column, document)) for document in ranking.scores)
            values.pop("", None)
            facets[name] = dict(sorted(values.items(), key=lambda item: (-item[1], item[0])))
        return facets


class _Reading:
    """Reads under the lock, and tells damage as what it is."""

    def __init__(self, lock: threading.RLock, location: Path | None) -> None:
        self._lock = lock
        self._trusted = trusted(location)

    def __enter__(self) -> None:
        self._lock.acquire()
        self._trusted.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        try:
            return self._trusted.__exit__(kind, error, traceback)
        finally:
            self._lock.release()


def _term_weights(ranking: Ranking, matches: Matches | None) -> dict[bytes, float]:
    weights = dict(matches.terms) if matches else {}
    for unit, weight in ranking.weights.items():
        for term in unit.terms:
            weights[term] = max(weights.get(term, 0.0), weight / len(unit.terms))
    return weights


def _diagnostics(planned: Plan, matches: Matches | None) -> Iterator[QueryDiagnostic]:
    if not planned.wanted and matches is None:
        yield QueryDiagnostic("no-words", "the query has no word to look for")
    if planned.cut:
        yield QueryDiagnostic("query-cut", "the query is long; only what stands first in it was looked for")
    if matches and matches.cut:
        yield QueryDiagnostic("terms-cut", f"* and ~ fit too many words; {MOST_TERMS} of them were looked for, the shortest")
    if planned.only_excluded:
        yield QueryDiagnostic("only-excluded", "the query only excludes; its words were looked for instead")
