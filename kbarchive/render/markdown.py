"""An article as Markdown (CommonMark), with its metadata as YAML front matter."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator

from kbarchive.article import AppliesTo, Article, Block, Code, Item, List, Note, Paragraph, Rule, Section, Table
from kbarchive.render.clean import printable
from kbarchive.render.versions import version_text

# What CommonMark would take for markup in running text; underscores inside words are none.
_MARKUP = re.compile(r"[\\`*\[\]<>]|(?<!\w)_|_(?!\w)|&(?=[#\w]+;)|~~")
# What would make a paragraph a heading, a list, a quote, a rule or a fence by its begin.
_BLOCK_START = re.compile(r"\s*(?:#{1,6}(?=\s|$)|[+-](?=\s|$)|>|~{3}|-{3,}\s*$|=+\s*$)")
_NUMBER_START = re.compile(r"(\s*\d{1,9})([.)])(?=\s|$)")
_ORDERED = re.compile(r"\(?(\d{1,9})[.)]")
_DEEPEST_HEADING = 6


def to_markdown(article: Article) -> str:
    """The article as Markdown; control characters are left out."""
    parts = [_front_matter(article), f"# {_inline(article.title)}" if article.title else ""]
    if article.applies_to:
        parts.append("Applies to:\n\n" + "\n".join(_applies_to(article.applies_to, "")))
    parts += [_inline(text) for text in article.residue]
    parts += [_section(section, 2) for section in article.sections]
    return printable("\n\n".join(part for part in parts if part)) + "\n"


def _front_matter(article: Article) -> str:
    facts: dict[str, object] = {
        "id": article.id,
        "key": article.key,
        "title": article.title,
        "modified": article.modified,
        "collection": article.collection,
        "products": article.products,
        "versions": [version_text(part, ",") for part in article.versions],
        "operating_systems": article.operating_systems,
        "keywords": article.keywords,
        "query_words": article.query_words,
        "references": list(dict.fromkeys(reference.id for reference in article.references)),
    }
    # JSON's strings and lists are YAML's.
    lines = [f"{name}: {json.dumps(value, ensure_ascii=True)}" for name, value in facts.items() if value]
    return "\n".join(["---", *lines, "---"])


def _applies_to(entries: Iterable[AppliesTo], indent: str) -> Iterator[str]:
    for entry in entries:
        yield f"{indent}- {_inline(entry.text)}"
        yield from _applies_to(entry.with_, indent + "  ")


def _section(section: Section, level: int) -> str:
    parts = [f"{'#' * min(level, _DEEPEST_HEADING)} {_inline(section.heading)}"] if section.heading else []
    parts += _blocks(section.blocks)
    parts += [_section(inner, level + 1) for inner in section.sections]
    return "\n\n".join(parts)


def _blocks(blocks: Iterable[Block]) -> list[str]:
    return [text for block in blocks if (text := _block(block))]


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            return _inline(block.text)
        case Code() | Table():
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", block.text)), default=0))
            return f"{fence}text\n{block.text}\n{fence}"
        case Note():
            content = f"**{_inline(block.label)}:** " + "\n\n".join(_blocks(block.blocks))
            return textwrap.indent(content, "> ", lambda _: True)
        case List():
            items = [_item(item, block.ordered) for item in block.items]
            return ("\n\n" if any(len(item.blocks) > 1 for item in block.items) else "\n").join(items)
        case Rule():
            return "* * *"


def _item(item: Item, ordered: bool) -> str:
    found = _ORDERED.match(item.marker)
    # Markdown has no lists by letters, so a letter stands before the text of a plain item.
    marker = f"{found[1]}. " if ordered and found else f"- {item.marker} " if ordered else "- "
    indent = " " * (2 if marker.startswith("-") else len(marker))
    return marker + textwrap.indent("\n\n".join(_blocks(item.blocks)), indent)[len(indent) :]


def _inline(text: str) -> str:
    escaped = _MARKUP.sub(lambda match: "\\" + match[0], text)
    if _BLOCK_START.match(escaped):
        stripped = escaped.lstrip()
        return f"\\{stripped}"
    return _NUMBER_START.sub(r"\1\\\2", escaped, count=1) if _NUMBER_START.match(escaped) else escaped
