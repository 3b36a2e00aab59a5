"""From the tree of a query to what is looked up in the index: units of terms, each wanted or excluded."""

from __future__ import annotations

from typing import NamedTuple

from kbarchive.index.analysis import query_terms
from kbarchive.search.nodes import And, ArticleNumber, Node, Not, Or, Phrase, Word, leaves

# A query longer than this is cut: pasted pages are no questions, and every unit costs time.
MOST_UNITS = 64


class Unit(NamedTuple):
    """Terms to stand one after another; `whole` is the term of a run such as TCP/IP, indexed beside its words."""

    terms: tuple[bytes, ...]
    whole: bytes | None = None


class Plan(NamedTuple):
    """What a query comes to.

    `wanted` gives for each unit the text it came from; `conditions` must hold, whatever else is found; `number` is the
    article to be put first; `cut` says that the query was too long, `only_excluded` that it wanted nothing, so that its
    words were taken as wanted.
    """

    wanted: dict[Unit, str]
    excluded: tuple[Unit, ...]
    conditions: tuple[Node, ...]
    number: int | None
    cut: bool
    only_excluded: bool


def plan(query: And) -> Plan:
    """The units of a query, each once, in order. Where a query excludes and wants nothing, its words are wanted."""
    wanted: dict[Unit, str] = {}
    excluded: dict[Unit, str] = {}
    conditions: list[Node] = []
    for node in query.nodes:
        match node:
            case Word() | Phrase() | ArticleNumber():
                wanted.update(units(node))
            case Not(Word() | Phrase() as inner):
                excluded.update(units(inner))
            case _:
                conditions.append(node)
    only_excluded = bool(excluded) and not wanted and not conditions
    if only_excluded:
        wanted, excluded = excluded, {}
    number = next((node.number for node in query.nodes if isinstance(node, ArticleNumber)), None)
    kept = _first(And(tuple(conditions)), MOST_UNITS)
    cut = max(len(wanted) + len(excluded), leaves(And(tuple(conditions)))) > MOST_UNITS
    return Plan(
        dict(list(wanted.items())[:MOST_UNITS]),
        tuple(excluded)[:MOST_UNITS],
        kept.nodes if isinstance(kept, And) else (),
        number,
        cut,
        only_excluded,
    )


def _first(node: Node, most: int) -> Node | None:
    """A tree without the leaves behind the first `most`; None where nothing is left."""
    if not isinstance(node, And | Or):
        return node if leaves(node) <= most else None
    nodes = []
    for inner in node.nodes:
        kept = _first(inner, most)
        if kept is None:
            break
        nodes.append(kept)
        most -= leaves(kept)
    return type(node)(tuple(nodes)) if nodes else None


def units(node: Word | Phrase | ArticleNumber) -> dict[Unit, str]:
    """The units of a leaf, each with its text; several for a word such as NT/2000,XP; none where it has no letter or digit."""
    match node:
        case Word(text):
            return {Unit(run.words, run.whole): text for run in query_terms(text)}
        case Phrase(text):
            terms = tuple(term for run in query_terms(text) for term in run.words)
            return {Unit(terms): text} if terms else {}
        case ArticleNumber(number):
            return {Unit((str(number).encode(),)): str(number)}
