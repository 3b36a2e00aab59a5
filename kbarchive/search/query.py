"""From the text of a query to a small tree of our own; any text is a query.

The language is defined in `grammar/query.lark` and told in `docs/query.md`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kbarchive.search.nodes import And, Phrase, Word
from kbarchive.search.results import QueryDiagnostic

# What stands further behind is not read: the first words of a pasted page are all that is looked for.
_LONGEST = 20_000

# More that could not be read is not told.
_MOST_DIAGNOSTICS = 20

# Words of letters and digits, neither the number of an article nor OR, and phrases in quotes. To load Lark and the grammar for
# these would take a third of the time of a search from the command line; a test compares what the grammar makes of them.
_PLAIN_PART = r'(?:[^\W_]+|"[^"]+")'
_PLAIN = re.compile(rf"(?!(?:Q|KB)?\d{{4,7}}\Z|.*\bOR\b){_PLAIN_PART}(?:\s+{_PLAIN_PART})*", re.IGNORECASE | re.DOTALL)
_PARTS = re.compile(r'"([^"]+)"|\S+')


class Query(NamedTuple):
    """The tree of a query, all of whose nodes are wanted, and what could not be read and was taken as words."""

    tree: And
    diagnostics: tuple[QueryDiagnostic, ...]


def parse(text: str) -> Query:
    """The tree of a query; it never raises. White space around the text means nothing."""
    stripped = text.strip()[:_LONGEST]
    if _PLAIN.fullmatch(stripped):
        found = _PARTS.finditer(stripped)
        return Query(And(tuple(Phrase(part[1]) if part[1] else Word(part[0]) for part in found)), ())
    # Lark is imported only here.
    from kbarchive.search.language import read

    tree, diagnostics = read(stripped, len(text) - len(text.lstrip()))
    return Query(tree, tuple(diagnostics[:_MOST_DIAGNOSTICS]))
