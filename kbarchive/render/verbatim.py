"""Lays out code and tables, so that the parser reads the very same blocks again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import structs

from kbarchive.article import Block, Code, List, Note, Table
from kbarchive.parsing import read_blocks

INDENT = 3

# What may not stand right behind the blanks at the begin of code.
_OWN = re.compile(
    r"[ ]*(?:(?:[-*o\u2022\u00b7]|\(?\w{1,3}[.)])[ ]{1,8}[^ ]|Q\d{5}|(?i:article[\- ]id)|TITLE"
    r"|(?i:notes?|warnings?|important|cautions?|tips?|important[ ]note|note[ ]\d{1,2})(?:[ ]?:|[ ]-[ ]))"
)


def laid_out_run(blocks: Sequence[Block], start: int) -> Sequence[Code | Table]:
    """The code and tables from a place on, which the parser reads as one piece before it parts them."""
    end = start
    while end < len(blocks) and isinstance(blocks[end], Code | Table):
        end += 1
    return blocks[start:end]  # type: ignore[return-value]  # just seen


def laid_out(run: Sequence[Code | Table], indent: int, in_item: bool, depth: int) -> list[str]:
    """Code and tables, as deep as they are read as such.

    Code is deeper than the text around it; behind a tab where it would begin an item or bear a label. Tables may stand either
    way, so they are read back.
    """
    deep = " " * (indent + depth)
    if len(run) == 1 and isinstance(run[0], Code) and not any(map(_OWN.match, piece_begins(run))):
        text = run[0].text
        if "\n" not in text or ("--" not in text and "  " not in text.split("\n", 1)[0].strip()):
            return indented(run, deep, "")
    flat = " " * indent
    deeper = " " * INDENT + deep
    margins = (
        (deep, flat),
        (deep, deep),
        ("\t", "\t"),
        ("\t", flat),
        (deep, flat + " "),
        (deep, flat + "  "),
        (deeper, deeper),
    )
    first: list[str] = []
    for code, table in margins:
        for gap in (1, 2, 0):
            lines = indented(run, code, table, gap)
            first = first or lines
            if reads_as(lines, run, indent, in_item):
                # Two blank lines end a table whose rows do not follow.
                return [*lines, ""] if isinstance(run[-1], Table) else lines
    if len(run) > 1:
        each = [laid_out([block], indent, in_item, depth) for block in run]
        lines = [line for part in each for line in ["", *part]][1:]
        return lines if reads_as(lines, run, indent, in_item) else first
    return first


def indented(run: Sequence[Code | Table], code: str, table: str, gap: int = 1) -> list[str]:
    lines: list[str] = []
    for block in run:
        margin = table if isinstance(block, Table) else code
        if lines:
            lines += [""] * gap
        lines += [margin + line if line else "" for line in block.text.split("\n")]
    return lines


def piece_begins(run: Sequence[Block]) -> Iterator[str]:
    """The first line of each piece between blank lines."""
    for block in run:
        lines = block.text.split("\n") if isinstance(block, Code | Table) else []
        yield from (line for above, line in zip(["", *lines], lines, strict=False) if line and not above)


def reads_as(lines: list[str], blocks: Sequence[Block], indent: int, in_item: bool) -> bool:
    text = "\n".join(lines)
    if not in_item:
        return same_blocks(read_blocks(text), blocks)
    found = read_blocks(f"{' ' * (indent - 2)}- A step of no meaning.\n\n{text}")
    return len(found) == 1 and isinstance(found[0], List) and same_blocks(found[0].items[0].blocks[1:], blocks)


def same_blocks(some: Sequence[Block], others: Sequence[Block]) -> bool:
    """Whether blocks are equal but for their lines."""
    return len(some) == len(others) and all(map(_same_block, some, others))


def _same_block(one: Block, other: Block) -> bool:
    if isinstance(one, Note) and isinstance(other, Note):
        return one.label == other.label and same_blocks(one.blocks, other.blocks)
    if isinstance(one, List) and isinstance(other, List):
        return (
            one.ordered == other.ordered
            and len(one.items) == len(other.items)
            and all(
                a.marker == b.marker and same_blocks(a.blocks, b.blocks) for a, b in zip(one.items, other.items, strict=True)
            )
        )
    return type(one) is type(other) and structs.replace(one, line=0) == structs.replace(other, line=0)
