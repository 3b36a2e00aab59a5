"""The text of a page as it stands in its source: tags are taken off, and every line stays where it is."""

from __future__ import annotations

import html
import re

from kbarchive.markup.html import is_element, is_inline

_APART = re.compile(r"<(?:(?P<pre>pre)|(?P<hidden>head|script|style))\b[^<>]*>|<!--", re.IGNORECASE)
_PRE_END = re.compile(r"</pre\b", re.IGNORECASE)
_TAGS_BEFORE = re.compile(r"(?>(?:<[^<>\n]*>|[ \t])+)")
_OPENING = re.compile(r"<([A-Za-z][A-Za-z0-9]*)(?![A-Za-z0-9:\-])")
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)(?![A-Za-z0-9:\-])[^<>\n]*>")
_ANY_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)(?![A-Za-z0-9:\-])[^<>]*>|<[!?][^<>]*>")
_BREAK_WITHIN_LINE = re.compile(r"<br\b[^<>]*>(?!(?>(?:[ \t]|</[^<>\n]*>)*)\n)", re.IGNORECASE)
_EDGE = "\uffff"  # no character: it stands for the tag of a block, which parts words
_EDGES_FIRST = re.compile(rf"^{_EDGE}+", re.MULTILINE)
_INDENT = re.compile(rf"(?<=\n)[ \t{_EDGE}]+")


def without_tags(page: str) -> str:
    """A page without tags, comments, scripts and its head, entities resolved, line for line.

    Blanks that begin lines are kept within a `pre`, and everywhere where the page has none.
    """
    parts = _parts(page.replace(_EDGE, "\ufffd"))
    framed = any(verbatim for verbatim, _ in parts)
    pieces = []
    for verbatim, piece in parts:
        if verbatim:
            pieces.append(_TAG.sub(lambda match: "" if is_element(match[1]) else match[0], piece))
        else:
            plain = _ANY_TAG.sub(_leave_edge, piece)
            pieces.append(_INDENT.sub("", plain) if framed else plain)
    plain = _EDGES_FIRST.sub("", "".join(pieces)).replace(_EDGE, " ")
    return "\n".join(map(_resolve, plain.split("\n")))


def is_flat(page: str, start: int) -> bool:
    """Whether the lines of a page from a place on, within the `pre` there or to its end, are those that a browser shows."""
    before = _TAGS_BEFORE.match(page, start)
    start = before.end() if before else start
    end = _PRE_END.search(page, start)
    lines = page[start : end.start() if end else len(page)]
    names = {match[1] for match in _OPENING.finditer(lines)}
    blocks = (name for name in names if is_element(name) and not is_inline(name) and name.lower() != "br")
    return not any(blocks) and not _BREAK_WITHIN_LINE.search(lines)


def _parts(page: str) -> list[tuple[bool, str]]:
    """The pieces of a page, and whether each is the inside of a `pre`; of what is hidden the line ends."""
    parts = []
    place = 0
    unclosed: set[str] = set()
    while match := _APART.search(page, place):
        parts.append((False, page[place : match.start()]))
        place = match.end()
        if match["pre"]:
            end = _PRE_END.search(page, place)
            parts.append((True, page[place : end.start() if end else len(page)]))
            place += len(parts[-1][1])
            continue
        name = (match["hidden"] or "").lower()
        closing = None if name in unclosed else re.compile(rf"</{name}\b" if name else "-->", re.IGNORECASE).search(page, place)
        if closing:
            place = closing.end() if not name else closing.start()
            parts.append((False, "\n" * page.count("\n", match.start(), place)))
        else:
            unclosed.add(name)
            parts.append((False, "\n" * match[0].count("\n")))
    parts.append((False, page[place:]))
    return parts


def _leave_edge(match: re.Match[str]) -> str:
    name = match[1]
    if name and not is_element(name):
        return match[0]
    return ("" if name and is_inline(name) else _EDGE) + "\n" * match[0].count("\n")


def _resolve(line: str) -> str:
    return html.unescape(line).replace("\n", " ").replace("\r", " ") if "&" in line else line
