"""From the tree of a query to what is looked up in the index: units of terms, each wanted or excluded."""

from __future__ import annotations

from typing import NamedTuple

from kbarchive.index.analysis import query_terms
from kbarchive.search.query import And, ArticleNumber, Node, Not, Phrase, Word

# A query longer than this is cut: pasted pages are no questions, and every unit costs time.
MOST_UNITS = 64


class Unit(NamedTuple):
    """Terms to stand one after another; `whole` is the term of a run such as TCP/IP, indexed beside its words."""

    terms: tuple[bytes, ...]
    whole: bytes | None = None


class Plan(NamedTuple):
    """What a query comes to.

    `wanted` gives for each unit the text it came from; `number` is the article to be put first; `cut` says that the query
    was too long, `only_excluded` that it wanted nothing, so that its words were taken as wanted.
    """

    wanted: dict[Unit, str]
    excluded: tuple[Unit, ...]
    number: int | None
    cut: bool
    only_excluded: bool


def plan(query: And) -> Plan:
    """The units of a query, each once, in order. Where a query excludes and wants nothing, its words are wanted."""
    wanted: dict[Unit, str] = {}
    excluded: list[Unit] = []
    for node in query.nodes:
        if isinstance(node, Not):
            excluded.extend(_units(node.node))
        else:
            wanted.update(_units(node))
    only_excluded = bool(excluded) and not wanted
    if only_excluded:
        wanted = {unit: text for node in query.nodes if isinstance(node, Not) for unit, text in _units(node.node).items()}
        excluded = []
    number = next((node.number for node in query.nodes if isinstance(node, ArticleNumber)), None)
    cut = len(wanted) + len(excluded) > MOST_UNITS
    return Plan(
        dict(list(wanted.items())[:MOST_UNITS]), tuple(dict.fromkeys(excluded))[:MOST_UNITS], number, cut, only_excluded
    )


def _units(node: Node) -> dict[Unit, str]:
    match node:
        case Word(text):
            return {Unit(run.words, run.whole): text for run in query_terms(text)}
        case Phrase(text):
            terms = tuple(term for run in query_terms(text) for term in run.words)
            return {Unit(terms): text} if terms else {}
        case ArticleNumber(number):
            return {Unit((str(number).encode(),)): str(number)}
        case _:
            return {}
