"""Which articles are nearly the same: the same title, but for the product it begins with, above nearly the same words.

The words of a text are told by a sketch: each falls by its hash into one of 64 buckets, and the least of each bucket stays.
Two sketches agree in about so many of their buckets as the texts have words in common, of all that one of them has (Li, Owen,
Zhang: One Permutation Hashing, NIPS 2012). A sketch alone would not do: hotfix articles of one service pack share most of
their words, and tell of different faults.
"""

from __future__ import annotations

import re
import zlib
from array import array
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from kbarchive.article import Article

_BUCKETS = 64
_EMPTY = 0
_MOST = 1 << 32

# Of 90 pairs of one title that were looked at, those above differ in product names and numbers, those far below in what
# they tell.
_LEAST_LIKENESS = 0.6

# XL97: BUG: ..., Age of Empires II: ..., (ACC) ... Part numbers, operators and the like stay apart: Part 1 and Part 2.
_PREFIXES = re.compile(r"(?:\(?[^\W_][\w/&.+ -]{0,24}\)?: +)+")
_WORD = re.compile(r"\w+|[^\w\s.,;:'\"()\[\]-]+")


class Likeness(NamedTuple):
    """By what an article is compared: its title without prefixes, "" where it has none, and the sketch of its words."""

    title: str
    sketch: bytes


def likeness(article: Article, words: Sequence[str] | None = None) -> Likeness:
    """What the likeness of an article is told by; `words` are those of `article.text` between blanks, if at hand."""
    match = _PREFIXES.match(article.title)
    title = article.title[match.end() :] if match else article.title
    return Likeness(" ".join(_WORD.findall(title.lower())), _sketch(article.text.split() if words is None else words))


def groups(articles: Iterable[Likeness | None]) -> array[int]:
    """For each article the number of its group, from 1; 0 for one that is like no other, and for None.

    All of a group are like its first one. So which groups there are depends on the order of the articles, and a group is
    no chain whose ends are unlike.
    """
    chosen = array("I")
    firsts: dict[str, list[tuple[int, bytes]]] = {}
    for number, article in enumerate(articles):
        chosen.append(0)
        if article is None or not article.title:
            continue
        same_title = firsts.setdefault(article.title, [])
        for first, sketch in same_title:
            if _alike(sketch, article.sketch):
                chosen[number] = chosen[first] = first + 1
                break
        else:
            same_title.append((number, article.sketch))
    return chosen


def _sketch(words: Sequence[str]) -> bytes:
    different = set(map(str.lower, set(words)))
    hashes = np.fromiter(map(zlib.crc32, map(str.encode, different)), np.int64, len(different))
    least = np.full(_BUCKETS, _MOST, np.int64)
    np.minimum.at(least, hashes % _BUCKETS, hashes)
    return np.where(least == _MOST, _EMPTY, 1 + least // _BUCKETS % 255).astype(np.uint8).tobytes()


def _alike(one: bytes, other: bytes) -> bool:
    filled = [pair for pair in zip(one, other, strict=True) if pair != (_EMPTY, _EMPTY)]
    return bool(filled) and sum(mine == theirs for mine, theirs in filled) >= _LEAST_LIKENESS * len(filled)
