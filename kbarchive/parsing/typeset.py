"""From the tokens of running text to blocks: paragraphs, lists, code, tables, notes."""

from __future__ import annotations

import re
from functools import lru_cache

from kbarchive.article import Block, Code, Item, List, Note, Paragraph, Rule, Table
from kbarchive.parsing.driver import Child, Node
from kbarchive.parsing.layout import (
    box_rows,
    dedent,
    has_table_head,
    is_code,
    is_only_code,
    is_plainly_prose,
    is_prose,
    table_rows,
)
from kbarchive.parsing.lexer import Token

_LABEL = re.compile(r"\s*((?i:notes?|warnings?|important|cautions?|tips?|important[ ]note|note[ ][0-9]{1,2}))(?:[ ]?:|[ ]-[ ])")
_CHOICE_SIGN = re.compile(r"-\s?(?:[Oo][Rr]|[Aa][Nn][Dd])\s?-")
_CHOICE = re.compile(r"\s*-\s?(?:or|and)\s?-\s*", re.IGNORECASE)


class Typesetter:
    """Makes blocks of the tokens of one text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def blocks(self, children: list[Child], in_item: bool = False) -> tuple[Block, ...]:
        """The blocks of a run of tokens and lists, in order."""
        text = self._text
        found: list[Block] = []
        add = found.append
        full = True  # no note that has only a label
        number, count = 0, len(children)
        while number < count:
            child = children[number]
            number += 1
            kind = child[0]
            if kind == "list":
                add(self._list(child))
                continue
            _, start, end, line = child
            is_text = kind == "PARAGRAPH" and not in_item
            if is_text:
                piece = text[start:end]
                has_gaps = "  " in piece or "\t" in piece
                if has_gaps or "\n" in piece[:_SHORT_LINE]:
                    is_text = not self._is_laid_out_at_margin(children, number - 1)
            if is_text:
                if number < count and children[number][0] == "LAYOUT" and self._goes_on_hanging(child, children[number]):
                    piece = text[start : children[number][2]]
                    has_gaps = True
                    number += 1
                if has_gaps and (table := _margin_table(line, piece.rstrip())):
                    add(table)
                elif words := reflow(piece):
                    add(Paragraph(line, words))
            elif kind == "LAYOUT" and not in_item and number < count and self._opens_paragraph(child, children[number]):
                # A paragraph whose first line is indented.
                add(Paragraph(line, reflow(text[start : children[number][2]])))
                number += 1
            elif kind == "LAYOUT" or kind == "PARAGRAPH":
                run = [child]
                while number < count:
                    if children[number][0] not in (_LAID_OUT if in_item else _INDENTED) and (
                        in_item
                        or not (self._is_laid_out_at_margin(children, number) or self._is_label_in_code(children, number))
                    ):
                        break
                    run.append(children[number])
                    number += 1
                found += self._laid_out(run) if in_item else self._code_and_tables(run)
            elif kind == "UNDERLINED":
                add(Paragraph(line, reflow(text[start : text.index("\n", start)])))
            elif kind == "CITATION":
                add(Paragraph(line, reflow(text[start:end])))
            elif kind == "NOTE":
                note = _note(line, text[start:end])
                add(note)
                full = full and bool(note.blocks)
            elif kind == "TABLE":
                add(_whole_table(line, text[start:end]))
            elif kind == "BOX":
                add(_box(line, text[start:end]))
            elif kind == "RULE":
                add(Rule(line))
        return tuple(found) if full else _fill_notes(found)

    def _list(self, tree: Node) -> List:
        text = self._text
        items = []
        for _, children in tree[1][1:-1]:
            _, start, end, line = children[0]
            marker, _, words = text[start:end].lstrip(" ").partition(" ")
            words = words.lstrip(" ")
            if words[0] == "\n":  # the marker stands alone on its line
                line += words.count("\n", 0, len(words) - len(words.lstrip()))
                words = words.lstrip()
            blocks = self.blocks(children[1:], in_item=True) if len(children) > 1 else ()
            first: Block | None = None
            if words[:1] in _LABEL_INITIALS and _LABEL.match(words):
                first = _note(line, words)
            elif text_of_item := reflow(words):
                first = Paragraph(line, text_of_item)
            items.append(Item(marker, (first, *blocks) if first else blocks))
        kind, _, _, line = tree[1][1][1][0]
        return List(line, kind == "NUMBER", tuple(items))

    def _code_and_tables(self, run: list[Token]) -> list[Block]:
        """Indented lines: tables where they have a head or columns, else code. Blank lines part no blocks, "-or-" does."""
        _, start, _, line = run[0]
        text = self._text[start : run[-1][2]].rstrip()
        if not _CHOICE_SIGN.search(text):
            return _code_or_table(line, text)
        blocks: list[Block] = []
        lines = text.split("\n")
        begin = 0
        for number, words in enumerate([*lines, "-or-"]):
            if _CHOICE.fullmatch(words):
                while begin < number and not lines[begin].strip():
                    begin += 1
                blocks += _code_or_table(line + begin, "\n".join(lines[begin:number]).rstrip())
                if number < len(lines):
                    blocks.append(Paragraph(line + number, words.strip()))
                begin = number + 1
        return blocks

    def _opens_paragraph(self, child: Token, below: Child) -> bool:
        """Whether an indented line is the first of the paragraph right below it: a full line of prose above prose."""
        if below[0] != "PARAGRAPH" or child[2] - child[1] < _FULL_LINE:
            return False
        _, start, end, _ = below
        text = self._text
        first = text[child[1] : child[2]]
        words = first.strip()
        if first.count("\n") > 1 or len(first) - len(first.lstrip()) > _DEEPEST_OPENING or words.endswith(_ENDS):
            return False
        if not text[start:end].rstrip().endswith(_ENDS):  # more of it is laid out below
            return False
        lines = [words, *text[start:end].strip().split("\n")]
        return is_plainly_prose(" ".join(lines)) and is_prose(lines) and not _COLUMNS.search("\n".join(lines))

    def _goes_on_hanging(self, child: Token, below: Child) -> bool:
        """Whether indented lines right below a paragraph are more of it, hanging: prose of one indent that goes on."""
        _, start, end, _ = below
        text = self._text
        above = text[child[1] : child[2]]
        if above.endswith("\n\n"):
            return False
        lines = text[start:end].rstrip().split("\n")
        last = above.rstrip().rpartition("\n")[2]
        if len(_GAP.findall(last)) > 1 or _may_be_table(above):  # the last of several columns wraps
            return False
        if not _hangs(lines[0], last) and (last != above.rstrip() or last.endswith(_ENDS) or len(last) < _FULL_LINE):
            return False
        return (
            len({len(line) - len(line.lstrip()) for line in lines}) == 1
            and is_plainly_prose(above + text[start:end])
            and is_prose([line.strip() for line in lines])
            and not is_code([line.strip() for line in lines])
            and not _COLUMNS.search("\n".join(line.strip() for line in lines))
        )

    def _is_laid_out_at_margin(self, children: list[Child], number: int) -> bool:
        """Whether lines at the left margin keep their layout as indented ones do: columns that cannot be told, program text of
        several lines, or a line of it that touches indented ones.
        """
        if children[number][0] != "PARAGRAPH":
            return False
        _, start, end, _ = children[number]
        text = self._text
        line_end = text.find("\n", start, min(end, start + _SHORT_LINE))
        if line_end >= 0:
            if line_end + 1 == end or text[line_end + 1] in _BLANK:  # one line
                line = text[start:line_end].rstrip()
                return (
                    not line.endswith(_ENDS_OF_PROSE)
                    and (self._touches(children, number, -1) or self._touches(children, number, 1))
                    and not is_plainly_prose(line)
                    and is_only_code([line])
                )
            if is_only_code(text[start:end].rstrip().split("\n")):
                return True
        piece = text[start:end].rstrip()
        return _may_be_table(piece) and not _margin_rows(piece) and _has_columns(piece)

    def _touches(self, children: list[Child], number: int, step: int) -> bool:
        """Whether indented lines stand right above a paragraph, or right below it, no blank line between."""
        other = number + step
        if not 0 <= other < len(children) or children[other][0] != "LAYOUT":
            return False
        return self._text[children[max(number, other)][1] - 2] != "\n"

    def _is_label_in_code(self, children: list[Child], number: int) -> bool:
        """Whether lines at the left margin stand in the midst of indented ones, no blank line on either side."""
        if children[number][0] != "PARAGRAPH" or number + 1 == len(children) or children[number + 1][0] != "LAYOUT":
            return False
        _, start, end, _ = children[number]
        return self._text[start - 2] != "\n" and self._text[end - 2] != "\n"

    def _laid_out(self, run: list[Token]) -> list[Block]:
        """Lines below an item's text: paragraphs at its own depth unless they can only be code, what is deeper as elsewhere."""
        text = self._text
        judged: list[bool | None] = []
        choices: set[int] = set()
        for number, (kind, start, end, _) in enumerate(run):
            if kind == "LAYOUT":
                judged.append(True)
                continue
            touches = self._touches(run, number, 1)
            if touches and self._touches(run, number, -1):
                judged.append(True)
                continue
            piece = text[start:end]
            is_comment = _COMMENT.match(piece) is not None
            if is_plainly_prose(piece) and not is_comment:
                judged.append(False)
                continue
            lines = piece.strip("\n").split("\n")
            if _CHOICE.fullmatch(piece):
                judged.append(False)
                choices.add(number)
            elif is_code(lines):
                judged.append(True)
            elif is_prose(lines):
                judged.append(None if is_comment else False)
            elif len(lines) > 2 and _has_columns(piece):
                judged.append(True)
            elif piece.rstrip().endswith((".", ":")):
                judged.append(None)
            else:
                # No sentence: code, where deeper lines stand right below, or a colon before it introduces it.
                introduced = text[max(0, start - 120) : start].rstrip().endswith(":")
                is_choice = piece.lstrip().startswith("-")
                judged.append(True if touches or (introduced and not is_choice) else None)
        # What could be either goes with the code beside it.
        for order in (range(len(run)), range(len(run) - 1, -1, -1)):
            beside = False
            for number in order:
                if judged[number] is None and beside:
                    judged[number] = True
                if number not in choices:  # code on one side of "-or-" is code on the other
                    beside = judged[number] is True
        blocks: list[Block] = []
        number = 0
        while number < len(run):
            if not judged[number]:
                _, start, end, line = run[number]
                if words := reflow(text[start:end]):
                    blocks.append(Paragraph(line, words))
                number += 1
                continue
            last = number
            while last < len(run) and judged[last]:
                last += 1
            blocks += self._code_and_tables(run[number:last])
            number = last
        return blocks


