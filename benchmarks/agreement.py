"""Whether the first hits are the same however many are asked for, and page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from kbarchive.search import Index

_FEW = 10
_MANY = 200
_PAGES = 5


def disagreements(index: Index, queries: Iterable[str]) -> Iterator[str]:
    """The queries whose first 10 hits, or first pages of 10, are not what 200 hits begin with."""
    for query in queries:
        many = _keys(index, query, _MANY, 0)
        pages = (_keys(index, query, _FEW, page * _FEW) for page in range(_PAGES))
        if list(chain.from_iterable(pages)) != many[: _PAGES * _FEW]:
            yield query


def _keys(index: Index, query: str, limit: int, offset: int) -> list[str]:
    return [hit.key for hit in index.search(query, limit, offset, snippets=False).hits]
