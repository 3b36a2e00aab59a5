"""The forms in which articles circulated: one small module each, and here the list of them."""

from __future__ import annotations

from kbarchive.dialects import (
    article_id,
    compuserve,
    docs,
    flattened,
    ftp,
    jekyll,
    localised,
    msdn,
    mspl,
    online,
    page,
    pcjs,
    pss,
    psskb,
    site,
    support,
)
from kbarchive.dialects.dialect import OPTIONAL, SIGN, Dialect, Field, Found

__all__ = ["DIALECTS", "OPTIONAL", "SIGN", "UNKNOWN", "Dialect", "Field", "Found", "recognise"]

DIALECTS: tuple[Dialect, ...] = (
    ftp.DIALECT,
    pcjs.DIALECT,
    *jekyll.DIALECTS,
    *site.DIALECTS,
    *page.DIALECTS,
    docs.DIALECT,
    mspl.DIALECT,
    mspl.PLAIN,
    online.DIALECT,
    compuserve.DIALECT,
    *psskb.DIALECTS,
    pss.DIALECT,
    article_id.DIALECT,
    msdn.DIALECT,
    localised.DIALECT,
    *support.DIALECTS,
    ftp.DAMAGED,
    *flattened.DIALECTS,
)
"""In the order they are tried: where the marks of two begin at one place, the first is taken."""

UNKNOWN = Dialect(name="unknown", mark="(?!)", word="\0")
"""What text is read as that bears the marks of no form: all of it is body."""


_NOWHERE = Found(0, 0, "", None, None)


def recognise(text: str) -> tuple[Dialect, Found]:
    """The dialect whose marks come first in a text, and where they stand; UNKNOWN at 0 where there are none.

    What stands further down may be a quotation: an article that cites another in its own form.
    """
    best, place = UNKNOWN, _NOWHERE
    start = len(text) - len(text.lstrip())  # some marks begin with the blank lines above them
    for dialect in DIALECTS:
        found = dialect.find(text)
        if found and (best is UNKNOWN or max(start, found.mark) < place.mark):
            best, place = dialect, found
            if found.mark <= start:
                break
    return best, place
