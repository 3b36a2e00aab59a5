"""Articles on the discs of the MSDN Library, 1997-98, as their pages read: headings without underlines, bullets."""

from __future__ import annotations

import re

from kbarchive.dialects.dialect import Dialect

DIALECT = Dialect(
    name="msdn",
    word="Last reviewed:",
    mark=r"MARGINLast reviewed:[^\n]*\n(?:EDGE[ ]*\n)?EDGEArticle ID:[ \t]*Q?[0-9]+",
    fields={"Last reviewed": "modified", "Article ID": "id"},
    rows=(
        re.compile(
            r"(?P<versions>(?:[0-9][\w.]*)(?:[, ]+[0-9][\w.]*)*)?[ ]*(?P<systems>[A-Z][A-Z0-9/\-]+(?:[ ]+[A-Z][A-Z0-9/\-]+)*)?"
            r"(?P<keywords>(?:[ ]*\bkb\w+)*)"
        ),
    ),
    block=False,
    above="last",
    blocks=frozenset({"BARE", "OPEN_APPLIES", "OLD_QUERY_WORDS", "CATEGORIES", "OLD_NOTICE", "CHROME"}),
)
