"""Reads the dates that articles carry, in all the spellings of the forms."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

_NAMES = "january february march april may june july august september october november december".split()
_MONTHS = {name[:3]: number for number, name in enumerate(_NAMES, 1)}
# Of ASCII alone: the long s is the small letter of S, too, and is in no name.
_NAME = rf"(?P<name>(?ai:{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in _NAMES)}|sept))\.?"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?[-\s]\s*{_NAME},?[-\s]\s*(?P<year>[0-9]{{4}})",  # 29-DEC-1988, 12 March 1994
        r"(?P<month>[0-9]{1,2})[-/](?P<day>[0-9]{1,2})[-/](?P<year>[0-9]{4})",  # 01-21-1996, 6/25/2002: America's order
        rf"{_NAME}\s+(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>[0-9]{{4}})",  # August 15, 2005
        r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})",  # 2024-03-31
    )
)


@lru_cache(maxsize=1000)
def read_date(text: str) -> str | None:
    """A date as ISO, or None where the text is none in any known spelling."""
    for pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            parts = match.groupdict()
            month = _MONTHS[parts["name"].lower()[:3]] if parts.get("name") else int(parts["month"])
            try:
                return date(int(parts["year"]), month, int(parts["day"])).isoformat()
            except ValueError:
                return None
    return None
