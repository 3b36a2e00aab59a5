"""What a dialect is: data on the shared body grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple, get_args

# How far into a file a header may begin: beyond any page chrome, short of quotations inside long texts.
_FAR = 6_000

# What may stand before every line of an article: blanks, and the signs of comments and quotations.
SIGN = r"(?://|/\*|['*>#;]|--|REM\b)"
_MARGIN = rf"^(?P<margin>[ \t]{{0,12}}+(?>(?:{SIGN}[ \t]{{0,8}}+)*))"

Field = Literal[
    "document",
    "id",
    "title",
    "products",
    "versions",
    "operating systems",
    "applies to",
    "keywords",
    "flags",
    "modified",
    "fact",
]
"""What a header field means, whatever its label.

"document" is id, date and collection on one line; "flags" are keywords in groups parted by bars, of which one may name a
collection; a "fact" is kept in the header as it is.
"""

Optional = Literal[
    "LABEL", "BARE", "OPEN_APPLIES", "PUBLISHED", "CATEGORIES", "OLD_QUERY_WORDS", "OLD_NOTICE", "CHROME", "LINES"
]
"""A token of the body grammar that only some forms have; every form has the others. With "LINES" every line is a paragraph."""

OPTIONAL: frozenset[str] = frozenset(get_args(Optional))


class Found(NamedTuple):
    """Where the marks of a form were found: where they begin, where the header does, and what stands before its lines."""

    mark: int
    header: int
    margin: str
    heading: str | None
    number: int | None


@dataclass(frozen=True, eq=False)
class Dialect:
    """One form of article.

    `mark` finds where the header begins: a regular expression for `re.MULTILINE` in which MARGIN stands at the start of the
    header's first line, and EDGE wherever another line of the header starts: what stands before one stands before all. Its
    groups "heading" and "number" are the ruled heading above an article and the number it has below that. `word` stands in all
    that it finds, so that other texts are ruled out quickly.

    `each` finds the articles of a file, as `mark` does the first; None where a file holds one. Where the articles are
    `numbered`, only those count whose number goes on from the last, or which stand under a heading.

    `fields` maps the header's labels, as spelled, to what they mean, in their usual order. `inline` are those that may follow
    another on its line; `bare` those without a colon. `rows` are lines without a label, in their order: patterns for a whole
    line with groups named by what they mean ("systems" for operating systems). A header that is a `block` ends at a blank line,
    or behind the line that has the `last` label; else it ends at the first line that is none of these. `ruled` tells that a
    rule parts it from the body, `complete` that a missing field is worth a diagnostic.

    `title` finds the title (group 1) in the lines before the header; where it stands `above`, it is the first or last
    paragraph there, or the next line that is none of the header's; `front_matter` may have it too. `ends` finds what follows
    each article. `chrome` are whole lines before or in the header, or from what `ends` finds on, that belong to the page
    (within the text there is the token CHROME). Where that is a `template`, the years of its notice say nothing about the
    article.

    `old` tells of the years of MS-DOS, whose files are CP437. `entities` tells that the title spells signs as HTML does,
    `markup` that all of the text does, with tags in it, which are taken off. `folded` tells that the line ends were lost;
    `flow` that the body is Markdown, not text in the grammar's blocks. `blocks` are the optional
    tokens of the body grammar that this form has.
    """

    name: str
    mark: str
    word: str
    each: str | None = None
    numbered: bool = False
    fields: Mapping[str, Field] = field(default_factory=dict)
    inline: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()
    rows: tuple[re.Pattern[str], ...] = ()
    block: bool = True
    last: str = ""
    ruled: bool = False
    complete: bool = False
    title: re.Pattern[str] | None = None
    above: Literal["", "first", "last", "next"] = ""
    front_matter: bool = False
    chrome: re.Pattern[str] | None = None
    template: bool = False
    ends: re.Pattern[str] | None = None
    old: bool = False
    entities: bool = False
    markup: bool = False
    folded: bool = False
    flow: Literal["", "markdown"] = ""
    blocks: frozenset[Optional] = frozenset()

    def find(self, text: str) -> Found | None:
        """Where this form's marks stand near the beginning of a text (with LF line ends); None where it bears none."""
        if text.find(self.word, 0, _FAR) < 0:
            return None
        match = self._mark.search(text, 0, _FAR)
        return _found(match) if match else None

    def find_all(self, text: str, start: int) -> Iterator[Found]:
        """Where the marks of the articles of a file stand, from the first on, in a text without margin."""
        if self._each is None:
            return
        number = 0
        for match in self._each.finditer(text, start):
            found = _found(match)
            if found.margin:
                continue
            if self.numbered and found.number != number + 1 and not found.heading:
                continue
            number = found.number or 0
            yield found

    @cached_property
    def _mark(self) -> re.Pattern[str]:
        return _compile(self.mark)

    @cached_property
    def _each(self) -> re.Pattern[str] | None:
        return None if self.each is None else _compile(self.each)


def _compile(mark: str) -> re.Pattern[str]:
    return re.compile(mark.replace("MARGIN", _MARGIN, 1).replace("EDGE", "(?P=margin)"), re.MULTILINE)


def _found(match: re.Match[str]) -> Found:
    heading = number = None
    if match.re.groups > 1:
        groups = match.groupdict()
        heading = groups.get("heading")
        number = groups.get("number")
    start = match.start("margin")
    return Found(match.start(), start, match["margin"], heading and heading.strip(), int(number) if number else None)
