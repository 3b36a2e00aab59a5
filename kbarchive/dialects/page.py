"""The text of a page of the archive's site, as a person copies it from a browser.

The site was made from the FTP form by a converter that drops one leading blank of every line and the collection; its template
adds page chrome and a legal notice with years of its own.
"""

from __future__ import annotations

import re

from kbarchive.dialects.dialect import Dialect

DIALECT = Dialect(
    name="page",
    mark=re.compile(
        r"^Article:[ \t]*Q?\d+[ \t]*\n(?:Product\(s\)|Version\(s\)|Operating System\(s\)|Keyword\(s\)):", re.MULTILINE
    ),
    fields={
        "Article": "id",
        "Product(s)": "products",
        "Version(s)": "versions",
        "Operating System(s)": "operating systems",
        "Keyword(s)": "keywords",
        "Last Modified": "modified",
    },
    title=re.compile(r"^Q\d+:[ \t]*([^\n]*)$", re.MULTILINE),
    chrome=frozenset(
        {"KnowledgeBase Archive", "An Archive of Early Microsoft KnowledgeBase Articles", "View on GitHub"},
    ),
    encoding="utf-8",
    template_notice=True,
)
