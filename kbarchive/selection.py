"""Which articles are asked for: by id, however it is spelled, or by key."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kbarchive.article import Article

_ID = re.compile(r"(?:Q|KB)?0*([0-9]+)", re.IGNORECASE)


class Selection:
    """The articles of these names: ids (Q206968, q206968, 206968, KB206968) and keys."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(map(_spelled, names))

    def name(self, article: Article) -> str | None:
        """The name by which an article is asked for; None where it is not."""
        return next((name for name in (article.id, article.key) if name in self.names), None)


def may_name(name: str) -> bool:
    """Whether an article can have this name: an id is a number, a key has a sign of its own (``file#number``)."""
    return "#" in name or _ID.fullmatch(name.strip()) is not None


def _spelled(name: str) -> str:
    match = _ID.fullmatch(name.strip())
    return f"Q{match[1]}" if match else name.strip()
