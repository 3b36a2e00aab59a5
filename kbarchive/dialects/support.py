"""Pages of Microsoft's support site, 2005-13, as a browser shows or copies them."""

from __future__ import annotations

import re
from dataclasses import replace

from kbarchive.dialects.dialect import Dialect
from kbarchive.dialects.psskb import PUBLISHED

_CHROME = re.compile(
    r"(?:\u2191 )?Back to the top.*|Expand all[ ]*\|[ ]*Collapse all|(?:Article translations ?)+|On This Page|https?://\S+"
    r"|View products that this article applies to\.?|Collapse (?:this )?image|:"
    r"|Notice: This website is an unofficial Microsoft Knowledge Base .* archive.*"
)

# What may stand right below the number where the title is above it.
_NO_TITLE = rf"(?:{_CHROME.pattern}|(?i:symptoms?|cause|summary|introduction)|This article was previously published.*)[ ]*\n"

DIALECT = Dialect(
    name="support",
    word="rticle",
    mark=r"MARGIN(?:Article ID[ \t]*:\s{0,3}[0-9]{5,7}\b"
    r"(?=[ \t]*-|[ \t]+Last Review[ \t]*:|[ \t]*\n(?:[^\n]{0,8}\n){0,3}EDGELast Review[ \t]*:)"
    r"|View products that this article applies to\.?[ ]*\n\s*This article was previously published under Q[0-9]+"
    r"|This article was previously published under Q[0-9]+\.?\s*\n)",
    fields={"Article ID": "id", "Last Review": "modified", "Revision": "fact"},
    inline=frozenset({"Last Review", "Revision"}),
    rows=(re.compile(r"Article ID[ ]*:[ ]*(?P<id>[0-9]+) - View products that this article applies to\.?"), PUBLISHED),
    block=False,
    above="last",
    chrome=_CHROME,
    blocks=frozenset({"BARE", "OPEN_APPLIES", "PUBLISHED", "CATEGORIES", "CHROME", "LINES"}),
)

# About 2010 the number, date and revision stood on one line, above the title.
DIALECTS = (
    replace(
        DIALECT,
        mark=r"MARGINArticle ID[ \t]*:[ \t]*[0-9]{5,7}[ \t]+-[ \t]+Last Review[ \t]*:[^\n]*\n"
        rf"(?:(?:EDGE)?[ \t]*\n){{0,3}}EDGE(?=\S)(?!{_NO_TITLE})",
        above="next",
    ),
    DIALECT,
)
