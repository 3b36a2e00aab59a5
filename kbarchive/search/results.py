"""What a search gives back; ``msgspec.json.encode(results)`` is the JSON of schema 1 (`docs/record.md`)."""

from __future__ import annotations

import msgspec


class Snippet(msgspec.Struct, frozen=True):
    """A passage of an article: the kind of its section, and [start, end] of what was found, in characters of `text`."""

    section: str
    text: str
    highlights: tuple[tuple[int, int], ...]


class Hit(msgspec.Struct, frozen=True):
    """An article found. Scores compare hits of one query; they have no unit."""

    rank: int
    id: str | None
    key: str
    title: str
    score: float
    modified: str | None
    collection: str | None
    products: tuple[str, ...]
    snippets: tuple[Snippet, ...]


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

    `total` counts all of them. `partial` says that none has all the words of the query. `facets` gives for "collection"
    and "year" the number of matching articles by value, the most frequent first; it is empty unless asked for.
    `suggestions` are queries with the words spelled otherwise.
    """

    schema: int = 1
    query: str
    total: int
    partial: bool
    hits: tuple[Hit, ...]
    facets: dict[str, dict[str, int]]
    suggestions: tuple[str, ...]
    diagnostics: tuple[QueryDiagnostic, ...]
