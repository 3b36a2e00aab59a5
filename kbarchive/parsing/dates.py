"""Reads the dates that articles carry, in all the spellings of the forms."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_PATTERNS = (
    re.compile(r"(?P<day>\d{1,2})[-\s]\s*(?P<name>[A-Za-z]{3})[a-z]*\.?[-\s]\s*(?P<year>\d{4})"),  # 29-DEC-1988, 12 March 1994
    re.compile(r"(?P<month>\d{1,2})[-/](?P<day>\d{1,2})[-/](?P<year>\d{4})"),  # 01-21-1996, 6/25/2002: America's order
    re.compile(r"(?P<name>[A-Za-z]{3})[a-z]*\.?\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})"),  # August 15, 2005
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),  # 2024-03-31
)


@lru_cache(maxsize=1000)
def read_date(text: str) -> str | None:
    """A date as ISO, or None where the text is none in any known spelling."""
    for pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            parts = match.groupdict()
            month = _MONTHS.get(parts["name"].lower(), 0) if parts.get("name") else int(parts["month"])
            try:
                return date(int(parts["year"]), month, int(parts["day"])).isoformat()
            except ValueError:
                return None
    return None
