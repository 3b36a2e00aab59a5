"""The form of Microsoft's FTP server, 1999-2002: six labelled lines, then the body. The archive itself."""

from __future__ import annotations

from dataclasses import replace

from kbarchive.dialects.dialect import Dialect

_LABEL = r"(?:DOCUMENT|TITLE|PRODUCT|PROD/VER|OPER/SYS|KEYWORDS)[ \t]*:"
_NEAR = r"(?:[^\n]*\n){0,3}?EDGE"

_REST = rf"[ \t]*:[ \t]*Q?[0-9][^\n]*\n{_NEAR}{_LABEL}"

# The server's files end without a line end: of those that were put together a header stands right behind the text above it.
_WHOLE = r":Q[0-9]{5,6}[ ]+[0-9]{2}-[A-Z]{3}-[0-9]{4}(?:[ ]+\[\w+\])?[ ]*\nTITLE[ ]*:"
_BEHIND = r"(?<=[^\s\"'(\[<]DOCUMENT)"

DIALECT = Dialect(
    name="ftp",
    word="DOCUMENT",
    mark=rf"MARGINDOCUMENT{_REST}",
    each=rf"(?P<margin>)DOCUMENT(?:(?<=^DOCUMENT){_REST}|{_BEHIND}{_WHOLE})",
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
