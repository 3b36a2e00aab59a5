"""Wraps running text so that no line after the first can be taken for the begin of something else."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

# What no further line may begin with: a marker, an article's number, a label, a rule, a piece of the form.
_UNSAFE = re.compile(
    r"[=\-_*+|<\u2022\u00b7]|o(?:\s|$)|\(?\w{1,3}[.)](?:\s|$)|\w{1,3}\)"
    r"|Q\d|(?i:article[\- ]id|titled?\b|notes?\b|warnings?\b|important\b|cautions?\b|tips?\b)"
    r"|Additional|additional|Keywords|Copyright|The\ information\ in|THE\ INFORMATION"
)
_LOOK_AHEAD = 3
FULL_LINE = 66
"""How long a line must be for the next to go on with it even where it begins with an article's number."""


def wrap(
    words: Sequence[str], width: int, first: int = 0, *, before: Collection[int] = (), glued: Collection[int] = ()
) -> list[str]:
    """Lines of at most `width` signs where that is safe; longer ones where it is not.

    The first line has `first` signs less. A line begins with each word whose number is in `before`, and none with a word
    whose number is in `glued`.
    """
    lines: list[str] = []
    start = 0
    for end in [*sorted(number for number in before if 0 < number < len(words)), len(words)]:
        parts = _wrap(words[start:end], width, 0 if lines else first, {number - start for number in glued})
        if end < len(words):
            parts = _with_full_end(parts)
        lines += parts
        start = end
    return lines


def can_begin_line(words: Sequence[str], number: int) -> bool:
    """Whether a line that begins with this word is taken for nothing else."""
    return not _UNSAFE.match(" ".join(words[number : number + _LOOK_AHEAD]))


def _wrap(words: Sequence[str], width: int, first: int, glued: Collection[int]) -> list[str]:
    lines: list[str] = []
    start, length, last_break = 0, first - 1, 0
    number = 0
    while number < len(words):
        length += 1 + len(words[number])
        if number > start and number not in glued and can_begin_line(words, number):
            last_break = number
        if length > width and last_break > start:
            lines.append(" ".join(words[start:last_break]))
            start = number = last_break
            length = -1
            continue
        number += 1
    lines.append(" ".join(words[start:]))
    return lines


def _with_full_end(lines: list[str]) -> list[str]:
    """The same lines, the last ones joined until the last is full."""
    while len(lines) > 1 and len(lines[-1]) < FULL_LINE:
        lines[-2:] = [f"{lines[-2]} {lines[-1]}"]
    return lines
