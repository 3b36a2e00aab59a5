"""Phrases, by the positions of their words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from kbarchive.index.postings import Postings
from kbarchive.index.reader import ShardReader


def phrase_counts(shard: ShardReader, field: str, terms: Sequence[bytes]) -> dict[int, int]:
    """How often terms stand one after another in a field, for each document of a shard where they do."""
    return {document: len(starts) for document, starts in phrase_starts(shard, field, terms)}


def phrase_starts(shard: ShardReader, field: str, terms: Sequence[bytes]) -> Iterator[tuple[int, AbstractSet[int]]]:
    """The positions at which terms stand one after another in a field, for each document of a shard where they do."""
    lists: dict[bytes, Postings] = {}
    for term in terms:
        postings = lists.get(term) or shard.postings(field, term)
        if postings is None:
            return
        lists[term] = postings
    # The rarest word first: the others need be looked at only where it stands.
    offsets = sorted(range(len(terms)), key=lambda offset: len(lists[terms[offset]].documents))
    rarest = offsets[0]
    candidates = set(lists[terms[rarest]].documents)
    for postings in lists.values():
        candidates.intersection_update(postings.documents)
    for document in sorted(candidates):
        starts = {position - rarest for position in lists[terms[rarest]].positions(document)}
        for offset in offsets[1:]:
            starts.intersection_update(position - offset for position in lists[terms[offset]].positions(document))
            if not starts:
                break
        if starts:
            yield document, starts
