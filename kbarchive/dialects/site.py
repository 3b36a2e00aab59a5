"""A page of the archive's site as HTML, 2017: one `pre` that holds what the Jekyll form does, perhaps coloured with tags.

Without its tags it is the page as a browser shows it.
"""

from __future__ import annotations

from dataclasses import replace

from kbarchive.dialects.jekyll import with_library
from kbarchive.dialects.page import DIALECTS as PAGES

# The header's first line stands right behind the tags that open the block.
_ARTICLE = r"<pre\b[^>\n]*>(?:<code[^>\n]*>)?(?P<margin>)(?:<[^>\n]*>)*Article(?:<[^>\n]*>)*:(?:<[^>\n]*>|[ ])*Q[0-9]+"

DIALECTS = with_library(
    replace(PAGES[-1], name="site", word="Article", mark=_ARTICLE, markup=True),
    _ARTICLE + r"[^\n]*\n(?:[^\n]*\n){0,4}?[^\n]*Keyword[^\n|]*\|",
)
