"""Reads the box "The information in this article applies to"."""

from __future__ import annotations

import re
from functools import lru_cache

from kbarchive.article import AppliesTo
from kbarchive.parsing.inline import read_entry

_ENTRY = re.compile(r"([ \t]*)[-*\u2022\u00b7][ \t]+(.*)")
_LABEL = re.compile(r"(?:The information in this article applies to|This article applies to|APPLIES TO):?")
# How deep entries may nest (four levels are known); those that are deeper still stand beside one another.
_MOST_LEVELS = 16
_RULE = re.compile(r"-{20,}\s*")


@lru_cache(maxsize=1000)
def read_box(text: str, boxed: bool = True) -> tuple[tuple[AppliesTo, ...], tuple[str, ...]]:
    """The entries of a box, deeper ones inside those above them, and the lines before the first that are none.

    Other lines go on with the entry above them; where no rules make it a box (not `boxed`), and nothing has a bullet, each line
    is an entry. Boxes recur over an archive, and their lines yet more, so what was read is kept by text.
    """
    entries: list[tuple[int, str]] = []
    strange: list[str] = []
    lines = [_read_line(line) for line in _LABEL.split(text, maxsplit=1)[-1].split("\n")]
    # Copied from a page, the entries may have lost their bullets: then each line is one.
    bare = not boxed and all(depth is None for depth, _ in lines)
    for depth, words in lines:
        if depth is not None or (bare and words):
            entries.append((depth or 0, words))
        elif words and entries:
            entries[-1] = (entries[-1][0], f"{entries[-1][1]} {words}".strip())
        elif words:
            strange.append(words)
    return _nest(entries), tuple(strange)


@lru_cache(maxsize=2000)
def _read_line(line: str) -> tuple[int | None, str]:
    """How deep the bullet of a line stands, or None where it has none, and its words; a rule has no words."""
    if _RULE.fullmatch(line):
        return None, ""
    match = _ENTRY.match(line)
    return (len(match[1]), " ".join(match[2].split())) if match else (None, " ".join(line.split()))


def _nest(entries: list[tuple[int, str]], levels: int = _MOST_LEVELS) -> tuple[AppliesTo, ...]:
    found = []
    number = 0
    while number < len(entries):
        depth, text = entries[number]
        last = number + 1
        while levels and last < len(entries) and entries[last][0] > depth:
            last += 1
        found.append(read_entry(text, _nest(entries[number + 1 : last], levels - 1) if last > number + 1 else ()))
        number = last
    return tuple(found)
