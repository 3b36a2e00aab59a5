"""kbarchive: the early Microsoft KnowledgeBase as records, and a search that finds the right article.

>>> import kbarchive
>>> article = kbarchive.parse("DOCUMENT:Q900001  12-MAY-1999  [exchange]\\nTITLE   :The Lamp Hums\\n")
>>> article.id, article.title, article.modified
('Q900001', 'The Lamp Hums', '1999-05-12')

The public names are loaded when first used, so that a command imports only what it needs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from kbarchive._version import __version__

if TYPE_CHECKING:
    from kbarchive.article import (
        AppliesTo,
        Article,
        Block,
        Code,
        Diagnostic,
        Item,
        List,
        Note,
        Paragraph,
        Reference,
        Rule,
        Section,
        Source,
        Table,
        Version,
    )
    from kbarchive.conversion import convert
    from kbarchive.errors import KbArchiveError
    from kbarchive.frames import to_dataframe
    from kbarchive.index import build_index
    from kbarchive.parsing import parse, parse_tree
    from kbarchive.reading import read
    from kbarchive.records import dumps, loads, read_jsonl
    from kbarchive.report import Report
    from kbarchive.search import Hit, Index, Results, open_index

_HOMES = {
    "kbarchive.article": (
        "AppliesTo Article Block Code Diagnostic Item List Note Paragraph Reference Rule Section Source Table Version"
    ),
    "kbarchive.conversion": "convert",
    "kbarchive.errors": "KbArchiveError",
    "kbarchive.frames": "to_dataframe",
    "kbarchive.index": "build_index",
    "kbarchive.parsing": "parse parse_tree",
    "kbarchive.reading": "read",
    "kbarchive.records": "dumps loads read_jsonl",
    "kbarchive.report": "Report",
    "kbarchive.search": "Hit Index Results open_index",
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}

__all__ = [  # noqa: RUF022 - by use, not by alphabet
    "parse",
    "parse_tree",
    "read",
    "convert",
    "dumps",
    "loads",
    "read_jsonl",
    "to_dataframe",
    "build_index",
    "open_index",
    "Article",
    "Section",
    "Block",
    "Paragraph",
    "List",
    "Item",
    "Code",
    "Table",
    "Note",
    "Rule",
    "AppliesTo",
    "Version",
    "Reference",
    "Source",
    "Diagnostic",
    "Report",
    "Index",
    "Results",
    "Hit",
    "KbArchiveError",
    "__version__",
]


def __getattr__(name: str) -> Any:
    try:
        module = _HOME_OF[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    value = getattr(importlib.import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
