"""What became of the documents of a shard: which are found by a search, and which articles are nearly the same.

That depends on all that an index holds, so a later generation, which keeps the shard, may have it otherwise. Nothing else of a
shard ever changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kbarchive.index import columns
from kbarchive.index.files import FATES
from kbarchive.revisions import Role

ALIKE = "alike"
"""The column of groups of near-identical articles, see `likeness`; 0 is for an article that is like no other."""

DROPPED = "dropped"
"""The column, a number each, of the documents that no search finds: older revisions, copies, and what is gone."""

GONE = "gone"
"""Those of them of which there is no text any more: copies, and what was removed from the sources."""

PASSED_OVER = "passed over"
"""Those of them that stand in posting lists, since they were articles when the shard was written."""


def write(storage: Any, alike: Sequence[int], roles: Mapping[int, int], posted: Iterable[int] = ()) -> None:
    """Writes the fates beside a shard. `alike` has a number for each document, `roles` the `Role` of those that are there;
    the other ones are gone. `posted` may stand in posting lists although they are no articles.
    """
    dropped = [number for number in range(len(alike)) if roles.get(number) != Role.ARTICLE]
    gone = [number for number in dropped if roles.get(number) != Role.REVISION]
    passed_over = sorted(set(posted).intersection(dropped))
    columns.write(storage, FATES, {}, {ALIKE: alike, DROPPED: dropped, GONE: gone, PASSED_OVER: passed_over})
