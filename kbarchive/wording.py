"""When the words under which an article is cited are its title, and when the title has drifted from them.

Titles were edited over the years, and so were the lists of references. Told is a change of the words alone. Not told are:
capital letters, accents, blanks, signs and entities; what stands before a title's first colon (`XFOR:`, `BUG:`, which came
and went with the state of a bug) and "How to" in the place of `HOWTO:`; and where one of the two stops earlier, because
the archive cut titles at 64 characters and citations at the ends of their lines.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

# One word or two of an abbreviation, and as many of them as there are: "FIX: ", "SMS: Err:", "BUG:Tag".
_PREFIXES = re.compile(r"(?:[A-Z][\w/&+-]{0,11}(?: [\w/&+-]{1,8})?:(?:\s+|(?=[A-Z\"'(])))+")
_HOW_TO = re.compile(r"how\s*to\b[\s:]*", re.IGNORECASE)
_SIGNS = re.compile(r"[\W_]+")

# The least that must be there of a title, in letters, to be taken for its beginning.
_BEGINNING = 20


def has_drifted(cited_as: str, title: str) -> bool:
    """Whether a title is no longer, or is not yet, the words under which its article is cited."""
    return not any(_same(left, right) for left in _folded(cited_as) for right in _folded(title))


def _same(left: str, right: str) -> bool:
    shorter, longer = sorted((left, right), key=len)
    return left == right or (len(shorter) >= _BEGINNING and longer.startswith(shorter))


@lru_cache(maxsize=4096)
def _folded(title: str) -> tuple[str, ...]:
    """The letters and digits of a title, with and without what stands before it."""
    text = html.unescape(title).strip()
    bare = _HOW_TO.sub("", _PREFIXES.sub("", text, count=1), count=1)
    return tuple(dict.fromkeys(_letters(form) for form in (text, bare) if form))


def _letters(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return _SIGNS.sub("", "".join(c for c in decomposed if not unicodedata.combining(c))).casefold()
