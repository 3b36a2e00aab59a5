"""Finds in a batch of documents what the thesaurus has names for: all phrases at once, a word at a time, as down a tree."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kbarchive.index.analysis import Stems
from kbarchive.index.blocks import EMPTY, Block, Numbers, changes, saturated, starts_of, stretches
from kbarchive.index.forms import SHIFT
from kbarchive.index.lexicon import Terms
from kbarchive.index.thesaurus import LONGEST, thesaurus

_POSITION = np.uint32((1 << SHIFT) - 1)


class _Tree(NamedTuple):
    """The phrases of the thesaurus as a tree. A node is the words up to there, by its number; 0 is the root.

    The words of phrases have the first numbers of all terms, so that they are told by a comparison; then come the names.
    A step is the number of a node times the number of `words`, plus that of a word: where it leads is in `nodes`. `stems` are
    the words of each node but the root, as many as the longest phrase has: a shorter one has its first word again. `names` are
    those of all nodes, one after another, so many of each and from there on.
    """

    terms: dict[bytes, int]
    words: int
    steps: Numbers
    nodes: Numbers
    stems: Numbers
    names: Numbers
    sizes: Numbers
    starts: Numbers


@cache
def _tree() -> _Tree:
    named = thesaurus().named
    nodes: dict[Stems, int] = {(): 0}
    for stems, _ in named:
        for length in range(1, len(stems) + 1):
            nodes.setdefault(stems[:length], len(nodes))
    words = dict.fromkeys(stem for stems in nodes for stem in stems)
    terms = {term: number for number, term in enumerate((*words, *dict.fromkeys(name for _, name in named)))}
    steps = {nodes[stems[:-1]] * len(words) + terms[stems[-1]]: node for stems, node in nodes.items() if stems}
    filled = [(*stems, *[stems[0]] * (LONGEST - len(stems))) for stems in nodes if stems]
    names: list[list[int]] = [[] for _ in nodes]
    for stems, name in named:
        names[nodes[stems]].append(terms[name])
    sizes = np.array(list(map(len, names)), np.int64)
    return _Tree(
        terms,
        len(words),
        np.array(sorted(steps), np.int64),
        np.array([steps[step] for step in sorted(steps)], np.int64),
        np.array([[terms[stem] for stem in stems] for stems in filled], np.int64),
        np.array([name for of_node in names for name in of_node], np.uint32),
        sizes,
        starts_of(sizes),
    )


class Names:
    """Finds names in documents. `terms` are to be empty as yet, since the words of phrases get the first numbers."""

    def __init__(self, terms: Terms) -> None:
        self._tree = _tree()
        terms.update(self._tree.terms)

    def block(self, text: Block, weights: NDArray[np.float64], terms: Numbers, places: Numbers, documents: Numbers) -> Block:
        """The postings of names. `text` has those of the words, with their weights; then the entries as they stand."""
        chosen = np.flatnonzero(terms < self._tree.words)
        keys = documents[chosen].astype(np.int64) << SHIFT | places[chosen] & _POSITION
        order = np.argsort(keys, kind="stable")
        starts, nodes = self._phrases(keys[order], terms[chosen][order].astype(np.int64))
        sizes = self._tree.sizes[nodes]
        if not sizes.sum():
            return EMPTY
        found = _Found(
            self._tree.names[stretches(self._tree.starts[nodes], sizes)],
            np.repeat(starts >> SHIFT, sizes).astype(np.uint32),
            np.repeat(nodes, sizes),
            np.repeat(starts & _POSITION, sizes).astype(np.uint32),
        )
        names, documents, totals = self._weighed(found, text, weights)
        names_of, documents_of, _, places_of = found.sorted_by(found.places, found.documents, found.names)
        once = changes(names_of, documents_of, places_of)
        counts = np.diff(changes(names_of[once], documents_of[once]), append=len(once)).astype(np.uint32)
        return Block(names, documents, counts, saturated(totals), places_of[once])

    def _phrases(self, keys: Numbers, words: Numbers) -> tuple[Numbers, Numbers]:
        """Where phrases start, and their nodes; each entry has a word at a place, in order of places."""
        starts, nodes, at = keys, np.zeros_like(keys), np.arange(len(keys))
        entries = at
        found_starts, found_nodes = [], []
        for length in range(1, LONGEST + 1):
            steps = nodes * self._tree.words + words[entries]
            place = np.minimum(np.searchsorted(self._tree.steps, steps), len(self._tree.steps) - 1)
            right = self._tree.steps[place] == steps
            starts, nodes = starts[right], self._tree.nodes[place[right]]
            found_starts.append(starts)
            found_nodes.append(nodes)
            # Several terms may stand at one place.
            first = np.searchsorted(keys, starts + length, "left")
            sizes = np.searchsorted(keys, starts + length, "right") - first
            entries = stretches(first, sizes)
            starts, nodes = np.repeat(starts, sizes), np.repeat(nodes, sizes)
        return np.concatenate(found_starts), np.concatenate(found_nodes)

    def _weighed(
        self, found: _Found, text: Block, weights: NDArray[np.float64]
    ) -> tuple[Numbers, Numbers, NDArray[np.float64]]:
        """The postings of names without their places: as often as a phrase stands there, it is worth what the least of its
        words is; a name is worth what all its phrases are.
        """
        names, documents, nodes, _ = found.sorted_by(found.nodes, found.documents, found.names)
        first = changes(names, documents, nodes)
        counts = np.diff(first, append=len(names))
        names, documents, nodes = names[first], documents[first], nodes[first]
        postings = text.terms.astype(np.int64) << 32 | text.documents
        wanted = np.searchsorted(postings, self._tree.stems[nodes - 1] << 32 | documents[:, None])
        worths = (weights / text.counts)[wanted].min(axis=1) * counts
        posting = changes(names, documents)
        return names[posting], documents[posting], np.add.reduceat(worths, posting)


class _Found(NamedTuple):
    """Phrases that were found: the name, the document, the node and where it starts."""

    names: Numbers
    documents: Numbers
    nodes: Numbers
    places: Numbers

    def sorted_by(self, *keys: Numbers | Numbers) -> _Found:
        order = np.lexsort(keys)
        return _Found(*(column[order] for column in self))