_ENDS = tuple(".;:?!")
_COMMENT = re.compile(r"\s*(?:\*|'|//|REM|Rem|&&)[ \t]")  # an item it was not
_DEEPEST_OPENING = 8
_COLUMNS = re.compile(r"[^\s.:?!)][ ]{2}|[ ]{3}")
_GAP_IN_LINE = re.compile(r"[^\s.:?!)][ ]{2,}\S|[ ]{3,}\S|\S\t+\S")
_MOST = 0.7  # of the lines have columns, where they are laid out in such
_GAP = re.compile(r"[^ ][ ]{2,}(?=[^ ])")
_ENDS_OF_PROSE = tuple(".:?!,")
_BLANK = frozenset(" \t\n")
_SHORT_LINE = 62  # prose fills its first line further
_FULL_LINE = 45  # with its indent; a shorter one does not wrap
_LABEL_INITIALS = frozenset("NWICTnwict")
_INDENTED = frozenset({"LAYOUT"})
_LAID_OUT = frozenset({"LAYOUT", "PARAGRAPH"})


def _hangs(line: str, above: str) -> bool:
    """Whether a line begins below the text that stands behind a label in the line above."""
    indent = len(line) - len(line.lstrip(" "))
    label, words = above[:indent], above[indent:]
    is_label = label.endswith("  ") or (label.endswith(" ") and label.rstrip().endswith(":"))
    return is_label and words[:1].strip() != "" and not words.endswith(":") and not is_only_code([line])


