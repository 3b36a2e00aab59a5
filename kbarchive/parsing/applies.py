"""Reads the box "The information in this article applies to"."""

from __future__ import annotations

import re
from functools import lru_cache

from kbarchive.article import AppliesTo
from kbarchive.parsing.inline import read_entry

_ENTRY = re.compile(r"([ \t]*)-[ \t]+(.*)")
_LABEL = "The information in this article applies to:"
# How deep entries may nest (four levels are known); those that are deeper still stand beside one another.
_MOST_LEVELS = 16
_RULE = re.compile(r"-{20,}\s*")


@lru_cache(maxsize=20_000)
def read_box(text: str) -> tuple[tuple[AppliesTo, ...], tuple[str, ...]]:
    """The entries of a box, deeper ones inside those above them, and the lines before the first that are none.

    Other lines go on with the entry above them. Boxes recur over an archive, so what was read is kept by text.
    """
    entries: list[tuple[int, str]] = []
    strange: list[str] = []
    for line in text.partition(_LABEL)[2].split("\n"):
        if _RULE.fullmatch(line):
            continue
        match = _ENTRY.match(line)
        words = " ".join((match[2] if match else line).split())
        if match:
            entries.append((len(match[1]), words))
        elif words and entries:
            entries[-1] = (entries[-1][0], f"{entries[-1][1]} {words}".strip())
        elif words:
            strange.append(words)
    return _nest(entries), tuple(strange)


def _nest(entries: list[tuple[int, str]], levels: int = _MOST_LEVELS) -> tuple[AppliesTo, ...]:
    found = []
    number = 0
    while number < len(entries):
        depth, text = entries[number]
        last = number + 1
        while levels and last < len(entries) and entries[last][0] > depth:
            last += 1
        found.append(read_entry(text, _nest(entries[number + 1 : last], levels - 1)))
        number = last
    return tuple(found)
