"""Lays out blocks as the FTP form has them, so that the parser reads the very same blocks again.

What each kind of block needs for that follows from grammar/body.lark:

- A blank line parts blocks, and the items of a list: no block is ever ended by the look of the next.
- No further line of running text begins with what could be a marker, a label or a rule (`wrapping`).
- Code is deeper than its surroundings; where it begins as an item or a label would, a tab stands before it, for no marker and
  no label is looked for behind a tab. The same goes for a tab behind a marker that is none.
- Further paragraphs of an item are judged by their lines, so they are wrapped until they read as prose; beside code what is no
  sentence is underlined, as a title within an item is.
- An id that is cited with the title behind it begins its line; one that is only mentioned does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from kbarchive.article import Block, Code, Item, List, Note, Paragraph, Rule, Table
from kbarchive.parsing.layout import is_code, is_only_code, is_plainly_prose, is_prose
from kbarchive.render.citing import References, label_begin
from kbarchive.render.verbatim import INDENT, indented, laid_out, laid_out_run, piece_begins, reads_as
from kbarchive.render.wrapping import wrap

_WIDTH = 79
_LEAST_WIDTH = 30
_RULE = "-" * 40
_ID = re.compile(r"Q\d{5,6}(?!\d)")
_ANY_ID = re.compile(r"Q\d")
_MARKER = re.compile(r"\A(?!- (?:or|and) -)(?:[-*o\u2022\u00b7]|\((?:\d{1,2}|[A-Za-z])\)|(?:\d{1,3}|[A-Za-z])[.)])(?= )")

_NO_TITLE = re.compile(r"[\t=\-|+]|[-*o\u2022\u00b7] |(?:\(?\w{1,3}[.)])[ \t]")


class BlockWriter:
    """Lays out the blocks of one article, in order."""

    def __init__(self, references: References) -> None:
        self._references = references
        self._awaited = ("", 0)  # the letter that must follow in a column, so that a list of one letter is a list

    def section(self, blocks: Sequence[Block]) -> Iterator[list[str]]:
        """The lines of each block below a heading."""
        self._awaited = ("", 0)
        return self.blocks(blocks)

    def blocks(
        self,
        blocks: Sequence[Block],
        indent: int = 0,
        in_item: bool = False,
        below: Sequence[Block] = (),
        lists_at: int = 0,
        above: Block | None = None,
    ) -> Iterator[list[str]]:
        """The lines of each block.

        `indent` is the column of the text that they belong to, `above` and `below` are what stands around them; lists stand
        at `lists_at` at least.
        """
        number = 0
        while number < len(blocks):
            block = blocks[number]
            run = laid_out_run(blocks, number)
            if run:
                lines = self._awaited_code(run) or laid_out(run, indent, in_item, 1 if lists_at > indent else INDENT)
                if not self._references.fit(self._references.found("\n".join(lines))):
                    # A title that is cut by a line at the left margin (Q140612).
                    flat = indented(run, " " * indent, " " * indent)
                    lines = flat if reads_as(flat, run, indent, in_item) else lines
                yield self._verbatim(lines)
                number += len(run)
                continue
            number += 1
            match block:
                case Paragraph():
                    lines = self._paragraph(block, indent, in_item)
                    if in_item:
                        over = blocks[number - 2] if number > 1 else above
                        is_above_code = number < len(blocks) and isinstance(blocks[number], Code | Table)
                        lines += _underline(lines, _makes_code(over) or is_above_code)
                    yield lines
                case Note():
                    yield self._note(block, indent, in_item, blocks[number:])
                case List():
                    yield self._list(block, max(indent, lists_at), [*blocks[number:], *below])
                case Rule():
                    yield [" " * indent + _RULE]

    # ---- Running text -------------------------------------------------------------------------------------------------------

    def _paragraph(self, block: Paragraph, indent: int, in_item: bool) -> list[str]:
        text = block.text
        if self._awaits(text):
            text = re.sub(" |$", "\u0020\t", text, count=1)
        elif marker := _MARKER.match(text):
            text = f"{marker[0]}\t{text[marker.end() + 1 :]}"
        words = text.split(" ")
        lines, _ = self._running(words, " " * indent, indent, _reads_as_prose if in_item else _reads_as_text)
        return self._verbatim(lines)

    def _note(self, note: Note, indent: int, in_item: bool, below: Sequence[Block]) -> list[str]:
        label = f"{' ' * indent}{note.label}:"
        blocks = note.blocks
        lines: list[str] = [label]
        if blocks and isinstance(blocks[0], Paragraph):
            inline, fits = self._running(blocks[0].text.split(" "), f"{label} ", indent, _anything)
            if fits:
                lines = self._verbatim(inline)
                blocks = blocks[1:]
        for part in self.blocks(blocks, indent, in_item, below):
            lines += ["", *part]
        return lines

    def _running(
        self, words: list[str], prefix: str, indent: int, accept: Callable[[list[str]], bool]
    ) -> tuple[list[str], bool]:
        """Running text behind a prefix: the first layout that is accepted and gives the references that are to come.

        Where there is none, the first layout of all, and False.
        """
        cites = any(map(_ANY_ID.search, words))
        first: list[str] = []
        for lines in self._wrappings(words, indent, len(prefix) - indent, cites):
            laid = [f"{prefix if number == 0 else ' ' * indent}{line}" for number, line in enumerate(lines)]
            first = first or laid
            if accept(lines) and (not cites or self._references.fit(self._references.found("\n".join(laid)))):
                return laid, True
        return first, False

    def _wrappings(self, words: list[str], indent: int, first: int, cites: bool) -> Iterator[list[str]]:
        width = max(_WIDTH - indent, _LEAST_WIDTH)
        if cites:
            yield from self._citing_wrappings(words, width, first)
        else:
            yield wrap(words, width, first)
        yield [" ".join(words)]
        for narrower in range(width - 5, 4, -5):
            yield wrap(words, narrower, first)

    def _citing_wrappings(self, words: list[str], width: int, first: int) -> Iterator[list[str]]:
        found = [(number, match[0]) for number, word in enumerate(words) if (match := _ID.search(word))]
        titles = self._references.titles([f"Q{name[1:].lstrip('0')}" for _, name in found])
        of = {place: title for (place, _), title in zip(found, titles, strict=True)}
        titled = {place for place, title in of.items() if title is not None}
        quoted = {
            place
            for place in titled
            if "".join(words[place + 1 : place + 2]).startswith('"') and not (of[place] or "").startswith('"')
        }
        begins = {label_begin(words, place) for place in titled}
        yield wrap(words, width, first, before={label_begin(words, place) for place in titled - quoted})
        if titled:
            yield wrap(words, width, first, before=begins)
            # Rows of a table that is drawn with signs.
            rows = {n for n, word in enumerate(words) if word.startswith("+-") or words[n - 1 : n + 1] == ["|", "|"]}
            yield wrap(words, width, first, before=begins | rows)
            yield wrap(words, width, first)

    def _verbatim(self, lines: list[str]) -> list[str]:
        self._references.take("\n".join(lines))
        return lines

    # ---- Lists --------------------------------------------------------------------------------------------------------------

    def _list(self, block: List, indent: int, below: Sequence[Block]) -> list[str]:
        # At the left margin bullets stand a blank in.
        column = indent + _shift(block, below) or int(not block.ordered)
        if block.items and self._awaits(block.items[0].marker):
            column = self._awaited[1]
        if len(block.items) == 1 and (following := _following(block.items[0].marker)):
            if any(isinstance(inner, Code) and _begins_with(inner, following) for inner in block.items[0].blocks):
                column += INDENT
            self._awaited = (following, column)
        lines: list[str] = []
        for item in block.items:
            if lines:
                lines.append("")
            lines += self._item(item, column, indent, len(block.items) == 1)
        return lines

    def _awaits(self, text: str) -> bool:
        marker = self._awaited[0]
        return bool(marker) and (text == marker or text.startswith(f"{marker} "))

    def _awaited_code(self, run: Sequence[Code | Table]) -> list[str]:
        """Code with the letter that is awaited in a column: it stands there, and is no item nevertheless."""
        marker, column = self._awaited
        for line in run[0].text.split("\n") if marker and len(run) == 1 else ():
            depth = column - (len(line) - len(line.lstrip(" ")))
            if depth > 0 and line.lstrip(" ").startswith(f"{marker} "):
                return indented(run, " " * depth, "")
        return []

    def _item(self, item: Item, column: int, outer: int, alone: bool) -> list[str]:
        prefix = f"{' ' * column}{item.marker} "
        indent = len(prefix)
        first = item.blocks[0] if item.blocks else Paragraph(0, "")
        blocks = item.blocks[1:]
        if isinstance(first, Paragraph):
            lines = self._verbatim(self._running(first.text.split(" "), prefix, indent, _anything)[0])
        elif isinstance(first, Note) and (not first.blocks or isinstance(first.blocks[0], Paragraph)):
            words = first.blocks[0].text.split(" ") if first.blocks else []  # type: ignore[union-attr]  # just seen
            lines = self._verbatim(self._running([f"{first.label}:", *words], prefix, indent, _anything)[0])
        else:  # the marker stands alone on its line
            lines, blocks = [prefix], item.blocks
        flush = _flush_from(item.marker if alone else "", blocks)
        for part in self.blocks(blocks[:flush], indent, True, above=first):
            lines += ["", *part]
        for part in self.blocks(blocks[flush:], outer, True, lists_at=indent):
            lines += ["", *part]
        return lines


def _following(marker: str) -> str:
    """The marker behind one that is a letter; "" behind others."""
    letter = marker.strip("().")
    return marker.replace(letter, chr(ord(letter) + 1)) if len(letter) == 1 and letter.isalpha() and marker != letter else ""


def _begins_with(block: Block, marker: str) -> bool:
    text = block.items[0].marker if isinstance(block, List) else getattr(block, "text", "")
    return bool(marker) and (text == marker or text.startswith(f"{marker} "))


def _flush_from(marker: str, blocks: Sequence[Block]) -> int:
    """From which of an item's blocks on they stand where the list does, not below the item's text.

    So do texts between the steps of lists that are broken by them: where a text begins as the item's next step would, and
    below a list of one letter that goes on in a list of its own.
    """
    for number, block in enumerate(blocks):
        if isinstance(block, Paragraph | Code) and _begins_with(block, _following(marker)):
            return number
        if isinstance(block, List) and len(block.items) == 1:
            following = _following(block.items[0].marker)
            if any(_begins_with(later, following) for later in blocks[number + 1 :]):
                return number + 1
    return len(blocks)


def _shift(block: List, below: Sequence[Block]) -> int:
    """How far a list must stand in, so that its items do not take in what stands below it."""
    if not below:
        return 0
    if isinstance(below[0], Code | Table):  # it is deeper than the text above the list, and less deep than that of its items
        return 2 + max(len(line) - len(line.lstrip(" ")) for line in piece_begins(below[:1]))
    if isinstance(below[0], List):  # less deep than the text of these items, and no further item where it looks like one
        return _shift(below[0], below[1:]) + (INDENT if _look(below[0]) == _look(block) else 0)
    return 0


def _look(block: List) -> str:
    """How a list's markers look, whatever they count."""
    marker = block.items[0].marker if block.items else ""
    return re.sub("[a-z](?=[.)])", "a", re.sub("[A-Z](?=[.)])", "A", re.sub(r"\d+", "1", marker)))


