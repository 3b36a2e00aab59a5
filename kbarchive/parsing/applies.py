"""Reads the box "The information in this article applies to"."""

from __future__ import annotations

import re
from functools import lru_cache

from kbarchive.article import AppliesTo
from kbarchive.parsing.inline import read_entry

_ENTRY = re.compile(r"([ \t]*)[-*\u2022\u00b7][ \t]+(.*)")
_LABEL = re.compile(r"(?:The information in this article applies to|This article applies to|APPLIES TO):?", re.IGNORECASE)
# How deep entries may nest (four levels are known); those that are deeper still stand beside one another.
_MOST_LEVELS = 16
_RULE = re.compile(r"-{20,}\s*")


@lru_cache(maxsize=1000)
def read_box(text: str, boxed: bool = True) -> tuple[tuple[AppliesTo, ...], tuple[str, ...]]:
    """The entries of a box, deeper ones inside those above them, and the lines before the first that are none.

    Other lines go on with the entry above them; where no rules make it a box (not `boxed`), and nothing has a bullet, each line
    is an entry. Boxes recur over an archive, so what was read is kept by text.
    """
    entries: list[tuple[int, str]] = []
    strange: list[str] = []
    lines = _LABEL.split(text, maxsplit=1)[-1].split("\n")
    # Copied from a page, the entries may have lost their bullets: then each line is one.
    bare = not boxed and not any(_ENTRY.match(line) for line in lines)
    for line in lines:
        if _RULE.fullmatch(line):
            continue
        match = _ENTRY.match(line)
        words = " ".join((match[2] if match else line).split())
        if match or (bare and words):
            entries.append((len(match[1]) if match else 0, words))
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