def _code_or_table(line: int, text: str) -> list[Block]:
    """The blocks of indented lines that have no choice in them."""
    if "\n" not in text:
        return [Code(line, text.strip())] if text.strip() else []
    lines = text.split("\n")
    if "--" in text or "  " in lines[0].strip():
        blocks = _split_tables(line, lines)
        if blocks:
            return blocks
    return [Code(line, "\n".join(dedent(lines)))]


def _may_be_table(piece: str) -> bool:
    """Whether most of three lines or more could have columns."""
    lines = piece.rstrip().count("\n") + 1
    return lines > 2 and piece.count("  ") + piece.count("\t") >= lines * _MOST


def reflow(text: str) -> str:
    """Lines as one line, white space squeezed."""
    line = text.strip().replace("\n", " ")
    # Mostly that is all; a sign that does not print may be white space of another kind.
    return line if "  " not in line and line.isprintable() else " ".join(text.split())


def _note(line: int, text: str) -> Note:
    label = _LABEL.match(text)
    assert label is not None
    words = reflow(text[label.end() :])
    return Note(line, label[1], (Paragraph(line, words),) if words else ())


@lru_cache(maxsize=4)  # it is asked for twice, once to choose
def _margin_rows(piece: str) -> tuple[tuple[str, ...], ...]:
    """The rows of lines at the left margin, which may be tabbed; () where their columns cannot be told."""
    return table_rows([text.expandtabs() for text in piece.split("\n")])


