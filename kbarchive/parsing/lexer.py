"""Cuts the text of an article into blocks, by the terminals of grammar/body.lark.

The terminals' patterns are joined into one alternation that is matched at line starts; inside a list item, the item's margin
stands in MARGIN's place. What no regular expression can say is said here: that an underline has the length of its heading,
which items make one list, and where a list ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from lark import Lark

from kbarchive.limits import MARGINS
from kbarchive.parsing.grammars import terminals
from kbarchive.parsing.headings import is_heading, is_meant, is_subheading, is_underlined
from kbarchive.parsing.layout import is_code

Token = tuple[str, int, int, int]
"""A token: its type, where it starts and ends in the text, and the number of its first line."""

Margin = tuple[int, int]
"""The least and the most blanks that are the left margin of a list item's blocks; what is deeper is indented."""

Matcher = Callable[..., "re.Match[str] | None"]

_NO_MARGIN: Margin = (0, 0)
_MARGIN = "[ ]{0}"
_NO_HEADLINE = "(?!(?:(?!)))"  # where a form has none, nothing need be looked for
_HEADLINES = ("LABEL", "BARE", "PUBLISHED", "CATEGORIES", "OLD_NOTICE", "CHROME")
# The lookahead at one sign with which a pattern may begin.
_FIRST = re.compile(r"\(\?=(\[(?:[^\]\\]|\\.)+\])\)")
_MARKER = re.compile(r"([ ]*)(\(?)([0-9A-Za-z]+|[-*\u2022\u00b7])([.)]*)[ ]+")
# How deep lists may nest; a marker that is deeper still is text. Records are walked recursively.
_MOST_LISTS = 32
# How far the next step of a list is looked for, in characters: it bounds the work on hostile input.
_LONGEST_STEP = 16_000
# How far around a comment program text is looked for, and the line below more of them.
_NEAR = 600
_BELOW_STARS = re.compile(r"(?>(?:[ \t]*+\n|[ ]*+\*[^\n]*+\n)*)([^\n]*+)")


class BodyLexer:
    """Makes the tokens of an article's body. It holds patterns only: one serves any number of texts.

    Of the tokens that only some forms have, `optional`, it makes those that are `wanted`.
    """

    def __init__(self, grammar: Lark, optional: frozenset[str] = frozenset(), wanted: frozenset[str] = frozenset()) -> None:
        patterns = {terminal.name: terminal.pattern.to_regexp() for terminal in terminals(grammar)}
        left_out = optional - wanted
        # What begins a block of its own in this form; where there is no such thing, HEADLINE stays what matches nothing.
        lines = "|".join(patterns[name] for name in _HEADLINES if name in wanted) or "(?!)"
        # Where every line is a paragraph any line ends one, but not the entries below "APPLIES TO".
        ends = "" if "LINES" in wanted else lines
        self._patterns = {
            name: pattern.replace("(?!)", f"(?:{lines if name == 'OPEN_APPLIES' else ends})").replace(_NO_HEADLINE, "")
            for name, pattern in patterns.items()
            if name not in left_out
        }
        self._matchers: dict[Margin, _Matchers] = {}

    def pattern(self, name: str, margin: Margin = _NO_MARGIN) -> str:
        """The regular expression of one terminal at a margin."""
        return self._patterns[name].replace(_MARGIN, _margin_pattern(margin))

    def tokens(self, text: str, start: int = 0, line: int = 1) -> list[Token]:
        """The tokens of `text` from `start` on, which is in `line`. `text` has only LF for line ends, and ends in one."""
        found: list[Token] = []
        add = found.append
        lists: list[_List] = []
        matchers = self._matchers_at(_NO_MARGIN)
        position, end = start, len(text)
        count = text.count
        while position < end:
            match = matchers[text[position]](text, position)
            while match is None:  # less deep than the innermost item: its list goes on, or is closed
                outer = lists[-2].margin if len(lists) > 1 else _NO_MARGIN
                matchers = self._matchers_at(outer)
                match = matchers[text[position]](text, position)
                if lists[-1].goes_on(text, match, position):
                    lists[-1].margin = outer
                else:
                    lists.pop()
                    add(("DEDENT", position, position, line))
            kind = match.lastgroup
            while kind in _CHECKED:
                if kind == "BULLET" or kind == "NUMBER":
                    marker = _marker(text, match)
                    if lists and lists[-1].has_next(marker):
                        lists[-1].take(marker)
                    elif (
                        len(lists) == _MOST_LISTS
                        # A lone letter, or a large number, ends a sentence.
                        or ((marker.letter or marker.number > 9) and not _is_followed(text, marker, match.end()))
                        or (marker.style == "*" and marker.column > 1 and _is_comment(text, marker, match))
                    ):
                        match = self._refuse(kind, lists, text, position)
                        kind = match.lastgroup
                        continue
                    else:
                        lists.append(_List(marker))
                        add(("INDENT", position, position, line))
                    matchers = self._matchers_at(marker.margin)
                else:
                    if not _fits(kind, text, position, match.end()):
                        match = self._refuse(kind, lists, text, position)
                        kind = match.lastgroup
                        continue
                    if lists and kind != "UNDERLINED":
                        found.extend([("DEDENT", position, position, line)] * len(lists))
                        lists.clear()
                        matchers = self._matchers_at(_NO_MARGIN)
                break
            end_of_block = match.end()
            add((kind, position, end_of_block, line))  # type: ignore[arg-type]  # every alternative is named
            line += count("\n", position, end_of_block)
            position = end_of_block
        found.extend([("DEDENT", end, end, line)] * len(lists))
        return found

    def _refuse(self, kind: str, lists: list[_List], text: str, position: int) -> re.Match[str]:
        """What matches where a terminal did but was refused: one of those after it. PARAGRAPH or LAYOUT always does."""
        margin = lists[-1].margin if lists else _NO_MARGIN
        names = list(self._patterns)
        left = (self._matcher(name, margin)(text, position) for name in names[names.index(kind) + 1 :])
        return next(match for match in left if match)

    @lru_cache(MARGINS)  # noqa: B019 - the lexers live as long as the process
    def _matcher(self, name: str, margin: Margin) -> Matcher:
        """What matches one terminal at a margin, alone."""
        matcher: Matcher = re.compile(f"(?P<{name}>{self.pattern(name, margin)})").match
        return matcher

    def _matchers_at(self, margin: Margin) -> _Matchers:
        try:
            return self._matchers[margin]
        except KeyError:
            if len(self._matchers) >= MARGINS:
                self._matchers.clear()
            matchers = self._matchers[margin] = _Matchers(self._patterns, margin)
            return matchers


