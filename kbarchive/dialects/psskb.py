"""Articles of the support site's Knowledge Base, 2002-04, as their pages read: numbers without Q, dates in America's order."""

from __future__ import annotations

import re

from kbarchive.dialects.dialect import Dialect

PUBLISHED = re.compile(r"(?:\u2022[ ]*)?This article was previously published under (?P<id>Q\d+)\.?", re.IGNORECASE)

DIALECT = Dialect(
    name="psskb",
    word=" ID Number:",
    mark=r"MARGIN(?:PSS ID Number:[ \t]*\d+[^\n]*\n(?:EDGE[ ]*\n)?EDGEArticle Last Modified on\b"
    r"|(?<=\(\d{6}\)\n)This article was previously published under Q\d+)",
    fields={"PSS ID Number": "id", "Article Last Modified on": "modified"},
    bare=frozenset({"Article Last Modified on"}),
    inline=frozenset({"Article Last Modified on"}),
    rows=(PUBLISHED,),
    block=False,
    above="last",
    chrome=re.compile(r"KB\d+ - .*|Page \d+ of \d+|Knowledge Base"),
    blocks=frozenset({"BARE", "OPEN_APPLIES", "PUBLISHED", "CATEGORIES", "CHROME"}),
)
