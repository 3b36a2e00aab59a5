"""Postings of many terms and documents, as arrays: what one batch of documents has, and all of them put together by term."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kbarchive.index.zones import K1

Numbers = NDArray[Any]
"""An array of whole numbers."""


class Block(NamedTuple):
    """Postings. The first four have an entry for each: the number of its term, its document, how often it stands there, and
    what it is worth there, from 0 to 255. `places` are the positions of all in a row, each with its form in the upper byte; a
    field of values has none.
    """

    terms: Numbers
    documents: Numbers
    counts: Numbers
    impacts: Numbers
    places: Numbers


_NONE = np.zeros(0, np.uint32)
EMPTY = Block(_NONE, _NONE, _NONE, _NONE.astype(np.uint8), _NONE)


def starts_of(sizes: Numbers) -> Numbers:
    """Where each of some stretches begins that stand one behind another."""
    ends: Numbers = np.cumsum(sizes, dtype=np.int64)
    return ends - sizes


def stretches(starts: Numbers, sizes: Numbers) -> Numbers:
    """The indices of all that stands in some stretches, one stretch after another."""
    shifts: Numbers = np.repeat(starts - starts_of(sizes), sizes)
    return shifts + np.arange(len(shifts))


def changes(*columns: Numbers) -> Numbers:
    """Where a run of equal rows begins."""
    if not len(columns[0]):
        return np.zeros(0, np.int64)
    differs = columns[0][1:] != columns[0][:-1]
    for column in columns[1:]:
        differs |= column[1:] != column[:-1]
    return np.concatenate((np.zeros(1, np.int64), np.flatnonzero(differs) + 1))


def order_of(keys: Numbers) -> Numbers:
    """The order that sorts numbers below 2**32, equal ones as they stand. Sorting pairs at once is faster than argsort."""
    pairs = keys.astype(np.uint64) << np.uint64(32) | np.arange(len(keys), dtype=np.uint64)
    pairs.sort()
    return (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)


def taken(block: Block, chosen: Numbers, begins: Numbers) -> Block:
    """Some postings of a block, in the order given; `begins` tells where the places of each of all begin."""
    counts = block.counts[chosen]
    places = block.places
    if len(places):
        places = places[stretches(begins[chosen], counts)]
    return Block(block.terms[chosen], block.documents[chosen], counts, block.impacts[chosen], places)


def sorted_by_term(block: Block) -> Block:
    """The postings of a block by term, those of one term as they stand."""
    return taken(block, order_of(block.terms), starts_of(block.counts))


def joined(blocks: Sequence[Block]) -> Block:
    """All postings of several blocks, one block after another."""
    return Block(*(np.concatenate(columns) for columns in zip(*blocks, strict=True))) if blocks else EMPTY


def saturated(weights: NDArray[np.float64]) -> Numbers:
    """What is kept of what terms are worth: from 1 to 255, the less for each further occurrence."""
    return np.maximum(1, np.rint(255 * weights / (weights + K1))).astype(np.uint8)
