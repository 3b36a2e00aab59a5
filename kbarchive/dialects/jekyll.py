"""The archive as Jekyll Markdown, 2017: front matter, then the article behind tabs, between raw tags.

Its converter drops one leading blank of every line, the collection, the legal notice and the colon before versions that have no
platform, and spells signs of the title as HTML entities. What it has from the Programmer's Library is told by its keywords, in
groups parted by bars, and has names with a colon for headings.
"""

from __future__ import annotations

import re
from dataclasses import replace

from kbarchive.dialects.dialect import Dialect, Field

FIELDS: dict[str, Field] = {
    "Article": "id",
    "Product(s)": "products",
    "Version(s)": "versions",
    "Operating System(s)": "operating systems",
    "Keyword(s)": "flags",
    "Last Modified": "modified",
}
HEADER = r"MARGINArticle:[ \t]*Q?[0-9]+[ \t]*\nEDGE(?:Product\(s\)|Version\(s\)|Operating System\(s\)|Keyword\(s\)):"
LIBRARY_HEADER = r"MARGINArticle:[ \t]*Q?[0-9]+[ \t]*\n(?:EDGE[A-LN-Z][^\n]*\n){0,4}?EDGEKeyword\(s\):[^\n|]*\|"

FRONT_MATTER = r"\A\ufeff?---[ \t]*\n(?:(?!---)[^\n]*\n){1,40}?---[ \t]*\n(?:(?!\t)[^\n]*\n){0,12}?"
TITLE = re.compile(r"(?:##[ ]+)?Q[0-9]+:[ \t]*([^\n]*)")
ANYTHING = re.compile(r".*")  # all that stands around the article belongs to the page
END = re.compile(r"^\{% endraw %\}[ \t]*\n\s*\Z", re.MULTILINE)


def with_library(dialect: Dialect, mark: str) -> tuple[Dialect, Dialect]:
    """A form of the site in its two kinds, that of the Programmer's Library first: `mark` is the narrower one."""
    return replace(dialect, mark=mark, blocks=frozenset({"LABEL"})), dialect


DIALECTS = with_library(
    Dialect(
        name="jekyll",
        word="Article:",
        mark=FRONT_MATTER + HEADER,
        fields=FIELDS,
        front_matter=True,
        title=TITLE,
        chrome=ANYTHING,
        ends=END,
        template=True,
        entities=True,
        complete=True,
    ),
    FRONT_MATTER + LIBRARY_HEADER,
)
