"""The passages of an article that best show why it was found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from kbarchive.article import Article
from kbarchive.index.analysis import Found
from kbarchive.index.zones import CODE, code_of
from kbarchive.search.results import Snippet
from kbarchive.search.sought import Sought, Telling, Wish

_LENGTH = 180
_CUT = "..."
_ROUNDING = 1e-9

# A second passage is shown where it has other words, of this share of the weight of all that are looked for.
_SECOND_SHARE = 0.15

# What a list of words tells is worth so much of what a sentence does that has them.
_LISTED = 0.5

# What stands further down in a section is not looked at; no section of real articles comes near.
_LONGEST_TEXT = 200_000

# Control characters, and those that change the direction of text: they would spoil a line of text for people.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


class _Text(NamedTuple):
    """A text of an article, the terms in it that are looked for, and what each tells here."""

    kind: str
    text: str
    found: list[Found]
    telling: Mapping[bytes, Telling]

    def beside(self, shown: Telling) -> _Text:
        """The text with what its terms tell beyond what is shown."""
        left = {term: _beyond(self.telling[term], shown) for term in {here.term for here in self.found}}
        return self._replace(found=[here for here in self.found if left[here.term]], telling=left)


class _Passage(NamedTuple):
    """A stretch of a text, in characters, and how much the terms in it tell."""

    value: float
    start: int
    end: int


def best_snippets(article: Article, sought: Sought) -> tuple[Snippet, ...]:
    """The passage that tells most, and one of another section that tells something else.

    Where only the title has any, it is the begin of the article; none where an article has no text at all.
    """
    texts = []
    for kind, zone, text in _texts(article, sought.wants(CODE)):
        telling, finder = sought.in_texts_of(zone)
        texts.append(_Text(kind, text, list(finder.find(text)), telling))
    first, passage = _best(texts)
    if first is None:
        return ()
    shown: dict[Wish, float] = {}
    for here in first.found:
        if passage.start <= here.start and here.end <= passage.end:
            for wish, weight in first.telling[here.term].items():
                shown[wish] = max(weight, shown.get(wish, 0.0))
    second, passage_of_second = _best([other.beside(shown) for other in texts if other is not first])
    snippets = [_snippet(first, passage)]
    if second is not None and passage_of_second.value > _SECOND_SHARE * sought.total:
        whole = next(text for text in texts if text.text is second.text)
        snippets.append(_snippet(whole, passage_of_second))
    return tuple(snippets)


def _best(texts: Sequence[_Text]) -> tuple[_Text | None, _Passage]:
    best = _Passage(-1.0, 0, 0)
    chosen = None
    for text in texts:
        passage = _best_passage(text.found, text.telling)
        if text.kind == "query-words":
            passage = passage._replace(value=passage.value * _LISTED)
        if passage.value > best.value + _ROUNDING:
            best, chosen = passage, text
    return chosen, best


def _snippet(chosen: _Text, passage: _Passage) -> Snippet:
    kind, text, found, _ = chosen
    start, end = _window(text, passage)
    prefix = _CUT if start else ""
    moved = len(prefix) - start
    shown = [(here.start, here.end) for here in found if start <= here.start and here.end <= end]
    return Snippet(
        section=kind,
        text=f"{prefix}{text[start:end]}{_CUT if end < len(text) else ''}",
        highlights=tuple((first + moved, last + moved) for first, last in _joined(shown, text)),
    )


def _joined(found: Sequence[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Stretches as one where no blank parts them: autoexec.bat is one, though it is found by both its words."""
    joined = list(found[:1])
    for (_, end), (start, last) in pairwise(found):
        if " " in text[end:start]:
            joined.append((start, last))
        else:
            joined[-1] = (joined[-1][0], last)
    return joined


def _texts(article: Article, with_code: bool) -> Iterator[tuple[str, str, str]]:
    """The texts of an article: kind, zone, text. With code, that of each section stands behind its whole text."""
    for section in article.sections:
        if text := _squeeze(section.text):
            yield section.kind, section.kind, text
        if with_code and (text := _squeeze(code_of(section))):
            yield section.kind, CODE, text
    for block in article.residue:
        if text := _squeeze(block):
            yield "residue", "residue", text
    if article.query_words:
        yield "query-words", "query-words", _squeeze(" ".join(article.query_words))


def _squeeze(text: str) -> str:
    return " ".join(_UNSEEN.sub(" ", text[:_LONGEST_TEXT]).split())


def _beyond(telling: Telling, shown: Telling) -> dict[Wish, float]:
    """What a term tells beyond what is shown."""
    return {wish: more for wish, weight in telling.items() if (more := weight - shown.get(wish, 0.0)) > _ROUNDING}


def _best_passage(found: list[Found], telling: Mapping[bytes, Telling]) -> _Passage:
    """The stretch, no longer than a snippet, that tells most; of equals the shortest, then the first.

    Of several terms that tell of the same the one that tells most counts: a name and its words are no more than the name.
    """
    best = _Passage(0.0, 0, 0)
    counts: dict[bytes, int] = {}
    told: dict[Wish, list[float]] = {}
    value = 0.0
    first = 0
    for here in found:
        counts[here.term] = counts.get(here.term, 0) + 1
        if counts[here.term] == 1:
            for wish, weight in telling[here.term].items():
                others = told.setdefault(wish, [0.0])
                value += max(0.0, weight - max(others))
                others.append(weight)
        # Words go from the left while they are too far away, or stand further right again.
        while found[first] is not here and (here.end - found[first].start > _LENGTH or counts[found[first].term] > 1):
            term = found[first].term
            counts[term] -= 1
            if not counts[term]:
                for wish, weight in telling[term].items():
                    others = told[wish]
                    others.remove(weight)
                    value -= max(0.0, weight - max(others))
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
