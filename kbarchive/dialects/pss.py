"""Articles as Product Support Services gave them out, 1993-2001: a number and a date, then rows of versions and systems."""

from __future__ import annotations

import re

from kbarchive.dialects.dialect import Dialect

_SYSTEM = r"(?:WINDOWS(?: NT| 95| 98)?|NT|MS-DOS|OS/2|MACINTOSH|UNIX|WIN32S?|XENIX|[A-Z]+)"

DIALECT = Dialect(
    name="pss",
    word="PSS ID Number:",
    mark=r"MARGINPSS ID Number:[ \t]*Q[0-9]+",
    each=r"(?:(?:\A|(?<=\n\n))(?:[^\s=\-_][^\n]*\n){1,2}\n{0,2})?MARGINPSS ID Number:[ \t]*Q[0-9]+",
    fields={
        "PSS ID Number": "id",
        "Article last modified on": "modified",
        "Authored": "fact",
        "Last modified": "modified",
    },
    inline=frozenset({"Article last modified on", "Last modified"}),
    bare=frozenset({"Article last modified on", "Authored", "Last modified"}),
    rows=(
        re.compile(r"(?P<versions>[0-9][\w.]*(?:[ |]+[0-9][\w.]*)*[ |]*)"),
        re.compile(rf"(?P<systems>{_SYSTEM}(?:[ ]*\|[ ]*{_SYSTEM})*[ |]*)"),
    ),
    block=False,
    above="last",
    blocks=frozenset({"LABEL", "OLD_QUERY_WORDS", "CATEGORIES", "OLD_NOTICE"}),
)
