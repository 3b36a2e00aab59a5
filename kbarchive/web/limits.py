"""What one request may ask for, and how long it may take."""

from __future__ import annotations

import msgspec

HITS = 20
"""Hits on a page."""

TITLES = 100
"""Titles on a page of those that have a value of a facet."""

MOST_PAGES = 50
"""So many pages of hits can be asked for: whoever wants more has to say more."""

MOST_PAGES_OF_TITLES = 10_000
"""The pages of a value end where its articles do."""

LONGEST_QUERY = 1000
"""In characters; error messages with a stack of names have been seen with 600."""

MOST_FILTERS = 12

LONGEST_KEY = 400


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """`seconds` is how long a request may take until it is told to come again; `readers` how many work at a time; `cache`
    how many bytes of answers are kept."""

    seconds: float = 10.0
    readers: int = 2
    cache: int = 64_000_000
