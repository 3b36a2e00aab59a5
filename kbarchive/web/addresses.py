"""The addresses of pages. They are permanent: whatever else changes, these stay."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, urlencode

_SAFE = "/:~+,"  # of what a key or value may hold, what means nothing in a path


def article(key: str) -> str:
    return f"/kb/{quote(key, safe=_SAFE)}"


def revision(key: str, number: int) -> str:
    return article(key) if number == 1 else f"{article(key)}?revision={number}"


def source(key: str, number: int = 1) -> str:
    return f"/source/{quote(key, safe=_SAFE)}" + ("" if number == 1 else f"?revision={number}")


def like(key: str, page: int = 1) -> str:
    return f"/like/{quote(key, safe=_SAFE)}" + ("" if page == 1 else f"?page={page}")


def value(facet: str, name: str, page: int = 1) -> str:
    """The page of a value of a facet: of a collection, a product ..."""
    return f"/browse/{facet}/{quote(name, safe=_SAFE)}" + ("" if page == 1 else f"?page={page}")


def values(facet: str, page: int = 1) -> str:
    return f"/browse/{facet}" + ("" if page == 1 else f"?page={page}")


def search(q: str = "", filters: Iterable[str] = (), sort: str = "relevance", fold: bool = True, page: int = 1) -> str:
    asked: list[tuple[str, str]] = [("q", q), *(("f", filtered) for filtered in filters)]
    if sort != "relevance":
        asked.append(("sort", sort))
    if not fold:
        asked.append(("fold", "0"))
    if page != 1:
        asked.append(("page", str(page)))
    return f"/search?{urlencode(asked)}"


def twin(path: str, query: str = "") -> str:
    """The address of a page as JSON."""
    return f"{path}.json" + (f"?{query}" if query else "")
