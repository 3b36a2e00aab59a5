"""An article as plain text, wrapped to a width."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from kbarchive.article import AppliesTo, Article, Block, Code, Item, List, Note, Paragraph, Rule, Section, Table
from kbarchive.render.clean import printable
from kbarchive.render.versions import version_text

_LEAST_WIDTH = 20
_MARGIN = 13  # of the header's values


def to_text(article: Article, width: int = 80) -> str:
    """The article as text for people: its header, its sections, its references. No line of prose is wider than `width`.

    Code and tables keep their layout. Control characters are left out, so that the text can go to a terminal.
    """
    width = max(width, _LEAST_WIDTH)
    parts = [_header(article, width), *(_section(section, width, 0) for section in article.sections)]
    if article.residue:
        parts.insert(1, "\n\n".join(article.residue))
    if article.references:
        lines = dict.fromkeys(f"{reference.id}  {reference.title or ''}".rstrip() for reference in article.references)
        parts.append(_heading("REFERENCES TO OTHER ARTICLES", "=") + "\n\n" + "\n".join(lines))
    return printable("\n\n".join(part for part in parts if part)) + "\n"


def _header(article: Article, width: int) -> str:
    title = textwrap.fill(article.title, width) if article.title else "(no title)"
    facts = [
        ("Article", article.key),
        ("Modified", article.modified),
        ("Product", " | ".join(article.products)),
        ("Versions", "; ".join(version_text(part, ", ") for part in article.versions)),
        ("Systems", " | ".join(article.operating_systems)),
        ("Keywords", " ".join(article.keywords)),
        ("Query words", " ".join(article.query_words)),
    ]
    lines = [_wrap(value, width, f"{name + ':':<{_MARGIN}}", " " * _MARGIN) for name, value in facts if value]
    lines += [
        _wrap(text, width, " " * _MARGIN if number else "Applies to:  ", " " * (_MARGIN + 2))
        for number, text in enumerate(_applies_to(article.applies_to, ""))
    ]
    return title + "\n" + "-" * min(width, len(title)) + "\n" + "\n".join(lines)


def _applies_to(entries: Iterable[AppliesTo], indent: str) -> Iterator[str]:
    for entry in entries:
        yield indent + entry.text
        yield from _applies_to(entry.with_, indent + "  ")


def _section(section: Section, width: int, depth: int) -> str:
    parts = [_heading(section.heading, "-" if depth else "=")] if section.heading else []
    parts += [text for block in section.blocks if (text := _block(block, width))]
    parts += [_section(inner, width, depth + 1) for inner in section.sections]
    return "\n\n".join(parts)


def _heading(heading: str, rule: str) -> str:
    return f"{heading}\n{rule * len(heading)}"


def _block(block: Block, width: int) -> str:
    match block:
        case Paragraph():
            return _wrap(block.text, width, "", "")
        case Code():
            return textwrap.indent(block.text, "    ")
        case Table():
            return block.text
        case Note():
            inner = "\n\n".join(_block(part, width - 4) for part in block.blocks)
            return f"{block.label}:\n" + textwrap.indent(inner, "    ")
        case List():
            loose = any(len(item.blocks) > 1 for item in block.items)
            return ("\n\n" if loose else "\n").join(_item(item, width) for item in block.items)
        case Rule():
            return "-" * min(width, 40)


def _item(item: Item, width: int) -> str:
    indent = " " * (len(item.marker) + 2)
    inner = "\n\n".join(_block(block, max(width - len(indent), _LEAST_WIDTH)) for block in item.blocks)
    return f" {item.marker} " + textwrap.indent(inner, indent)[len(indent) :]


def _wrap(text: str, width: int, first: str, rest: str) -> str:
    return textwrap.fill(
        text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
