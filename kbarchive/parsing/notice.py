"""The legal notice at an article's end, and the years in the copyright line below it."""

from __future__ import annotations

import re
from functools import lru_cache

# Every word of the notice in its known wordings, so that a line that strayed into it is not taken for it.
_WORDS = frozenset(
    "A ADVISED ALL ALLOW AND ANY APPLY ARE ARTICLE AS AT BASE BE BEEN BUSINESS CONSEQUENTIAL CORPORATION "
    "DAMAGES DIRECT DISCLAIMS DO DOES EITHER EVEN EVENT EXCLUSION EXPRESS FIT FITNESS FOR FOREGOING HAVE IF "
    "IMPLIED IN INCIDENTAL INCLUDING INDIRECT INFORMATION IS IT ITS KBARCHIVE KIND KNOWLEDGE LIABILITY LIABLE "
    "LIMITATION LOSS MAY MERCHANTABILITY MICROSOFT NO NOT OF OFFERED ON OR OWN PARTICULAR POSSIBILITY PROFITS "
    "PROMISE PROVIDED PURPOSE RELIES RIGHT RISK SAMPLE SHALL SO SOME SPECIAL STANDS STATES SUCH SUPPLIERS THAT "
    "THE THEIR THIS TO USE WARRANTIES WARRANTY WAS WHATSOEVER WHOEVER WITH WITHOUT WRITTEN".split()
)
_WORD = re.compile(r"[^\W_]+")
_COPYRIGHT = re.compile(
    r"Copyright (?:(?:\([cC]\) )?(?:Microsoft Corporation|the kbarchive project),? )?([0-9, -]*[0-9])\.?[ \t]*"
)


@lru_cache(maxsize=1024)
def read_notice(text: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The years of the copyright line, and the lines that are part of no notice."""
    years: tuple[int, ...] = ()
    strange = []
    for line in text.split("\n"):
        match = _COPYRIGHT.fullmatch(line)
        if match and not years:
            years = tuple(int(year) for year in re.findall(r"[0-9]{4}", match[1]))
        elif not _WORDS.issuperset(_WORD.findall(line)):
            strange.append(line.strip())
    return years, tuple(strange)
