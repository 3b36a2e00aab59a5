"""Reads the trailer of an article: its keywords and what else was filed about it."""

from __future__ import annotations

from functools import lru_cache


def read_trailer(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The fields of a trailer as (name, value), values verbatim but for blanks at their ends; and the lines that are none.

    A value may stand below its label.
    """
    fields = []
    strange = []
    for line in text.split("\n"):
        label, colon, value = line.partition(":")
        name = _name(label) if colon else ""
        if name:
            fields.append((name, value.strip()))
        elif not colon and line.strip(" \t=") and fields and not fields[-1][1]:
            fields[-1] = (fields[-1][0], line.strip())
        elif line and line.strip(" ="):
            strange.append(line.strip())
    return fields, strange


@lru_cache(maxsize=1000)
def _name(label: str) -> str:
    """The name of a field by its label, which is padded; "" where it is none."""
    name = label.rstrip()
    return name if name[:1].isupper() and name.replace(" ", "").isalpha() else ""
