"""What an article's postings are, in plain loops: a word at a time, as `kbarchive.index.inverter` must have them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from kbarchive.index.analysis import form, joined, runs, whole, word_terms, words_of
from kbarchive.index.forms import PART, SHIFT, Forms
from kbarchive.index.inverter import Inverter
from kbarchive.index.thesaurus import Stems, thesaurus
from kbarchive.index.zones import GAP, K1, WORTHS, ZONES, Bounds, Piece

Postings = dict[bytes, tuple[int, list[int]]]
"""The worth of each term, and its positions, each with its form in the upper byte."""


class Plain(NamedTuple):
    """An article inverted."""

    postings: Postings
    zones: list[Bounds]
    words: int


def found_by(text: str) -> tuple[int, list[tuple[bytes, int, bytes]]]:
    """How many words a text has, and what it is found by: each term, the word that it stands at, and the word's form, which
    parts of words and wholes do not have.
    """
    entries = []
    position = 0
    for run in runs(text):
        words = words_of(run)
        for place, word in enumerate(words, position):
            entries += [(term, place, b"" if number else form(word)) for number, term in enumerate(word_terms(word))]
        if len(words) > 1:
            entries += [(term_of_all, position, b"") for term_of_all in (whole(run), joined(run)) if term_of_all]
        position += len(words)
    return position, entries


def plainly_inverted(articles: Sequence[Iterable[Piece]]) -> list[Plain]:
    """Articles one by one, in plain loops."""
    forms = Forms()
    return [_article(pieces, forms) for pieces in articles]


def inverted(articles: Iterable[Iterable[Piece]]) -> list[Plain]:
    """Articles as an index has them, all in one batch."""
    inverter = Inverter()
    for pieces in articles:
        inverter.add(pieces)
    batch = inverter.invert()
    terms = list(inverter.lexicon.terms)
    postings: list[Postings] = [{} for _ in batch.words]
    for block in batch.blocks:
        places = iter(block.places.tolist())
        for term, document, count, impact in zip(*(column.tolist() for column in block[:4]), strict=True):
            assert terms[term] not in postings[document]
            postings[document][terms[term]] = impact, [next(places) for _ in range(count)]
        assert next(places, None) is None
    bounds = [
        [Bounds(zone, *layout.places[2 * n : 2 * n + 2]) for n, zone in enumerate(layout.zones)] for layout in batch.layouts
    ]
    return [Plain(*found) for found in zip(postings, bounds, batch.words, strict=True)]


def _article(pieces: Iterable[Piece], forms: Forms) -> Plain:
    weights: dict[bytes, float] = {}
    found: dict[bytes, list[int]] = {}
    zones: list[Bounds] = []
    words = position = 0
    for zone, parts in groupby(pieces, lambda piece: piece.zone):
        start = position
        here: dict[bytes, int] = {}
        for part in parts:
            begin = position
            length, entries = found_by(part.text)
            for term, place, written in entries:
                number = forms.number(term, written) if written else PART
                found.setdefault(term, []).append(position + place | number << SHIFT)
                here[term] = here.get(term, 0) + 1
            position += length
            if part.within and position > begin:
                zones.append(Bounds(ZONES.index(part.within), begin, position))
        if position == start:
            continue
        zones.append(Bounds(ZONES.index(zone), start, position))
        weight, b, pivot = WORTHS[zone]
        weight /= 1 - b + b * (position - start) / pivot
        for term, count in here.items():
            weights[term] = weights.get(term, 0.0) + weight * count
        words += position - start
        position += GAP
    for name, (weight, places) in _names(weights, found).items():
        weights[name], found[name] = weight, sorted(places)
    return Plain({term: (max(1, round(255 * w / (w + K1))), found[term]) for term, w in weights.items()}, zones, words)


def _names(weights: dict[bytes, float], found: dict[bytes, list[int]]) -> dict[bytes, tuple[float, set[int]]]:
    named: dict[bytes, tuple[float, set[int]]] = {}
    for stems, name in thesaurus().named:
        starts = _starts(stems, found)
        if starts:
            weight, places = named.get(name, (0.0, set()))
            least = min(weights[stem] / len(found[stem]) for stem in stems)
            named[name] = weight + least * len(starts), places | starts
    return named


def _starts(stems: Stems, found: dict[bytes, list[int]]) -> set[int]:
    at = [{(place & (1 << SHIFT) - 1) - n for place in found.get(stem, ())} for n, stem in enumerate(stems)]
    return set.intersection(*at)
