"""The form of Microsoft's FTP server, 1999-2002: six labelled lines, then the body. The archive itself."""

from __future__ import annotations

from dataclasses import replace

from kbarchive.dialects.dialect import Dialect

_LABEL = r"(?:DOCUMENT|TITLE|PRODUCT|PROD/VER|OPER/SYS|KEYWORDS)[ \t]*:"
_NEAR = r"(?:[^\n]*\n){0,3}?EDGE"

_FIRST = rf"MARGINDOCUMENT[ \t]*:[ \t]*Q?\d[^\n]*\n{_NEAR}{_LABEL}"

DIALECT = Dialect(
    name="ftp",
    word="DOCUMENT",
    mark=_FIRST,
    each=_FIRST,
    fields={
        "DOCUMENT": "document",
        "TITLE": "title",
        "PRODUCT": "products",
        "PROD/VER": "versions",
        "OPER/SYS": "operating systems",
        "KEYWORDS": "keywords",
    },
    ruled=True,
    complete=True,
)

# A header that lost or shuffled lines: any three labels, at the very beginning.
DAMAGED = replace(DIALECT, word=":", mark=rf"\A\s*MARGIN{_LABEL}[^\n]*\n{_NEAR}{_LABEL}[^\n]*\n{_NEAR}{_LABEL}")
