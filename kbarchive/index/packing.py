"""The bytes of many posting lists at once, each as `postings` tells: a hundred thousand postings in some milliseconds.

Most terms stand in one article only: a list by itself takes Python ten times as long as all that is in it.
"""

from __future__ import annotations

import zlib
from typing import NamedTuple

import numpy as np

from kbarchive.index.blocks import Block, Numbers, changes, starts_of, stretches
from kbarchive.index.forms import SHIFT
from kbarchive.index.postings import CHECK, HEAD

_POSITION = np.uint32((1 << SHIFT) - 1)


class Packed(NamedTuple):
    """Posting lists, one behind another in `data`, and by term: how long its list is, how many documents have it, how often it
    stands in all and in one of them at most, and the first and the last document.
    """

    data: memoryview
    lengths: Numbers
    documents: Numbers
    totals: Numbers
    most: Numbers
    first: Numbers
    last: Numbers


def packed(block: Block) -> Packed:
    """The posting lists of a block that is not empty, whose postings stand by term, and within it by document."""
    first = changes(block.terms)
    number = np.diff(first, append=len(block.terms))
    steps = block.documents.copy()
    steps[1:] -= block.documents[:-1]
    steps[first] = block.documents[first]
    totals = np.add.reduceat(block.counts, first, dtype=np.int64)
    most = np.maximum.reduceat(block.counts, first)
    step_width = _widths(np.maximum.reduceat(steps, first))
    count_width = np.where(most == 1, 0, _widths(most))
    impact_width = (np.maximum.reduceat(block.impacts, first) > 0).astype(np.int64)
    positions, forms = block.places & _POSITION, (block.places >> SHIFT).astype(np.uint8)
    if len(positions):
        placed, begins = totals, starts_of(totals)
        width = _widths(np.maximum.reduceat(positions, begins))
        form_width = (np.maximum.reduceat(forms, begins) > 0).astype(np.int64)
    else:
        placed = width = form_width = np.zeros(len(first), np.int64)

    columns = (
        (steps, number, step_width),
        (block.counts, number, count_width),
        (block.impacts, number, impact_width),
        (positions, placed, width),
        (forms, placed, form_width),
    )
    head = CHECK.size + HEAD.size
    lengths = np.sum([sizes * widths for _, sizes, widths in columns], axis=0) + head
    begins = starts_of(lengths)
    data = np.empty(int(lengths.sum()), np.uint8)
    heads = np.empty((len(first), HEAD.size), np.uint8)
    heads[:, :4] = number.astype("<u4").view(np.uint8).reshape(-1, 4)
    heads[:, 4:] = np.column_stack([widths for _, _, widths in columns])
    data[begins[:, None] + np.arange(CHECK.size, head)] = heads
    at = begins + head
    for values, sizes, widths in columns:
        _scatter(data, values, sizes, widths, at)
        at = at + sizes * widths
    view = data.data
    bounds = zip((begins + CHECK.size).tolist(), at.tolist(), strict=True)
    checks = np.array([zlib.crc32(view[start:end]) for start, end in bounds], "<u4")
    data[begins[:, None] + np.arange(CHECK.size)] = checks.view(np.uint8).reshape(-1, CHECK.size)
    last = block.documents[np.append(first, len(block.terms))[1:] - 1]
    return Packed(view, lengths, number, totals, most, block.documents[first], last)


def _widths(largest: Numbers) -> Numbers:
    """How many bytes each number takes."""
    return np.where(largest < 0x100, 1, np.where(largest < 0x10000, 2, 4))


def _scatter(data: Numbers, values: Numbers, sizes: Numbers, widths: Numbers, at: Numbers) -> None:
    """Writes the values of each list, so many of each, to where they begin, as wide as they are to be."""
    begins = starts_of(sizes)
    for width in (1, 2, 4):
        lists = np.flatnonzero(widths == width)
        wide = sizes[lists]
        chosen = values[stretches(begins[lists], wide)]
        places = np.repeat(at[lists] - starts_of(wide) * width, wide) + np.arange(len(chosen)) * width
        for byte in range(width):
            data[places + byte] = (chosen >> (8 * byte)).astype(np.uint8)
