"""From the text of a query to a small tree of our own; any text is a query.

The language is defined in `grammar/query.lark` and told in `docs/query.md`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kbarchive.search.fields import NAMES, RANGED, field_node, range_node
from kbarchive.search.nodes import And, Node, Phrase, Word
from kbarchive.search.results import QueryDiagnostic

# What stands further behind is not read: the first words of a pasted page are all that is looked for.
_LONGEST = 20_000

# More that could not be read is not told.
_MOST_DIAGNOSTICS = 20

# Words of letters and digits, and phrases in quotes, each with or without a field, and ranges. To load Lark and the grammar for
# these would take a third of the time of a search from the command line; a test compares what the grammar makes of them.
# Each begins behind a blank: looked for from every sign, a long word would take quadratic time.
_PLAIN = re.compile(
    r'(?<!\S)(?:(?P<word>[^\W_]++)|"(?P<phrase>[^"]++)"'
    rf'|(?P<field>{"|".join(NAMES)}):(?:(?P<value>[^\W_]++(?:[.-][^\W_]++)*)|"(?=[^"]*+")(?P<values>[^"]*[^\W_][^"]*)")'
    rf"|(?P<ranged>{'|'.join(RANGED)}):(?P<range>[<>]=?\d[\d.-]*|[\d.-]*\.\.[\d.-]*))(?=\s|\Z)"
)
# Quotes and dashes as word processors write them, each as one sign: places in the text stay.
_QUOTES = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb"), '"')
_MINUS = re.compile(r'(?<![^\s(])[\u2013\u2212](?=[^\W\d]|["(])')
# But for a text that is the number of an article, or has an OR.
_NEVER_PLAIN = re.compile(r"(?:Q|KB)?\d{4,7}\Z|.*\bOR\b", re.IGNORECASE | re.DOTALL)


class Query(NamedTuple):
    """The tree of a query, all of whose nodes are wanted, and what could not be read and was taken as words."""

    tree: And
    diagnostics: tuple[QueryDiagnostic, ...]


def parse(text: str) -> Query:
    """The tree of a query; it never raises. White space around the text means nothing."""
    stripped = with_plain_signs(text).strip()[:_LONGEST]
    nodes = _plain_nodes(stripped)
    if nodes is not None:
        return Query(And(nodes), ())
    # Lark is imported only here.
    from kbarchive.search.language import read

    tree, diagnostics = read(stripped, len(text) - len(text.lstrip()))
    return Query(tree, tuple(diagnostics[:_MOST_DIAGNOSTICS]))


def with_plain_signs(text: str) -> str:
    """A text with quotes and dashes as the language has them; all else stands where it stood."""
    return text if text.isascii() else _MINUS.sub("-", text.translate(_QUOTES))


def _plain_nodes(text: str) -> tuple[Node, ...] | None:
    """The nodes of a text that is plain throughout, else None."""
    if _NEVER_PLAIN.match(text) or _PLAIN.sub("", text).strip() or not text:
        return None
    nodes: list[Node] = []
    for part in _PLAIN.finditer(text):
        word, phrase, field, value, values, ranged, limits = part.groups()
        if ranged:
            node = range_node(ranged, limits)
        elif field:
            node = field_node(field, Word(value) if value else Phrase(values))
        else:
            node = Word(word) if word else Phrase(phrase)
        if isinstance(node, str):  # it cannot be asked
            return None
        nodes.append(node)
    return tuple(nodes)
