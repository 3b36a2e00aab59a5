"""The form of Microsoft's FTP server, 1999-2002: six labelled lines, then the body. The archive itself."""

from __future__ import annotations

import re

from kbarchive.dialects.dialect import Dialect

_LABEL = r"(?:DOCUMENT|TITLE|PRODUCT|PROD/VER|OPER/SYS|KEYWORDS)[ \t]*:"

DIALECT = Dialect(
    name="ftp",
    # The first line as it should be with a second one near by; or, of a header that lost or shuffled lines, any three.
    mark=re.compile(
        rf"^DOCUMENT[ \t]*:[ \t]*Q?\d[^\n]*\n(?:[^\n]*\n){{0,3}}?{_LABEL}"
        rf"|\A\s*{_LABEL}[^\n]*\n(?:[^\n]*\n){{0,3}}?{_LABEL}[^\n]*\n(?:[^\n]*\n){{0,3}}?{_LABEL}",
        re.MULTILINE,
    ),
    fields={
        "DOCUMENT": "document",
        "TITLE": "title",
        "PRODUCT": "products",
        "PROD/VER": "versions",
        "OPER/SYS": "operating systems",
        "KEYWORDS": "keywords",
    },
    ruled=True,
)