def _makes_code(above: Block | None) -> bool:
    """Whether what is no sentence is taken for code below a block: below code, or where a colon introduces it."""
    while isinstance(above, Note) and above.blocks:
        above = above.blocks[-1]
    return isinstance(above, Code | Table) or (isinstance(above, Paragraph) and above.text.endswith(":"))


def _underline(lines: list[str], beside: bool) -> list[str]:
    """What makes a title of a line within an item that would be taken for code: by itself, or, no sentence, beside code."""
    line = lines[0]
    words = line.lstrip(" ")
    if len(lines) > 1 or len(words) <= 2 or "  " in words or _ANY_ID.search(words) or _NO_TITLE.match(words):
        return []
    if is_plainly_prose(words) or not (is_code([words]) or (beside and not is_prose([words]))):
        return []
    return [" " * (len(line) - len(words)) + "-" * len(words)]


def _reads_as_prose(lines: list[str]) -> bool:
    """Whether the further paragraph of an item is not taken for code."""
    return is_plainly_prose("\n".join(lines)) or not is_code(lines)


def _reads_as_text(lines: list[str]) -> bool:
    """Whether a paragraph at the left margin is not taken for code."""
    return len(lines) == 1 or not is_only_code(lines)


def _anything(_: list[str]) -> bool:
    return True
