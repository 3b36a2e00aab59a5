"""Reads the trailer of an article: its keywords and what else was filed about it."""

from __future__ import annotations


def read_trailer(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The fields of a trailer as (name, value), values verbatim but for blanks at their ends; and the lines that are none."""
    fields = []
    strange = []
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        name = name.rstrip()
        if colon and name[:1].isupper() and name.replace(" ", "").isalpha():
            fields.append((name, value.strip()))
        elif line.strip(" ="):
            strange.append(line.strip())
    return fields, strange
