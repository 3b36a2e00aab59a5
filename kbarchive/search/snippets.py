"""The passage of an article that best shows why it was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kbarchive.article import Article
from kbarchive.index.analysis import Found, find
from kbarchive.search.results import Snippet

_LENGTH = 180
_CUT = "..."
_ROUNDING = 1e-9

# What stands further down in a section is not looked at; no section of real articles comes near.
_LONGEST_TEXT = 200_000


class _Passage(NamedTuple):
    """A stretch of a text, in characters, and the weight of the distinct terms in it."""

    value: float
    start: int
    end: int


def best_snippet(article: Article, weights: Mapping[bytes, float]) -> Snippet | None:
    """The passage with the most distinct terms, by weight; the begin of the article where only its title has any.

    None where an article has no text at all.
    """
    best = _Passage(-1.0, 0, 0)
    chosen: tuple[str, str, list[Found]] | None = None
    for kind, text in _texts(article):
        found = list(find(text, weights))
        passage = _best_passage(found, weights)
        if passage.value > best.value + _ROUNDING:
            best, chosen = passage, (kind, text, found)
    if chosen is None:
        return None
    kind, text, found = chosen
    start, end = _window(text, best)
    prefix = _CUT if start else ""
    return Snippet(
        section=kind,
        text=f"{prefix}{text[start:end]}{_CUT if end < len(text) else ''}",
        highlights=tuple(
            (here.start - start + len(prefix), here.end - start + len(prefix))
            for here in found
            if start <= here.start and here.end <= end
        ),
    )


def _texts(article: Article) -> Iterator[tuple[str, str]]:
    for section in article.sections:
        if text := _squeeze(section.text):
            yield section.kind, text
    for block in article.residue:
        if text := _squeeze(block):
            yield "residue", text
    if article.query_words:
        yield "query-words", " ".join(article.query_words)


def _squeeze(text: str) -> str:
    return " ".join(text[:_LONGEST_TEXT].split())


def _best_passage(found: list[Found], weights: Mapping[bytes, float]) -> _Passage:
    """The stretch, no longer than a snippet, whose distinct terms weigh most; of equals the shortest, then the first."""
    best = _Passage(0.0, 0, 0)
    counts: dict[bytes, int] = {}
    value = 0.0
    first = 0
    for here in found:
        value += 0.0 if counts.get(here.term) else weights[here.term]
        counts[here.term] = counts.get(here.term, 0) + 1
        # Words go from the left while they are too far away, or stand further right again.
        while found[first] is not here and (here.end - found[first].start > _LENGTH or counts[found[first].term] > 1):
            term = found[first].term
            counts[term] -= 1
            value -= 0.0 if counts[term] else weights[term]
            first += 1
        start = found[first].start
        longer = value > best.value + _ROUNDING
        if longer or (value > best.value - _ROUNDING and here.end - start < best.end - best.start):
            best = _Passage(value, start, here.end)
    return best


def _window(text: str, passage: _Passage) -> tuple[int, int]:
    """Where to cut: about _LENGTH characters around a passage, between words."""
    if len(text) <= _LENGTH:
        return 0, len(text)
    spare = max(0, _LENGTH - (passage.end - passage.start))
    start = max(0, min(passage.start - spare // 2, len(text) - _LENGTH))
    if start:
        blank = text.find(" ", start, passage.start)
        start = blank + 1 if blank >= 0 else passage.start
    end = max(start + _LENGTH, passage.end)
    if end < len(text):
        blank = text.rfind(" ", max(passage.end, start + 1), end + 1)
        end = blank if blank >= 0 else end
    return start, min(end, len(text))
