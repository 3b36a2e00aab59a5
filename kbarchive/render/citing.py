"""The references of a record: they tell which ids began their lines, and which were only mentioned."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kbarchive.article import Reference
from kbarchive.parsing.inline import find_citations

_ID_LABEL = re.compile(r"(?:.*? )??((?:(?i:article ?[- ]id|article) ?:(?: (?!$)|$))+)")

_Cited = tuple[str, "str | None"]


class References:
    """The references of a record that are still to come, in order: they tell how the text around an id was laid out."""

    def __init__(self, references: Iterable[Reference], own_id: str | None) -> None:
        self._left = [(reference.id, reference.title) for reference in references]
        self._next = 0
        self._own = own_id

    def found(self, text: str) -> list[_Cited]:
        """What the parser would find in one token's text: once for each id and line, without the article itself."""
        cited = {
            (citation.id, text.count("\n", 0, citation.place)): citation.title
            for citation in reversed(find_citations(text))
            if citation.id != self._own
        }
        return [(article, title) for (article, _), title in reversed(cited.items())]

    def fit(self, found: Sequence[_Cited]) -> bool:
        """Whether these are the next."""
        return self._left[self._next : self._next + len(found)] == list(found)

    def take(self, text: str) -> None:
        """Goes on behind what is found in a text."""
        self._next += len(self.found(text))

    def titles(self, ids: Sequence[str]) -> list[str | None]:
        """The titles of the next references, one for each id that is among them in order, None for those that are not."""
        titles: list[str | None] = []
        place = self._next
        for article in ids:
            fits = place < len(self._left) and self._left[place][0] == article
            titles.append(self._left[place][1] if fits else None)
            place += fits
        return titles


def label_begin(words: Sequence[str], place: int) -> int:
    """Where the label of an id begins: its line begins there."""
    if words[place - 1 : place] == ["|"]:
        return place - 1
    label = _ID_LABEL.fullmatch(" ".join(words[max(0, place - 3) : place]))
    return place - len(label[1].split(" ")) if label else place
