"""From the tree of a query to what is looked up in the index: its words in order, and what must or must not be there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kbarchive.index.analysis import QueryTerms, query_terms
from kbarchive.index.thesaurus import Names
from kbarchive.search.nodes import And, ArticleNumber, Node, Not, Or, Phrase, Word, cost

# A query longer than this is cut: pasted pages are no questions, and every word costs time.
MOST_WORDS = 64

# The number of an article among other words, as it is written and cited; where it is all that is asked for, it needs no letter.
_NUMBER = re.compile(r"(?<!\w)(?:(?:Q|KB|ARTICLE|ARTICLE ID)[ :#-]{0,3}|#)0*([1-9]\d{3,6})(?!\w)", re.IGNORECASE | re.ASCII)


class Unit(NamedTuple):
    """Terms to stand one after another; where `forms` are given, in just these forms."""

    terms: tuple[bytes, ...]
    forms: tuple[bytes, ...] = ()


class AskedWord(NamedTuple):
    """A word of a query as it is written, the term that it is looked for by, and its form."""

    text: str
    term: bytes
    form: bytes


class Wanted(NamedTuple):
    """What one part of a query wants: one of these units."""

    units: tuple[Unit, ...]

    @property
    def is_phrase(self) -> bool:
        """Whether the part stood in quotes."""
        return bool(self.units[0].forms)


class Plan(NamedTuple):
    """What a query comes to.

    `words` are all words that are wanted, in order, those of phrases among them; `wanted` is what a short query wants, part by
    part, each once; `wholes` are names of several words such as TCP/IP, which are worth more where they stand as a whole.
    `conditions` must hold, whatever else is found; `numbers` are those of articles that it names, which are put first where
    they match; `cut` says that the query was too long: what stands behind its first words is left out. `only_excluded` says
    that it wanted nothing, so that its words were taken as wanted.
    """

    words: tuple[AskedWord, ...]
    wanted: tuple[Wanted, ...]
    wholes: tuple[Unit, ...]
    excluded: tuple[Wanted, ...]
    conditions: tuple[Node, ...]
    numbers: tuple[int, ...]
    cut: bool
    only_excluded: bool


def plan(query: And, names: Names) -> Plan:
    """What a query wants and excludes. Where it excludes and wants nothing, its words are wanted. `names` are a thesaurus's."""
    wanted: list[Word | Phrase | ArticleNumber] = []
    excluded: list[Word | Phrase | ArticleNumber] = []
    conditions: list[Node] = []
    asked = 0
    for node in query.nodes:
        if asked > MOST_WORDS:  # what a pasted page says further down is no condition
            break
        match node:
            case Word() | Phrase() | ArticleNumber():
                wanted.append(node)
                asked += sum(len(run.texts) for run in _runs(node))
            case Not(Word() | Phrase() as inner):
                excluded.append(inner)
            case _:
                conditions.append(node)
    only_excluded = bool(excluded) and not wanted and not conditions
    if only_excluded:
        wanted, excluded = excluded, []
    kept = _first(And(tuple(conditions)), MOST_WORDS)
    runs = [run for node in wanted for run in _runs(node)]
    words = [AskedWord(*word) for run in runs for word in zip(run.texts, run.words, run.forms, strict=True)]
    left_out = [part for node in excluded for part in wanted_by(node, names)]
    cut = max(len(words) + len(left_out), cost(And(tuple(conditions)))) > MOST_WORDS
    return Plan(
        words=tuple(words[:MOST_WORDS]),
        wanted=tuple(dict.fromkeys(part for node in wanted for part in wanted_by(node, names))),
        wholes=tuple(dict.fromkeys(Unit((run.whole,)) for run in runs if run.whole))[:MOST_WORDS],
        excluded=tuple(left_out[:MOST_WORDS]),
        conditions=kept.nodes if isinstance(kept, And) else (),
        numbers=tuple(dict.fromkeys(_numbers((*wanted, *conditions)))),
        cut=cut,
        only_excluded=only_excluded,
    )


def _numbers(nodes: Sequence[Node]) -> Iterator[int]:
    """The numbers of the articles that some nodes want."""
    written = " ".join(node.text if isinstance(node, Word) else "|" for node in nodes)
    yield from (int(found[1]) for found in _NUMBER.finditer(written))
    for node in nodes:
        match node:
            case ArticleNumber(number):
                yield number
            case And(inner) | Or(inner):
                yield from _numbers(inner)


def _first(node: Node, most: int) -> Node | None:
    """A tree without what stands behind the first nodes that cost `most`; None where nothing is left."""
    if not isinstance(node, And | Or):
        return node if cost(node) <= most else None
    nodes = []
    for inner in node.nodes:
        kept = _first(inner, most)
        if kept is None:
            break
        nodes.append(kept)
        most -= cost(kept)
    return type(node)(tuple(nodes)) if nodes else None


def wanted_by(node: Word | Phrase | ArticleNumber, names: Names) -> list[Wanted]:
    """What a leaf wants; several parts for a word such as NT/2000,XP; none where it has no letter or digit.

    The words of a name are looked for one after another, as the whole, or by another name; those of a phrase as they are
    written.
    """
    if isinstance(node, Phrase):
        runs = _runs(node)
        terms = tuple(term for run in runs for term in run.words)
        forms = tuple(form for run in runs for form in run.forms)
        return [Wanted((Unit(terms, forms),))] if terms else []
    found = []
    for run in _runs(node):
        others = [run.whole, *names.get(run.words, ())]
        found.append(Wanted((Unit(run.words), *(Unit((term,)) for term in others if term))))
    return found


def _runs(node: Word | Phrase | ArticleNumber) -> list[QueryTerms]:
    return query_terms(str(node.number) if isinstance(node, ArticleNumber) else node.text)
