"""What is asked of a peer, what it is given to index, and the ways in which all peers put a query."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from whoosh.analysis import STOP_WORDS

BOOSTS = (1, 2, 5, 10)
"""How many times as much as in the body a word in the title counts."""

SUM_BOOSTS = (0.2, 0.5, *BOOSTS)
"""The same for engines that add up the scores of fields, where a word in a title, being one of few, scores high anyway."""

_WORD = re.compile(r"[^\W_]+")


class Text(msgspec.Struct, frozen=True):
    """An article as a peer sees it. `rest` is all that is neither title nor section: products, keywords, query words ..."""

    id: str
    title: str
    body: str
    rest: str

    @property
    def whole(self) -> str:
        """All of it as one text."""
        return "\n".join((self.title, self.body, self.rest))


class Engine(ABC):
    """A peer over an index that it has built."""

    version: str

    @classmethod
    @abstractmethod
    def build(cls, folder: Path, texts: Iterable[Text]) -> None:
        """Indexes texts into a folder that is there and empty."""

    @abstractmethod
    def __init__(self, folder: Path) -> None:
        """Opens what `build` has written."""

    @abstractmethod
    def search(self, query: str) -> dict[str, list[str]]:
        """For each setting, by a name that tells it, the ids of the first `qrels.ASKED` hits."""


def words(query: str) -> list[str]:
    """The words of a query, in small letters, cut at each sign that is neither letter nor digit."""
    return _WORD.findall(query.lower())


def telling_words(query: str) -> list[str]:
    """The words without those on Whoosh's stop list; all where all are on it."""
    return [word for word in words(query) if word not in STOP_WORDS] or words(query)


def compounds(query: str) -> list[str]:
    """What stands between blanks, without its signs: the words of NET_SEND or a.dll stay together, for engines with phrases."""
    return [" ".join(parts) for part in query.split() if (parts := words(part))]


FORMS = {"": words, "stop list": telling_words, "compounds as phrases": compounds}
"""The ways to put a query, by what is said of them in the name of a setting.

The whole query as one phrase is none of them: a set of passages quoted from articles is answered by it without a ranking
(the one article with the passage is found), and other queries by little or nothing.
"""


def first_then(first: Sequence[str], then: Iterable[str], number: int) -> list[str]:
    """The hits with all words, and behind them those with some."""
    return [*first, *(found for found in then if found not in first)][:number]


def setting(*parts: str) -> str:
    """The name of a setting."""
    return ", ".join(part for part in parts if part)
