"""A page of the archive's site as HTML, 2017: one `pre` that holds what the Jekyll form does, perhaps coloured with tags."""

from __future__ import annotations

import re

from kbarchive.dialects.dialect import Dialect
from kbarchive.dialects.jekyll import ANYTHING, FIELDS, with_library

# The header's first line stands right behind the tags that open the block.
_ARTICLE = r"<pre\b[^>\n]*>(?:<code[^>\n]*>)?(?P<margin>)(?:<[^>\n]*>)*Article(?:<[^>\n]*>)*:(?:<[^>\n]*>|[ ])*Q\d+"

DIALECTS = with_library(
    Dialect(
        name="site",
        word="Article",
        mark=_ARTICLE,
        fields=FIELDS,
        title=re.compile(r"\s*<h2[^>\n]*>Q\d+:[ \t]*([^\n]*?)</h2>\s*"),
        ends=re.compile(r"^(?:</[^>\n]*>)*</pre>", re.MULTILINE),
        chrome=ANYTHING,
        template=True,
        markup=True,
        complete=True,
    ),
    _ARTICLE + r"[^\n]*\n(?:[^\n]*\n){0,4}?[^\n]*Keyword[^\n|]*\|",
)
