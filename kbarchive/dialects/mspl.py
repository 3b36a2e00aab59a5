"""The Programmer's Library, 1987-91: a CD whose files hold thousands of articles, under headings ruled with "=".

A number and a title begin an article, two blank lines above them; the numbers rise, and begin again under a heading. Every line
of the CD has one leading blank. One of its books has no metadata at all: there the number is the article's name.
"""

from __future__ import annotations

import re

from kbarchive.dialects.dialect import Dialect

_HEADING = r"(?:^[ ]?(?P<heading>[^ \n=][^\n]*)\n[ ]?={20,}[ ]*\n\s*?)?"
_NUMBER = r"MARGIN(?P<number>[0-9]{1,5})\.(?:[ ][^\n]*)?\n(?:EDGE)?[ ]*\n"
_LABELLED = _HEADING + _NUMBER + r"EDGE(?:Product Version\(s\)|Operating System|Flags|Last Modified):"
_TITLE = re.compile(r"(?P<number>[0-9]{1,5})\.[ ]*(?P<title>.*)")

DIALECT = Dialect(
    name="mspl",
    word="Last Modified:",
    mark=_LABELLED,
    each=_LABELLED,
    fields={
        "Product Version(s)": "versions",
        "Operating System": "operating systems",
        "Flags": "flags",
        "Last Modified": "modified",
        "ArticleIdent": "id",
    },
    inline=frozenset({"ArticleIdent"}),
    last="ArticleIdent:",
    rows=(_TITLE,),
    old=True,
    blocks=frozenset({"LABEL"}),
)

PLAIN = Dialect(
    name="mspl-plain",
    word="\n\n\n",
    # With nothing else to tell such a book from a text with numbered chapters, it must begin as they all do, and go on.
    mark=r"\A\s*?^[ ](?P<heading>[^ \n=][^\n]*)\n[ ]={60,}\n\n\nMARGIN(?P<number>1)\. [^\n]+\n\n"
    r"(?:(?:[ ][^\n]*)?\n){1,2000}?\n\n[ ]2\. [^\n]+\n\n",
    each=r"(?:\A|(?<=\n\n\n))" + _HEADING + _NUMBER,
    numbered=True,
    rows=(_TITLE,),
    old=True,
    blocks=frozenset({"LABEL"}),
)
