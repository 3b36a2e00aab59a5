"""Articles of the Programmer's Library as another site showed them in 2017: as `jekyll`, with the library's own labels."""

from __future__ import annotations

from kbarchive.dialects.dialect import Dialect
from kbarchive.dialects.jekyll import ANYTHING, END, FRONT_MATTER, TITLE

DIALECT = Dialect(
    name="pcjs",
    word="Article:",
    mark=FRONT_MATTER
    + r"MARGINArticle:[ \t]*Q?[0-9]+[ \t]*\n(?:EDGEProduct:[^\n]*\n)?EDGEVersion\(s\):[^\n]*\nEDGEOperating System:",
    fields={
        "Article": "id",
        "Product": "products",
        "Version(s)": "versions",
        "Operating System": "operating systems",
        "Flags": "flags",
        "Last Modified": "modified",
    },
    front_matter=True,
    title=TITLE,
    chrome=ANYTHING,
    ends=END,
    template=True,
    entities=True,
    blocks=frozenset({"LABEL"}),
)