class _Matchers(dict[str, Matcher]):
    """What finds the first of some terminals at a margin, by the sign that a line begins with; each is made when asked for.

    A terminal whose pattern begins with a lookahead at one sign is tried only where such a sign stands.
    """

    def __init__(self, patterns: dict[str, str], margin: Margin) -> None:
        self._patterns = patterns
        self._margin = margin
        self._made: dict[tuple[str, ...], Matcher] = {}  # by the terminals: many signs have the same

    def __missing__(self, sign: str) -> Matcher:
        margin = _margin_pattern(self._margin)
        if not margin:
            left = {name: pattern.replace(_MARGIN, "") for name, pattern in self._patterns.items()}
            left = {name: pattern for name, pattern in left.items() if _may_begin(pattern, sign)}
        elif sign in " \t":  # furniture and headings stand at the left margin of the page
            left = {
                name: pattern.removeprefix(_MARGIN).replace(_MARGIN, margin)
                for name, pattern in self._patterns.items()
                if pattern.startswith(_MARGIN)
            }
        else:
            left = {}
        names = tuple(left)
        if names not in self._made:
            # The names stand in empty groups behind the patterns: then a pattern's first sign can rule it out unentered.
            alternation = "|".join(f"(?:{pattern})(?P<{name}>)" for name, pattern in left.items()) or "(?!)"
            self._made[names] = re.compile(f"{margin}(?:{alternation})").match
        matcher = self[sign] = self._made[names]
        return matcher


def _may_begin(pattern: str, sign: str) -> bool:
    """Whether what a pattern matches may begin with a sign, as far as a lookahead at its start tells."""
    first = _FIRST.match(pattern)
    return first is None or re.match(first[1], sign) is not None


# Furniture and headings end every list; titles within items do not.
_CHECKED = frozenset(
    "BULLET NUMBER UNDERLINED HEADING SUBHEADING LABEL BARE APPLIES OPEN_APPLIES PUBLISHED QUERY_WORDS OLD_QUERY_WORDS TRAILER"
    " CATEGORIES NOTICE OLD_NOTICE CHROME".split()
)


def _fits(kind: str, text: str, start: int, end: int) -> bool:
    """Whether what looks like a heading is one; furniture always is what it looks like."""
    if kind == "HEADING":
        return is_heading(text[start:end]) or is_meant(text[start:end], _line_before(text, start), "")
    if kind == "SUBHEADING":
        below = _line_at(text, end)
        return is_subheading(text[start:end], below) or is_meant(text[start:end], _line_before(text, start), below)
    return kind != "UNDERLINED" or is_underlined(text[start:end])


