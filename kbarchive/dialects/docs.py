"""Living successors of articles, in Markdown with front matter, to 2024: their number stands below the title."""

from __future__ import annotations

import re

from kbarchive.dialects.dialect import Dialect

_NUMBER = r"[_*]{0,2}Original KB number:[_*]{0,2}"

DIALECT = Dialect(
    name="docs",
    word="Original KB number:",
    # Behind front matter, or as an excerpt from the line of facts on.
    mark=rf"(?:\A\ufeff?---[ \t]*\n(?:(?!---)[^\n]*\n){{1,120}}?---[ \t]*\n(?:[^\n]*\n){{0,24}}?|^)MARGIN{_NUMBER}",
    fields={
        "Original KB number": "id",
        "Original product version": "applies to",
        "Applies to": "applies to",
        "title": "title",
        "ms.date": "modified",
        "appliesto": "applies to",
    },
    rows=(re.compile(r"Original KB number: (?P<id>[0-9]+), .*"),),
    block=False,
    front_matter=True,
    flow="markdown",
)
