"""From the text of a query to what it finds in an index, and to queries that might have been meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kbarchive.index.reader import IndexReader
from kbarchive.search.concepts import Concept
from kbarchive.search.expansion import MOST_TERMS
from kbarchive.search.matching import Matcher, Matches
from kbarchive.search.query import Query, parse, with_plain_signs
from kbarchive.search.ranking import Ranker, Ranking
from kbarchive.search.results import QueryDiagnostic
from kbarchive.search.scoring import Scorer
from kbarchive.search.settings import Settings
from kbarchive.search.suggestions import Spelling, without_quotes
from kbarchive.search.units import Plan, Unit, plan

# Of a pasted page no more words that no article has are told.
_MOST_UNKNOWN = 5


class Found(NamedTuple):
    """A query as it was read, what it comes to, and what was found; the articles that it names, the ids of those that are not
    there, and its words that no article has.
    """

    read: Query
    planned: Plan
    matches: Matches | None
    ranking: Ranking
    first: tuple[int, ...]
    absent: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def diagnostics(self) -> tuple[QueryDiagnostic, ...]:
        """What is odd in the query."""
        return (*self.read.diagnostics, *_odd(self.planned, self.matches), *_missing(self.absent, self.unknown))


class Finding:
    """Finds what queries ask for in one index."""

    def __init__(self, reader: IndexReader, scorer: Scorer, settings: Settings) -> None:
        self._reader = reader
        self._scorer = scorer
        self._matcher = Matcher(reader, scorer)
        self._spelling = Spelling(reader)
        self.ranker = Ranker(reader, scorer, self._spelling.correction, settings)

    def find(self, query: str) -> Found:
        """All that a query matches."""
        read = parse(query)
        planned = plan(read.tree, self._reader.thesaurus.names)
        matches = self._matcher.match(planned.conditions)
        ranking = self.ranker.match(planned, matches and matches.documents)
        if matches:
            added = {document: score + matches.worths.get(document, 0.0) for document, score in ranking.scores.items()}
            ranking = ranking._replace(scores=added)
        named = {f"Q{number}": self._reader.find("id", f"Q{number}") for number in planned.numbers if number}
        first = tuple([document for document in named.values() if document is not None and document in ranking.scores])
        # A lone number need not be that of an article.
        absent = () if query.strip().isdigit() else tuple([key for key, document in named.items() if document is None])
        unknown = tuple([concept.text for concept in ranking.question.concepts if not self._is_known(concept)])
        return Found(read, planned, matches, ranking, first, absent, unknown)

    def suggestions(self, query: str, found: Found) -> tuple[str, ...]:
        """The query as this language writes it, or with its slips corrected; without its quotes, where it finds nothing but its
        words do.
        """
        query = with_plain_signs(query)
        if self._is_better(query, other := _translated(query)):
            return (other,)
        suggestions = self._spelling.suggestions(query, found.read.tree)
        if suggestions or found.ranking.scores:
            return suggestions
        return (other,) if self._is_better(query, other := without_quotes(query)) else ()

    def _is_better(self, query: str, other: str) -> bool:
        """Whether a query that may be meant is another one, can be read, wants something, and finds it."""
        if other == query:
            return False
        found = self.find(other)
        return bool(found.ranking.scores) and not found.read.diagnostics and not found.planned.only_excluded

    def _is_known(self, concept: Concept) -> bool:
        return any(self._scorer.frequency(Unit((other.term,))) for other in concept.alternatives)


def _translated(query: str) -> str:
    if ":" not in query and " -" not in query and query == query.lower():
        return query  # plain words, as most are: a command of its own does without the module
    from kbarchive.search.translation import translated

    return translated(query)


def _missing(absent: Sequence[str], unknown: Sequence[str]) -> Iterator[QueryDiagnostic]:
    for article in absent:
        yield QueryDiagnostic("no-article", f"the article {article} is not here; those that have its number were looked for")
    if not unknown:
        return
    words = ", ".join(unknown[:_MOST_UNKNOWN])
    more = f" and {len(unknown) - _MOST_UNKNOWN} more" if len(unknown) > _MOST_UNKNOWN else ""
    yield QueryDiagnostic("unknown-word", f"no article has the word{'s' if len(unknown) > 1 else ''} {words}{more}")


def _odd(planned: Plan, matches: Matches | None) -> Iterator[QueryDiagnostic]:
    if not planned.words and matches is None:
        yield QueryDiagnostic("no-words", "the query has no word to look for")
    if planned.cut:
        yield QueryDiagnostic("query-cut", "the query is long; only what stands first in it was looked for")
    if matches and matches.cut:
        yield QueryDiagnostic("terms-cut", f"* and ~ fit too many words; {MOST_TERMS} of them were looked for, the shortest")
    if matches and matches.dates:
        yield QueryDiagnostic(
            "no-date", "modified: no article is of that time; those here are of {} to {}".format(*matches.dates)
        )
    if planned.only_excluded:
        yield QueryDiagnostic("only-excluded", "the query only excludes; its words were looked for instead")
