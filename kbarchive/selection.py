"""Which articles are asked for: by id, however it is spelled, or by key."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kbarchive.article import Article

_ID = re.compile(r"(?:Q|KB)?0*([0-9]+)", re.IGNORECASE)


class Selection:
    """The articles of these ids and keys."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)

    def name(self, article: Article) -> str | None:
        """The name by which an article is asked for; None where it is not."""
        return next((name for name in (article.id, article.key) if name in self.names), None)


def may_name(name: str) -> bool:
    """Whether an article can have this name: an id is a number, a key has a sign of its own (``file#number``)."""
    return "#" in name or _ID.fullmatch(name.strip()) is not None


def spelled(name: str) -> str:
    """An id as records have it, however it is spelled (q206968, 206968, KB206968); another name is a key."""
    match = _ID.fullmatch(name.strip())
    return f"Q{match[1]}" if match else name.strip()
