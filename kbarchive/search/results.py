"""What a search gives back; ``msgspec.json.encode(results)`` is the JSON of schema 1 (`docs/record.md`)."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from kbarchive.index.facets import FACETS
from kbarchive.search.fields import PREFIXES, field_node
from kbarchive.search.nodes import Phrase

Sort = Literal["relevance", "date"]
"""The order of hits: the best first, or the newest first."""

_FILTERS = {"year": "modified"}
_PLAIN = re.compile(r"[^\W_][\w-]*")

# Without quotes, keyword:sms finds the keyword kbsms as well.
_PREFIXED = ("keyword", "type")


class Snippet(msgspec.Struct, frozen=True):
    """A passage of an article: the kind of its section, and [start, end] of what was found, in characters of `text`."""

    section: str
    text: str
    highlights: tuple[tuple[int, int], ...]


class WordFound(msgspec.Struct, frozen=True):
    """A word of a query in an article: its weight, what it was found as, and what it is worth there, all as in the index.

    `found` is empty where the article does not have it. It names terms: stems of words, phrases and names of the thesaurus.
    """

    word: str
    weight: float
    found: tuple[str, ...]
    worth: float


class Explanation(msgspec.Struct, frozen=True):
    """Why an article has its score: the parts of which it is the sum (see `search.settings.Settings`), and its words."""

    parts: dict[str, float]
    words: tuple[WordFound, ...]


class Hit(msgspec.Struct, frozen=True):
    """An article found. Scores compare hits of one query; they have no unit.

    `cited_by` is how many articles of the index cite it. `alike` are the keys of the matching articles that are nearly
    identical and were folded into it, best first; it is empty where that was not asked for. `explanation` is there only
    where it was asked for.
    """

    rank: int
    id: str | None
    key: str
    title: str
    score: float
    modified: str | None
    collection: str | None
    products: tuple[str, ...]
    snippets: tuple[Snippet, ...]
    cited_by: int = 0
    alike: tuple[str, ...] = ()
    explanation: Explanation | msgspec.UnsetType = msgspec.UNSET


class QueryDiagnostic(msgspec.Struct, frozen=True):
    """Something odd in a query: a stable code, and a sentence for people.

    `start` and `end` tell where, in characters of the query; None where it is about the whole query.
    """

    code: str
    message: str
    start: int | None = None
    end: int | None = None


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """The hits asked for, and what all matching articles are.

    `total` counts all of them; where `folded`, near-identical articles are one hit, and it counts such hits. `partial` says
    that none has all the words of the query. `facets` gives for "collection", "product", "keyword", "type" and "year" the
    number of matching articles by value, the most frequent first; it is empty unless asked for. Each value can be asked for
    in a query: see `facet_filter`. `suggestions` are queries with words or values spelled
    otherwise, or without quotes.
    """

    schema: int = 1
    query: str
    total: int
    partial: bool
    hits: tuple[Hit, ...]
    facets: dict[str, dict[str, int]]
    suggestions: tuple[str, ...]
    diagnostics: tuple[QueryDiagnostic, ...]
    folded: bool = False

    def _repr_html_(self) -> str:
        """How a notebook shows them."""
        from kbarchive.render.notebook import results_html

        return results_html(self)


def facet_filter(name: str, value: str) -> str:
    """What asks, in a query, for a value of a facet: product:"Microsoft Exchange Server"."""
    field = _FILTERS.get(name, name)
    plain = value.replace('"', " ")
    bare = _PLAIN.fullmatch(plain) and (name not in _PREFIXED or plain.casefold().startswith(PREFIXES[1:]))
    return f"{field}:{plain}" if bare else f'{field}:"{plain}"'


def read_filter(text: str) -> tuple[str, str] | None:
    """The facet and the value of a filter as `facet_filter` writes it, or with the facet's name; None where it is none, or the
    field cannot have the value.
    """
    field, _, value = text.partition(":")
    name = {other: facet for facet, other in _FILTERS.items()}.get(field, field)
    if len(value) > 1 and value.startswith('"') and value.endswith('"'):
        value = value[1:-1]
    if name not in FACETS or not value.strip() or isinstance(field_node(_FILTERS.get(name, name), Phrase(value)), str):
        return None
    return name, value
