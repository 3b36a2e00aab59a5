"""From wildcards and fuzzy words to the terms of the index."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from kbarchive.index.analysis import fold, word_terms
from kbarchive.index.reader import IndexReader
from kbarchive.search.nodes import Fuzzy, Wildcard

MOST_TERMS = 500
"""How many terms the wildcards and fuzzy words of one query may come to; looking each up takes time."""

# One edit away for short words, two for longer ones.
_SHORT_WORD = 5

# What stands for letters that are not named.
_SPECIAL = ("*", "?")


def expand(reader: IndexReader, node: Wildcard | Fuzzy) -> list[bytes]:
    """The terms that a wildcard or fuzzy word stands for, the shortest first: longer ones are rarer."""
    find = _matching(node.pattern) if isinstance(node, Wildcard) else alike(node.text)
    terms: set[bytes] = set()
    for shard in reader.shards:
        terms.update(word.encode() for word in find(shard.vocabulary.terms))
        terms.update(word_terms(word)[0] for word in find(shard.vocabulary.words))
    if isinstance(node, Fuzzy):
        terms.update(word_terms(node.text)[:1])
    return sorted(terms, key=lambda term: (len(term), term))


def values(reader: IndexReader, field: str, pattern: str) -> set[str]:
    """The values of an exact field that fit a wildcard."""
    prefix = re.split(r"[*?]", pattern.casefold())[0]
    fits = re.compile(_regex(pattern.casefold()), re.DOTALL)
    return {value for shard in reader.shards for value in shard.values(field, prefix) if fits.fullmatch(value)}


def _matching(pattern: str) -> Callable[[str], Iterable[str]]:
    folded = "".join(part if part in _SPECIAL else fold(part) for part in re.split(r"([*?])", pattern))
    return re.compile(f"^{_regex(folded)}$", re.MULTILINE).findall


def _regex(pattern: str) -> str:
    """What a pattern says, as a regular expression. Each piece between two stars is looked for from the left, and where it is
    found it stays: so the time is that of one pass for each star, and not of all ways to place them.
    """
    first, *others = (".".join(map(re.escape, piece.split("?"))) for piece in pattern.split("*"))
    if not others:
        return first
    *middle, last = others
    return first + "".join(f"(?>.*?{piece})" for piece in middle if piece) + ".*" + last


def alike(text: str) -> Callable[[str], Iterable[str]]:
    """Words so many edits away: a letter left out, put in, replaced, or swapped with the next."""
    word = fold(text)
    edits = 1 if len(word) <= _SHORT_WORD else 2
    candidates = re.compile(f"^(?:{'|'.join(_pieces(word, edits))})$", re.MULTILINE)

    def find(vocabulary: str) -> Iterator[str]:
        return (other for other in candidates.findall(vocabulary) if _distance(word, other, edits) <= edits)

    return find


def _pieces(word: str, edits: int) -> Iterator[str]:
    """Patterns that any word so many edits away fits, as few others do.

    Cut into one piece more than there are edits, a word keeps one piece whole, moved by as many places at most. Only a swap
    over a border spoils two pieces; so the words with such a swap are looked for, too.
    """
    if not edits:
        yield re.escape(word)
        return
    bounds = [len(word) * number // (edits + 1) for number in range(edits + 2)]
    for first, last in pairwise(bounds):
        before, after = (f".{{{max(0, length - edits)},{length + edits}}}" for length in (first, len(word) - last))
        yield before + re.escape(word[first:last]) + after
    for border in bounds[1:-1]:
        yield from _pieces(word[: border - 1] + word[border] + word[border - 1] + word[border + 1 :], edits - 1)


def _distance(one: str, other: str, most: int) -> int:
    """Edits from one word to the other, a swap of neighbours being one (optimal string alignment); `most` + 1 is any more."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one):
        row, earlier, before = [number + 1], before, row
        for place, other_letter in enumerate(other):
            cost = min(before[place + 1] + 1, row[place] + 1, before[place] + (letter != other_letter))
            if number and place and letter == other[place - 1] and one[number - 1] == other_letter:
                cost = min(cost, earlier[place - 1] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
