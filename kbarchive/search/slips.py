"""Slips of the pen: what a word may have been."""

from __future__ import annotations

import string


def one_edit(word: str) -> set[str]:
    """All words one letter left out, swapped, replaced or put in away."""
    near: set[str] = set()
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        near.update(head + letter + tail for letter in string.ascii_lowercase)
        if tail:
            near.add(head + tail[1:])
            near.update(head + letter + tail[1:] for letter in string.ascii_lowercase)
        if len(tail) > 1:
            near.add(head + tail[1] + tail[0] + tail[2:])
    return near
