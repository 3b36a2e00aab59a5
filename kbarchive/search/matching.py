"""What a query asks beyond words and phrases: each kind of node has its one translation to the documents that it holds for."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial, reduce
from operator import and_
from typing import NamedTuple

from kbarchive.index.reader import IndexReader, ShardReader
from kbarchive.index.schema import TEXT_FIELDS
from kbarchive.search.expansion import MOST_TERMS, expand, values
from kbarchive.search.fields import TEXT, within
from kbarchive.search.nodes import And, ArticleNumber, Field, Fuzzy, Leaf, Near, Node, Not, Or, Phrase, Range, Wildcard, Word
from kbarchive.search.phrases import phrase_starts
from kbarchive.search.scoring import Occurrences, Scorer
from kbarchive.search.units import Unit, units

_Documents = AbstractSet[int]

# Keywords are asked for with or without what most of them begin with: kberrmsg, errmsg.
_PREFIXES = ("", "kb")


class Matches(NamedTuple):
    """The documents that all conditions hold for.

    `worths` are what the words in the conditions are worth there, and `terms` those words with their weights, for
    highlighting. `cut` says that wildcards fitted more terms than were looked for.
    """

    documents: AbstractSet[int]
    worths: Mapping[int, float]
    terms: Mapping[bytes, float]
    cut: bool


class Matcher:
    """Matches conditions against one index."""

    def __init__(self, reader: IndexReader, scorer: Scorer) -> None:
        self._reader = reader
        self._scorer = scorer

    def match(self, conditions: Sequence[Node]) -> Matches | None:
        """Where the conditions hold; None where they ask nothing."""
        matching = _Matching(self._reader, self._scorer, And(tuple(conditions)))
        documents = matching.documents(And(tuple(conditions)))
        if documents is None:
            return None
        return Matches(documents, matching.worths(documents), matching.terms, matching.cut)


class _Matching:
    """One evaluation. A node that asks nothing, such as a word without letters, holds nowhere and everywhere: None."""

    def __init__(self, reader: IndexReader, scorer: Scorer, tree: Node) -> None:
        self.terms: dict[bytes, float] = {}
        self.cut = False
        self._reader = reader
        self._scorer = scorer
        self._most_terms = MOST_TERMS // max(1, sum(1 for _ in _expanded(tree)))
        self._scored: list[tuple[float, Occurrences]] = []

    def documents(self, node: Node, wanted: bool = True) -> _Documents | None:
        """The documents that a node holds for; they are worth more by its words where it is `wanted`."""
        match node:
            case And(nodes):
                found = [part for inner in nodes if (part := self.documents(inner, wanted)) is not None]
                return reduce(and_, sorted(found, key=len)) if found else None
            case Or(nodes):
                found = [part for inner in nodes if (part := self.documents(inner, wanted)) is not None]
                return set().union(*found) if found else None
            case Not(inner):
                excluded = self.documents(inner, not wanted)
                return None if excluded is None else self._scorer.everything - excluded
            case Word() | Phrase() | ArticleNumber():
                return self._units(list(units(node)), wanted)
            case Wildcard() | Fuzzy():
                return set(self._any(self._expand(node), wanted).documents)
            case Near():
                return self._near(node, TEXT_FIELDS, wanted)
            case Range(name):
                return self._with_values(name, lambda value: within(node, value))
            case Field(name, inner):
                return self._in_text(TEXT[name], inner, wanted) if name in TEXT else self._in_values(name, inner)

    def worths(self, documents: Collection[int]) -> dict[int, float]:
        """What the wanted words are worth in documents, by their weight in the index."""
        worths: dict[int, float] = {}
        for weight, occurrences in self._scored:
            for document, worth in zip(occurrences.documents, occurrences.worths, strict=True):
                if document in documents:
                    worths[document] = worths.get(document, 0.0) + weight * worth
        return worths

    # ---- Words in any field ---------------------------------------------------------------------------------------------

    def _units(self, found: Sequence[Unit], wanted: bool) -> _Documents | None:
        documents: set[int] | None = None
        for unit in found:
            occurrences = self._scorer.occurrences(unit)
            self._score(occurrences, unit.terms, wanted)
            documents = set(occurrences.documents) if documents is None else documents.intersection(occurrences.documents)
        return documents

    def _any(self, terms: Sequence[bytes], wanted: bool) -> Occurrences:
        """Where one of several terms stands; they are one word, worth what the best of them is."""
        best: dict[int, float] = {}
        for term in terms:
            documents, worths = self._scorer.occurrences(Unit((term,)))
            for document, worth in zip(documents, worths, strict=True):
                if worth > best.get(document, 0.0):
                    best[document] = worth
        ordered = sorted(best)
        occurrences = Occurrences(array("I", ordered), array("d", map(best.__getitem__, ordered)))
        self._score(occurrences, terms, wanted)
        return occurrences

    def _score(self, occurrences: Occurrences, terms: Sequence[bytes], wanted: bool) -> None:
        weight = self._scorer.weight(occurrences)
        self._mark(terms, weight, wanted)
        if wanted:
            self._scored.append((weight, occurrences))

    def _mark(self, terms: Sequence[bytes], weight: float, wanted: bool) -> None:
        for term in terms if wanted else ():
            self.terms[term] = max(self.terms.get(term, 0.0), weight)

    def _expand(self, node: Wildcard | Fuzzy) -> list[bytes]:
        terms = expand(self._reader, node)
        self.cut = self.cut or len(terms) > self._most_terms
        return terms[: self._most_terms]

    # ---- Words in one field, and near one another --------------------------------------------------------------------------

    def _in_text(self, field: str, node: Leaf | Near, wanted: bool) -> _Documents:
        if isinstance(node, Near):
            return self._near(node, [field], wanted)
        if isinstance(node, Wildcard | Fuzzy):
            terms = self._expand(node)
            documents = self._over_shards(lambda shard: (n for term in terms for n in _with_unit(shard, field, Unit((term,)))))
            # To look so many terms up in all fields, for what they are worth there, would take long.
            self._score(Occurrences(array("I", sorted(documents)), array("d", [1.0] * len(documents))), terms, wanted)
            return documents
        asked = list(units(node))
        self._units(asked, wanted)
        found = [self._over_shards(partial(_with_unit, field=field, unit=unit)) for unit in asked]
        return set.intersection(*found)

    def _near(self, node: Near, fields: Sequence[str], wanted: bool) -> _Documents:
        left, right = (self._alternatives(leaf, wanted) for leaf in (node.left, node.right))
        return self._over_shards(lambda shard: _near_in_fields(shard, fields, left, right, node.distance))

    def _alternatives(self, leaf: Leaf, wanted: bool) -> list[tuple[bytes, ...]]:
        if isinstance(leaf, Wildcard | Fuzzy):
            terms = self._expand(leaf)
            self._mark(terms, 1.0, wanted)
            return [(term,) for term in terms]
        found = list(units(leaf))
        self._units(found, wanted)
        # A word of several runs, such as f(x), is a phrase here.
        return [tuple(term for unit in found for term in unit.terms)] if found else []

    # ---- Values -------------------------------------------------------------------------------------------------------------

    def _in_values(self, name: str, node: Leaf | Near) -> _Documents:
        assert not isinstance(node, Near | Fuzzy)  # noqa: S101 - `fields.field_node` lets no other through
        if isinstance(node, Wildcard):
            fitting = set().union(*(values(self._reader, name, prefix + node.pattern) for prefix in _PREFIXES))
            return self._with_one_of(name, fitting)
        text = " ".join(node.text.split())
        if name == "cites":
            return self._with_one_of(name, [text])
        if name == "citedby":
            return self._cited_by(text)
        return self._with_one_of(name, [prefix + text.casefold() for prefix in _PREFIXES])

    def _cited_by(self, article_id: str) -> _Documents:
        document = self._reader.find("id", article_id)
        cited = () if document is None else self._reader.record(document)[0].references
        return self._with_one_of("id", {reference.id for reference in cited})

    def _with_values(self, name: str, fits: Callable[[str], bool]) -> _Documents:
        return self._with_one_of(name, {value for shard in self._reader.shards for value in shard.values(name) if fits(value)})

    def _with_one_of(self, name: str, wanted: Iterable[str]) -> _Documents:
        return self._over_shards(lambda shard: (n for value in wanted for n in shard.documents_with(name, value)))

    def _over_shards(self, find: Callable[[ShardReader], Iterable[int]]) -> set[int]:
        """Documents numbered through all shards, from what is found in each; deleted ones are none."""
        return {shard.base + number for shard in self._reader.shards for number in set(find(shard)) - shard.deleted}


def _expanded(node: Node) -> Iterator[Node]:
    match node:
        case And(nodes) | Or(nodes):
            for inner in nodes:
                yield from _expanded(inner)
        case Not(inner) | Field(_, inner):
            yield from _expanded(inner)
        case Near(left, right):
            yield from (leaf for leaf in (left, right) if isinstance(leaf, Wildcard | Fuzzy))
        case Wildcard() | Fuzzy():
            yield node


def _with_unit(shard: ShardReader, field: str, unit: Unit) -> Iterator[int]:
    if unit.whole and (postings := shard.postings(field, unit.whole)):
        yield from postings.documents
    if len(unit.terms) > 1:
        yield from (document for document, _ in phrase_starts(shard, field, unit.terms))
    elif postings := shard.postings(field, unit.terms[0]):
        yield from postings.documents


def _near_in_fields(
    shard: ShardReader,
    fields: Iterable[str],
    left: Sequence[tuple[bytes, ...]],
    right: Sequence[tuple[bytes, ...]],
    distance: int,
) -> set[int]:
    """The documents of a shard in which at most `distance` words stand between one of `left` and one of `right`."""
    found: set[int] = set()
    for field in fields:
        places = [_starts(shard, field, alternatives) for alternatives in (left, right)]
        for document in (places[0].keys() & places[1].keys()) - found:
            starts = places[0][document], places[1][document]
            if _follows(starts[0], len(left[0]), starts[1], distance) or _follows(
                starts[1], len(right[0]), starts[0], distance
            ):
                found.add(document)
    return found


def _starts(shard: ShardReader, field: str, alternatives: Sequence[tuple[bytes, ...]]) -> dict[int, Sequence[int]]:
    """Where one of the alternatives begins, in rising order, by document; all have the same number of words."""
    found: dict[int, Sequence[int]] = {}
    for terms in alternatives:
        if len(terms) > 1:
            found.update((document, sorted(starts)) for document, starts in phrase_starts(shard, field, terms))
        elif postings := shard.postings(field, terms[0]):
            for document, starts in postings.all_positions().items():
                found[document] = sorted((*found[document], *starts)) if document in found else starts
    return found


def _follows(before: Sequence[int], length: int, after: Sequence[int], distance: int) -> bool:
    """Whether something begins behind the end of what stands before, with at most `distance` words between."""
    for start in after:
        place = bisect_left(before, start - length + 1)
        if place and start - (before[place - 1] + length) <= distance:
            return True
    return False