def _line_at(text: str, place: int) -> str:
    line_end = text.find("\n", place)
    return text[place : line_end if line_end >= 0 else place]


def _line_before(text: str, place: int) -> str:
    line_end = max(place - 1, 0)
    return text[text.rfind("\n", 0, line_end) + 1 : line_end]


class _Marker(NamedTuple):
    """The marker of an item: where it stands, how it looks, what it counts (-1: it does not), and its item's margin."""

    column: int
    style: str
    number: int
    letter: bool
    margin: Margin


@lru_cache(maxsize=4096)
def _read_marker(text: str) -> _Marker:
    """A marker out of what stands before an item's text."""
    parts = _MARKER.match(text)
    assert parts is not None
    blanks, opening, mark, closing = parts.groups()
    column = len(blanks)
    if not closing:
        return _Marker(column, mark, -1, False, (column + 2, len(text)))
    letter = not mark.isdigit()
    number = (ord(mark) & 31) if letter else int(mark)
    style = opening + ("1" if not letter else "A" if mark.isupper() else "a") + closing
    # Steps hang at the column of one-digit numbers, also those with two digits.
    return _Marker(column, style, number, letter, (column + 2, max(len(text), column + 3)))


def _marker(text: str, match: re.Match[str]) -> _Marker:
    return _read_marker(text[match.start() : match.end("gap" if match.lastgroup == "BULLET" else "space")])


class _List:
    """A list that is open, and the margin where blocks of its last item are looked for."""

    __slots__ = ("last", "margin")

    def __init__(self, marker: _Marker) -> None:
        self.take(marker)

    def take(self, marker: _Marker) -> None:
        self.last = marker
        self.margin = marker.margin

    def has_next(self, marker: _Marker) -> bool:
        """Whether a marker is this list's. One that counts from 1 again begins another."""
        last = self.last
        if marker.style != last.style or abs(marker.column - last.column) > 1:
            return False
        return marker.number < 0 or (marker.number == last.number + 1 if marker.letter else marker.number > 1)

    def goes_on(self, text: str, match: re.Match[str] | None, position: int) -> bool:
        """Whether less deep text leaves the list open: its next item, or something between two steps that count on."""
        if match is None:
            return False
        if match.lastgroup in ("BULLET", "NUMBER") and self.has_next(_marker(text, match)):
            return True
        return self.last.number > 0 and _is_followed(text, self.last, position)


def _is_followed(text: str, marker: _Marker, position: int) -> bool:
    """Whether the next marker of the same look after `position` is this one's successor, no heading between them."""
    match = _next_of_look(marker.column, marker.style).search(text, max(position - 1, 0), position + _LONGEST_STEP)
    mark = match and match[1]
    if not mark:
        return False
    return (int(mark) if mark.isdigit() else ord(mark) & 31) == marker.number + 1


def _is_comment(text: str, marker: _Marker, match: re.Match[str]) -> bool:
    """Whether a line that begins with an asterisk stands at the depth of program text: a comment in FoxPro."""
    above = text[max(0, match.start() - _NEAR) : match.start()].rstrip().rpartition("\n")[2]
    after = _BELOW_STARS.match(text, match.end(), match.end() + _NEAR)
    for line in (above, after[1] if after else ""):
        if len(line) - len(line.lstrip(" ")) == marker.column and line.strip()[:1] not in "-*" and is_code([line]):
            return True
    return False


@lru_cache(MARGINS)
def _next_of_look(column: int, style: str) -> re.Pattern[str]:
    """Finds the next marker of a look, or else (group 1 empty) a heading."""
    kinds = {"1": r"[0-9]{1,3}", "a": "[a-z]", "A": "[A-Z]"}
    marker = re.escape(style).replace(kind := style.strip("()."), f"({kinds[kind]})", 1)
    return re.compile(rf"\n(?:[ ]{{{column}}}{marker}[ ]|[^ \t\n][^\n]*+\n(?:={{2,}}|-{{2,}})[ ]*\n)")


def _margin_pattern(margin: Margin) -> str:
    """Blanks that are a margin, as many as may be; a tab reaches beyond any margin, so before one it takes none."""
    least, most = margin
    return "" if most == 0 else f"(?:[ ]{{{least},{most}}}+|(?=[ ]{{0,{most}}}\\t))"
