"""The passage of an article that best shows why it was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kbarchive.article import Article
from kbarchive.index.analysis import Found, find
from kbarchive.search.results import Snippet

_LENGTH = 180
_CUT = "..."

# What stands further down in a section is not looked at; no section of real articles comes near.
_LONGEST_TEXT = 200_000


def best_snippet(article: Article, weights: Mapping[bytes, float]) -> Snippet | None:
    """The passage with the most distinct terms, by weight; the begin of the article where only its title has any.

    None where an article has no text at all.
    """
    best: tuple[float, str, str, list[Found]] | None = None
    for kind, text in _texts(article):
        found = list(find(text, weights))
        value, passage = _best_passage(found, weights)
        if best is None or value > best[0]:
            best = (value, kind, text, passage)
    if best is None:
        return None
    _, kind, text, passage = best
    start, end = _window(text, passage)
    prefix = _CUT if start else ""
    return Snippet(
        section=kind,
        text=f"{prefix}{text[start:end]}{_CUT if end < len(text) else ''}",
        highlights=tuple(
            (found.start - start + len(prefix), found.end - start + len(prefix))
            for found in passage
            if start <= found.start and found.end <= end
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


def _best_passage(found: list[Found], weights: Mapping[bytes, float]) -> tuple[float, list[Found]]:
    """The run of finds, no longer than a snippet, whose distinct terms weigh most; of equals the first."""
    best, best_range = 0.0, range(0)
    counts: dict[bytes, int] = {}
    value = 0.0
    first = 0
    for last, here in enumerate(found):
        if not counts.get(here.term):
            value += weights[here.term]
        counts[here.term] = counts.get(here.term, 0) + 1
        while here.end - found[first].start > _LENGTH and first < last:
            left = found[first].term
            counts[left] -= 1
            if not counts[left]:
                value -= weights[left]
            first += 1
        if value > best + 1e-9:
            best, best_range = value, range(first, last + 1)
    return best, found[best_range.start : best_range.stop]


def _window(text: str, passage: list[Found]) -> tuple[int, int]:
    """Where to cut: about _LENGTH characters around a passage, between words."""
    if len(text) <= _LENGTH:
        return 0, len(text)
    first, last = (passage[0].start, passage[-1].end) if passage else (0, 0)
    start = max(0, min(first - max(0, _LENGTH - (last - first)) // 2, len(text) - _LENGTH))
    if start:
        blank = text.find(" ", start, first)
        start = blank + 1 if blank >= 0 else first
    end = max(start + _LENGTH, last)
    if end < len(text):
        blank = text.rfind(" ", last, end + 1)
        end = blank if blank > start else max(last, start + 1) if passage else end
    return start, min(end, len(text))
