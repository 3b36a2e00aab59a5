"""Reads the trailer of an article: its keywords and what else was filed about it."""

from __future__ import annotations

import re

_FIELD = re.compile(r"([A-Z][A-Za-z ]*?)[ ]*:[ ]?(.*)")


def read_trailer(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The fields of a trailer as (name, value), values verbatim but for blanks at their ends; and the lines that are none."""
    fields = []
    strange = []
    for line in text.split("\n"):
        match = _FIELD.match(line)
        if match:
            fields.append((match[1], match[2].strip()))
        elif line.strip(" ="):
            strange.append(line.strip())
    return fields, strange
