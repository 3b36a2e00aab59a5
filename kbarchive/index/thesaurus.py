"""What people call things, and what the articles call them: `thesaurus.txt`, told there.

Names of one thing are one term of the index, so that a query for any of them reads one posting list. Phrases of several
words that stand for others have a term of their own, too. So both are part of the index's format.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from kbarchive.index.analysis import stems

Stems = tuple[bytes, ...]

LONGEST = 5
"""How many words the longest phrase has."""


class Thesaurus(NamedTuple):
    """`named` are the terms to be indexed, each with the stems of the words that it stands for; `names` and `words` give for
    the stems of one or several words of a query the terms that mean the same, and those that may be meant.
    """

    named: Sequence[tuple[Stems, bytes]]
    names: Mapping[Stems, Sequence[bytes]]
    words: Mapping[Stems, Sequence[bytes]]


@cache
def thesaurus() -> Thesaurus:
    """The thesaurus that is part of kbarchive."""
    named: dict[tuple[Stems, bytes], None] = {}
    names: dict[Stems, list[bytes]] = {}
    words: dict[Stems, list[bytes]] = {}
    for part, phrases in _lines():
        if part == "names":
            term = b"=" + b" ".join(phrases[-1])
            for phrase in phrases:
                named[phrase, term] = None
                names.setdefault(phrase, []).append(term)
        else:
            first, *others = phrases
            for phrase in others:
                term = b" ".join(phrase)
                if len(phrase) > 1:
                    named[phrase, term] = None
                words.setdefault(first, []).append(term)
    return Thesaurus(tuple(named), names, words)


def is_name(term: bytes) -> bool:
    """Whether a term is one of the thesaurus, not of a word."""
    return term.startswith(b"=") or b" " in term


def _lines() -> Iterator[tuple[str, list[Stems]]]:
    part = ""
    for line in files("kbarchive.index").joinpath("thesaurus.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            part = line.strip("[]")
        elif line and not line.startswith("#"):
            yield part, [found for phrase in line.split(",") if (found := stems(phrase))]