def _margin_table(line: int, piece: str) -> Table | None:
    """Lines at the left margin that make a table without a head."""
    rows = _margin_rows(piece) if _may_be_table(piece) else ()
    return Table(line, "\n".join(dedent(piece.split("\n"))), rows) if rows else None


def _has_columns(piece: str) -> bool:
    """Whether most lines have columns, and are no prose."""
    lines = piece.rstrip().split("\n")
    gaps = sum(1 for text in lines if _GAP_IN_LINE.search(text.strip()))
    return gaps >= len(lines) * _MOST and not is_plainly_prose(piece)


def _whole_table(line: int, piece: str) -> Table:
    lines = dedent(piece.rstrip().split("\n"))
    return Table(line, "\n".join(lines), table_rows(lines))


def _box(line: int, piece: str) -> Table | Code:
    lines = dedent(piece.rstrip().split("\n"))
    rows = box_rows(lines)
    return Table(line, "\n".join(lines), rows) if rows else Code(line, "\n".join(lines))


def _split_tables(line: int, lines: list[str]) -> list[Block]:
    """Code and tables in turn, or nothing where no part of the lines is a table."""
    rows = table_rows(lines)
    if rows:
        return [Table(line, "\n".join(dedent(lines)), rows)]
    # A table may stand in the middle: from a piece with a head on, as long as pieces have columns.
    pieces: list[tuple[int, list[str]]] = []
    for number, text in enumerate(lines):
        if not text.strip():
            continue
        if pieces and number and lines[number - 1].strip():
            pieces[-1][1].append(text)
        else:
            pieces.append((number, [text]))
    if len(pieces) < 2 or not any(has_table_head(piece) for _, piece in pieces):
        return []
    blocks: list[Block] = []
    spans: list[tuple[bool, int, int]] = []
    for number, piece in pieces:
        is_table = has_table_head(piece) or bool(spans and spans[-1][0] and all("  " in text.strip() for text in piece))
        end = number + len(piece)
        if spans and spans[-1][0] == is_table and not (is_table and has_table_head(piece)):
            spans[-1] = (is_table, spans[-1][1], end)
        else:
            spans.append((is_table, number, end))
    for is_table, start, end in spans:
        part = dedent(lines[start:end])
        if is_table:
            blocks.append(Table(line + start, "\n".join(part), table_rows(part)))
        else:
            blocks.append(Code(line + start, "\n".join(part)))
    return blocks


def _fill_notes(blocks: list[Block]) -> tuple[Block, ...]:
    """Gives a note of which only the label stands on its line the block that follows."""
    for number in range(len(blocks) - 2, -1, -1):
        block = blocks[number]
        if block.__class__ is Note and not block.blocks and not isinstance(blocks[number + 1], Rule):
            blocks[number : number + 2] = [Note(block.line, block.label, (blocks[number + 1],))]
    return tuple(blocks)
