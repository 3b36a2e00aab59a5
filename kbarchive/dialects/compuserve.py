"""Captures from CompuServe, 1991-94: labelled lines, two of them on one; often within a comment of source code."""

from __future__ import annotations

from kbarchive.dialects.dialect import Dialect

_ARTICLE = r"MARGINTitle:[^\n]*\n(?:(?:EDGE[ \t]+[^\n]+|EDGE[ ]*)\n){0,3}?EDGEDocument Number:[ \t]*Q?[0-9]+"

DIALECT = Dialect(
    name="compuserve",
    word="Document Number:",
    mark=_ARTICLE,
    each=_ARTICLE,
    fields={
        "Title": "title",
        "Document Number": "id",
        "Publ Date": "modified",
        "Product Name": "products",
        "Product Version": "versions",
        "Operating System": "operating systems",
    },
    inline=frozenset({"Publ Date"}),
    old=True,
    blocks=frozenset({"LABEL", "OLD_QUERY_WORDS", "CATEGORIES", "OLD_NOTICE"}),
)
