"""A query as this language writes it, where it is written as in another search engine, or a field's name is misspelt.

Such a query is looked for as it stands: in a pasted text the same signs mean nothing. So what it may mean is only suggested.
"""

from __future__ import annotations

import re

from kbarchive.search.fields import NAMES
from kbarchive.search.slips import one_edit

# What fields are called elsewhere.
_ELSEWHERE = {"date": "modified", "year": "modified", "intitle": "title", "subject": "title"}

# Shorter names are one letter away from too much: mode, code.
_SHORTEST = 5

_FIELD = re.compile(r"(?<![^\s(])(-?)([A-Za-z]{3,}(?:-[a-z]+)*):(?=[^\s:/\\])")
_APART = re.compile(rf"\A(\s*(?:{'|'.join(NAMES)}):)\s+(?=[\w\"(<>])")
_NEAR = re.compile(r"(?<=[\w\"])\s+NEAR\s+(?=[\w\"])")
_NEAR_HERE = " NEAR/10 "
_NOT = re.compile(r"(?<![^\s(])(?:AND\s+)?NOT\s+(?=\w{3}|\")")
_CAPITAL = re.compile(r"[A-Z]")


def translated(query: str) -> str:
    """The query with names of fields as they are (titel:relay, Title:relay, year:1999), a field beside its value (title: relay)
    where it comes first, and NEAR and NOT as they are written here; the same query where it has none of these.
    """
    query = _APART.sub(r"\1", _FIELD.sub(_known_field, query))
    # NOT in a text with other capitals was pasted: Mail Is NOT Delivered.
    signed = _NOT.sub("-", query)
    if signed != query and not _CAPITAL.search(_NEAR.sub("", signed)):
        query = signed
    return _NEAR.sub(_NEAR_HERE, query)


def _known_field(match: re.Match[str]) -> str:
    minus, name = match.groups()
    small = name.lower()
    if small in NAMES or small in _ELSEWHERE:
        return f"{minus}{_ELSEWHERE.get(small, small)}:"
    near = one_edit(small).intersection(NAMES) if len(small) >= _SHORTEST else set()
    return f"{minus}{near.pop()}:" if len(near) == 1 else match[0]
