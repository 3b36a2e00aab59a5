"""Articles told by ARTICLE ID alone, 1995-97, or behind the labels of a filing system; several in a file."""

from __future__ import annotations

from kbarchive.dialects.dialect import Dialect

# The title stands above the label; in the text of other articles it stands below, behind a label of its own.
_ARTICLE = (
    r"(?:\A|(?<=\n\n))(?:[ \t]*[^\s=\-_][^\n]*\n){1,2}[ \t]*\n{0,2}"
    r"MARGIN(?:ARTICLE[ \-]ID:[ \t]*Q[0-9]+[ \t]*\n(?=\s*-{20}|\s*The information in this)"
    r"|Rollup:[^\n]*\n(?:EDGE[A-Z][^\n:]*:[^\n]*\n){0,4}?EDGEArticle ID:)"
)

DIALECT = Dialect(
    name="article-id",
    word="ID:",
    mark=_ARTICLE,
    each=_ARTICLE,
    fields={
        "ARTICLE ID": "id",
        "ARTICLE-ID": "id",
        "Article ID": "id",
        "Rollup": "fact",
        "Database": "fact",
        "Last modified": "modified",
        "Security": "fact",
    },
    block=False,
    above="last",
    blocks=frozenset({"OLD_QUERY_WORDS", "CATEGORIES", "OLD_NOTICE"}),
)
