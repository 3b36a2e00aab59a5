"""Phrases, by the positions of their words."""

from __future__ import annotations

from collections.abc import Sequence

from kbarchive.index.reader import ShardReader


def phrase_counts(shard: ShardReader, field: str, terms: Sequence[bytes]) -> dict[int, int]:
    """How often terms stand one after another in a field, for each document of a shard where they do."""
    frequencies = {term: shard.document_frequency(field, term) for term in terms}
    if not all(frequencies.values()):
        return {}
    # The rarest word first: the others need be looked up only where it stands.
    offsets = sorted(range(len(terms)), key=lambda offset: frequencies[terms[offset]])
    rarest = offsets[0]
    candidates = [document for documents, _ in shard.postings(field, terms[rarest]) for document in documents]
    for term in {terms[offset]: None for offset in offsets[1:]}:
        have = {document for documents, _ in shard.postings(field, term) for document in documents}
        candidates = [document for document in candidates if document in have]
    if not candidates:
        return {}
    positions = {term: shard.positions(field, term, candidates) for term in frequencies}
    counts = {}
    for document in candidates:
        starts = {position - rarest for position in positions[terms[rarest]][document]}
        for offset in offsets[1:]:
            starts.intersection_update(position - offset for position in positions[terms[offset]][document])
            if not starts:
                break
        if starts:
            counts[document] = len(starts)
    return counts
