"""A download of Microsoft Online, 1991: rules of underscores, and lines without labels whose order tells what they are."""

from __future__ import annotations

import re

from kbarchive.dialects.dialect import Dialect

_ARTICLE = r"^[ \t]*_{40,}[ ]*\nMARGINQ[0-9]+[ ][^\n]+\nEDGE[^\n]*\([A-Z0-9_\- ]+\)[ ]*\n"

DIALECT = Dialect(
    name="online",
    word="________",
    mark=_ARTICLE,
    each=_ARTICLE,
    rows=(
        re.compile(r"(?P<id>Q[0-9]+)[ ]+(?P<title>.+)"),
        re.compile(r"(?P<products>.+?)[ ]*\((?P<code>[A-Z0-9_\- ]+)\)"),
        re.compile(r"(?P<versions>[0-9A-Z][\w.]*(?:[ |,]+[0-9][\w.]*)*[ |]*)"),
        re.compile(r"(?P<systems>[A-Z][A-Z0-9/\- |]*)"),
    ),
    old=True,
    blocks=frozenset({"LABEL", "OLD_QUERY_WORDS", "CATEGORIES"}),
)
