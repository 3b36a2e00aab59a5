"""Articles of the support site's Knowledge Base, 2002-04, as their pages read: numbers without Q, dates in America's order."""

from __future__ import annotations

import re
from dataclasses import replace

from kbarchive.dialects.dialect import Dialect

PUBLISHED = re.compile(r"(?:\u2022[ ]*)?This article was previously published under (?P<id>Q[0-9]+)\.?", re.IGNORECASE)

_BEGINNING = (
    r"The information in this article applies to:|This article was previously published under Q[0-9]+"
    r"|(?:SUMMARY|SYMPTOMS|INTRODUCTION|Summary|Symptoms)[ ]*\n"
)

DIALECT = Dialect(
    name="psskb",
    word="",
    # Two kinds of header: labels, or a title that ends in the number.
    mark=r"MARGIN(?:PSS ID Number:[ \t]*[0-9]+[^\n]*(?:\n(?:EDGE[ ]*\n)?EDGE|[ ,])Article Last Modified on\b"
    rf"|[^\n]{{4,200}}[ ]\([0-9]{{6}}\)[ ]*\n(?:(?:EDGE)?[ ]*\n){{0,2}}EDGE(?:{_BEGINNING}))",
    fields={"PSS ID Number": "id", "Article Last Modified on": "modified"},
    bare=frozenset({"Article Last Modified on"}),
    inline=frozenset({"Article Last Modified on"}),
    rows=(re.compile(r"(?P<title>.+?)[ ]+\((?P<id>[0-9]{6})\)"), PUBLISHED),
    block=False,
    above="last",
    chrome=re.compile(r"KB[0-9]+ - .*|Page [0-9]+ of [0-9]+|Knowledge Base|View products that this article applies to\.?"),
    blocks=frozenset({"BARE", "OPEN_APPLIES", "PUBLISHED", "CATEGORIES", "CHROME"}),
)

# The site itself had the number above the title.
DIALECTS = (
    replace(
        DIALECT,
        mark=r"MARGINMicrosoft Knowledge Base Article - [0-9]{5,7}[ ]*\n",
        rows=(re.compile(r"Microsoft Knowledge Base Article - (?P<id>[0-9]+)"), PUBLISHED),
        above="next",
    ),
    DIALECT,
)
