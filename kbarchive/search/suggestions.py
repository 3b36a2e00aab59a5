"""Other spellings of words that stand nowhere in the index, taken from the words of its articles."""

from __future__ import annotations

import difflib
import re
import string
from collections.abc import Iterable, Iterator

from kbarchive.index.reader import IndexReader

_WORD = re.compile(r"[^\W\d_]{4,30}")
_FIELD = "spelling"

# For words two or more edits away: those with the same first letters are compared, by difflib's measure.
_SAME_LETTERS = 2
_LEAST_LIKENESS = 0.8


def suggestions(reader: IndexReader, query: str, unknown: Iterable[str]) -> tuple[str, ...]:
    """The query with each unknown word replaced by the most frequent of the words most like it; empty where none is."""
    corrected = query
    for text in unknown:
        words = _WORD.findall(text)
        if len(words) == 1 and (other := _correction(reader, words[0].lower())):
            corrected = corrected.replace(words[0], other)
    return (corrected,) if corrected != query else ()


def correction(reader: IndexReader, word: str) -> str | None:
    """The most frequent of the words most like one that no article has; None where there is none, or it is no plain word."""
    return _correction(reader, word.lower()) if _WORD.fullmatch(word) else None


def _correction(reader: IndexReader, word: str) -> str | None:
    known = {other: count for other in set(_one_edit(word)) if (count := _count(reader, other))}
    if not known:
        prefix = word[:_SAME_LETTERS]
        near = {
            other
            for shard in reader.shards
            for other in shard.values(_FIELD, prefix)
            if abs(len(other) - len(word)) <= _SAME_LETTERS
        }
        matches = difflib.get_close_matches(word, sorted(near), n=3, cutoff=_LEAST_LIKENESS)
        known = {other: _count(reader, other) for other in matches[:1]}
    return max(known, key=lambda other: (known[other], other), default=None)


def _count(reader: IndexReader, word: str) -> int:
    return sum(1 for _ in reader.find_all(_FIELD, word))


def _one_edit(word: str) -> Iterator[str]:
    """All words one letter left out, swapped, replaced or put in away (Norvig, How to Write a Spelling Corrector)."""
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in string.ascii_lowercase:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
