"""What a query asks beyond words and phrases: each kind of node has its one translation to the documents that it holds for."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import reduce
from operator import and_
from typing import NamedTuple

from kbarchive.index.reader import IndexReader, ShardReader
from kbarchive.index.zones import CODE, GAP, ZONES
from kbarchive.search.expansion import MOST_TERMS, expand, values
from kbarchive.search.fields import PREFIXES, TEXT, bound_key, within
from kbarchive.search.nodes import And, ArticleNumber, Field, Fuzzy, Leaf, Near, Node, Not, Or, Phrase, Range, Wildcard, Word
from kbarchive.search.phrases import documents_with, starts
from kbarchive.search.scoring import ONCE, WORTHS, Occurrences, Scorer
from kbarchive.search.units import Unit, Wanted, wanted_by

_Documents = AbstractSet[int]

_CODE = ZONES.index(CODE)


class Matches(NamedTuple):
    """The documents that all conditions hold for.

    `worths` are what the words in the conditions are worth there, and `terms` those words with their weights, by the zones in
    which they are looked for, for highlighting. `cut` says that wildcards fitted more terms than were looked for. `dates` are
    the first and the last date of all articles, where a range that is wanted has none of them.
    """

    documents: AbstractSet[int]
    worths: Mapping[int, float]
    terms: Mapping[tuple[str, ...], Mapping[bytes, float]]
    cut: bool
    dates: tuple[str, str] | None


class Matcher:
    """Matches conditions against one index."""

    def __init__(self, reader: IndexReader, scorer: Scorer) -> None:
        self._reader = reader
        self._scorer = scorer
        self._ranges = _Ranges(reader)

    def match(self, conditions: Sequence[Node]) -> Matches | None:
        """Where the conditions hold; None where they ask nothing."""
        matching = _Matching(self._reader, self._scorer, self._ranges, And(tuple(conditions)))
        documents = matching.documents(And(tuple(conditions)))
        if documents is None:
            return None
        return Matches(documents, matching.worths(documents), matching.terms, matching.cut, matching.dates)


class _Matching:
    """One evaluation. A node that asks nothing, such as a word without letters, holds nowhere and everywhere: None."""

    def __init__(self, reader: IndexReader, scorer: Scorer, ranges: _Ranges, tree: Node) -> None:
        self.terms: dict[tuple[str, ...], dict[bytes, float]] = {}
        self.cut = False
        self.dates: tuple[str, str] | None = None
        self._reader = reader
        self._scorer = scorer
        self._ranges = ranges
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
                return self._parts(wanted_by(node, self._reader.thesaurus.names), wanted)
            case Wildcard() | Fuzzy():
                return set(self._any([Unit((term,)) for term in self._expand(node)], wanted).documents)
            case Near():
                return self._near(node, (), wanted)
            case Range():
                return self._in_range(node, wanted)
            case Field(name, inner):
                return self._in_text(TEXT[name], inner, wanted) if name in TEXT else self._in_values(name, inner)

    def worths(self, documents: Collection[int]) -> dict[int, float]:
        """What the wanted words are worth in documents, by their weight in the index."""
        worths: dict[int, float] = {}
        for weight, occurrences in self._scored:
            for document, impact in zip(occurrences.documents, occurrences.impacts, strict=True):
                if document in documents:
                    worths[document] = worths.get(document, 0.0) + weight * WORTHS[impact]
        return worths

    # ---- Words anywhere ---------------------------------------------------------------------------------------------

    def _parts(self, parts: Sequence[Wanted], wanted: bool, zones: Sequence[str] = ()) -> _Documents | None:
        """Where all parts stand, each as one of its units, in whatever zone; they are asked for in some."""
        found = [set(self._any(part.units, wanted, zones).documents) for part in parts]
        return reduce(and_, found) if found else None

    def _any(self, units: Sequence[Unit], wanted: bool, zones: Sequence[str] = ()) -> Occurrences:
        """Where one of several units stands; they are one word, worth what the best of them is."""
        best: dict[int, int] = {}
        for unit in units:
            documents, impacts = self._scorer.occurrences(unit)
            for document, impact in zip(documents, impacts, strict=True):
                if impact > best.get(document, 0):
                    best[document] = impact
        ordered = sorted(best)
        occurrences = Occurrences(array("I", ordered), bytes(map(best.__getitem__, ordered)))
        self._score(occurrences, [term for unit in units for term in unit.terms], wanted, zones)
        return occurrences

    def _score(self, occurrences: Occurrences, terms: Sequence[bytes], wanted: bool, zones: Sequence[str]) -> None:
        weight = self._scorer.rarity(len(occurrences.documents))
        self._mark(terms, weight, wanted, zones)
        if wanted:
            self._scored.append((weight, occurrences))

    def _mark(self, terms: Sequence[bytes], weight: float, wanted: bool, zones: Sequence[str]) -> None:
        marked = self.terms.setdefault(tuple(zones), {})
        for term in terms if wanted else ():
            marked[term] = max(marked.get(term, 0.0), weight)

    def _expand(self, node: Wildcard | Fuzzy) -> list[bytes]:
        terms = expand(self._reader, node)
        self.cut = self.cut or len(terms) > self._most_terms
        return terms[: self._most_terms]

    # ---- Words in some zones, and near one another --------------------------------------------------------------------------

    def _in_text(self, zones: Sequence[str], node: Leaf | Near, wanted: bool) -> _Documents:
        if isinstance(node, Near):
            return self._near(node, zones, wanted)
        if isinstance(node, Wildcard | Fuzzy):
            terms = self._expand(node)
            documents = self._with_one_unit([Unit((term,)) for term in terms], zones)
            # To look up what so many terms are worth would take long.
            ordered = array("I", sorted(documents))
            self._score(Occurrences(ordered, bytes([ONCE]) * len(ordered)), terms, wanted, zones)
            return documents
        asked = wanted_by(node, self._reader.thesaurus.names)
        self._parts(asked, wanted, zones)
        return set.intersection(*(self._with_one_unit(part.units, zones) for part in asked))

    def _with_one_unit(self, units: Sequence[Unit], zones: Sequence[str]) -> set[int]:
        return self._over_shards(lambda shard: (n for unit in units for n in documents_with(shard, unit, zones)))

    def _near(self, node: Near, zones: Sequence[str], wanted: bool) -> _Documents:
        left, right = (self._alternatives(leaf, wanted, zones) for leaf in (node.left, node.right))
        return self._over_shards(lambda shard: _near_in_zones(shard, zones, left, right, node.distance))

    def _alternatives(self, leaf: Leaf, wanted: bool, zones: Sequence[str]) -> list[Unit]:
        if isinstance(leaf, Wildcard | Fuzzy):
            terms = self._expand(leaf)
            self._mark(terms, 1.0, wanted, zones)
            return [Unit((term,)) for term in terms]
        found = wanted_by(leaf, self._reader.thesaurus.names)
        self._parts(found, wanted, zones)
        # A word of several runs, such as f(x), is a phrase here.
        terms = [term for part in found for term in part.units[0].terms]
        forms = [form for part in found for form in part.units[0].forms]
        return [Unit(tuple(terms), tuple(forms))] if terms else []

    # ---- Values -------------------------------------------------------------------------------------------------------------

    def _in_values(self, name: str, node: Leaf | Near) -> _Documents:
        assert not isinstance(node, Near | Fuzzy)  # noqa: S101 - `fields.field_node` lets no other through
        if isinstance(node, Wildcard):
            fitting = set().union(*(values(self._reader, name, prefix + node.pattern) for prefix in PREFIXES))
            return self._with_one_of(name, fitting)
        text = " ".join(node.text.split())
        if name == "cites":
            return self._with_one_of(name, [text])
        if name == "citedby":
            return self._cited_by(text)
        text = text.casefold()
        if isinstance(node, Phrase) and self._reader.count(name, text):  # just this value, as a facet counts it
            return self._with_one_of(name, [text])
        return self._with_one_of(name, [prefix + text for prefix in PREFIXES])

    def _cited_by(self, article_id: str) -> _Documents:
        document = self._reader.find("id", article_id)
        cited = () if document is None else self._reader.record(document)[0].references
        return self._with_one_of("id", {reference.id for reference in cited})

    def _in_range(self, node: Range, wanted: bool) -> _Documents:
        found = self._ranges.documents(node)
        if wanted and not found and node.name == "modified":
            self.dates = self._ranges.span(node.name)
        return found

    def _with_one_of(self, name: str, wanted: Iterable[str]) -> _Documents:
        return self._over_shards(lambda shard: (n for value in wanted for n in shard.documents_with(name, value)))

    def _over_shards(self, find: Callable[[ShardReader], Iterable[int]]) -> set[int]:
        """Documents numbered through all shards, from what is found in each; deleted ones are none."""
        return {shard.base + number for shard in self._reader.shards for number in set(find(shard)) - shard.deleted}


class _Ranges:
    """The values of the fields that have ranges, read when first asked for and kept: a range asks for many of them."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader
        self._kept: dict[str, list[tuple[tuple[int, ...], list[int]]]] = {}

    def documents(self, node: Range) -> set[int]:
        """The documents with a value in a range."""
        if node.name not in self._kept:
            self._kept[node.name] = list(self._dates() if node.name == "modified" else self._values(node.name))
        fits = within(node)
        return {document for key, documents in self._kept[node.name] if fits(key) for document in documents}

    def span(self, name: str) -> tuple[str, str] | None:
        """The least and the greatest value, of dates as they are written; None where there is none."""
        keys = [key for key, _ in self._kept[name]]
        if not keys:
            return None
        first, last = ("-".join(f"{number:02}" for number in key) for key in (min(keys), max(keys)))
        return first, last

    def _values(self, name: str) -> Iterator[tuple[tuple[int, ...], list[int]]]:
        for shard in self._reader.shards:
            for value in shard.values(name):
                if key := bound_key(name, value):
                    yield key, [shard.base + number for number in shard.documents_with(name, value)]

    def _dates(self) -> Iterator[tuple[tuple[int, ...], list[int]]]:
        """As `_values`, by the column of dates: one is read, where there are thousands of posting lists."""
        found: dict[int, list[int]] = {}
        dates = self._reader.dates
        for document in self._reader.all_documents():
            found.setdefault(dates[document], []).append(document)
        for date, documents in found.items():
            if date:
                yield (date // 10000, date // 100 % 100, date % 100), documents


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


def _near_in_zones(
    shard: ShardReader, zones: Sequence[str], left: Sequence[Unit], right: Sequence[Unit], distance: int
) -> set[int]:
    """The documents of a shard in which at most `distance` words stand between one of `left` and one of `right`, both in one
    of some zones, or anywhere.
    """
    found: set[int] = set()
    places = [_starts(shard, zones, alternatives) for alternatives in (left, right)]
    if not all(places):
        return found
    lengths = [len(alternatives[0].terms) for alternatives in (left, right)]
    for document in places[0].keys() & places[1].keys():
        for one, other in _by_zone(shard, document, places[0][document], places[1][document], distance):
            if _follows(one, lengths[0], other, distance) or _follows(other, lengths[1], one, distance):
                found.add(document)
    return found


def _by_zone(
    shard: ShardReader, document: int, one: Sequence[int], other: Sequence[int], distance: int
) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
    """Places apart for each zone, where words of two zones could be taken to be near."""
    if distance < GAP:
        yield one, other
        return
    for zone in shard.layout.zones(document):
        if zone.zone != _CODE:
            yield [p for p in one if zone.start <= p < zone.end], [p for p in other if zone.start <= p < zone.end]


def _starts(shard: ShardReader, zones: Sequence[str], alternatives: Sequence[Unit]) -> dict[int, Sequence[int]]:
    """Where one of the alternatives begins, in rising order, by document; all have the same number of words."""
    found: dict[int, Sequence[int]] = {}
    for unit in alternatives:
        for document, places in starts(shard, unit, zones):
            found[document] = sorted((*found[document], *places)) if document in found else places
    return found


def _follows(before: Sequence[int], length: int, after: Sequence[int], distance: int) -> bool:
    """Whether something begins behind the end of what stands before, with at most `distance` words between."""
    for start in after:
        place = bisect_left(before, start - length + 1)
        if place and start - (before[place - 1] + length) <= distance:
            return True
    return False
