"""Reads Markdown by markdown-it-py (CommonMark, tables, the alerts of Microsoft Learn) to a flow."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from kbarchive.article import Block, Code, Item, List, Note, Paragraph, Rule
from kbarchive.markup.flow import Content, Element, Flow, Heading, Link, squeeze, table
from kbarchive.markup.html import HTML_TAG, is_element, read_html

_MOST_LEVELS = 40  # of lists, quotations and brackets in one another; no article has ten
_ALERT = re.compile(r"\[!([A-Za-z]+)\]\s*")
_EXTENSION = re.compile(r":::\s*(?:[a-z\-]+(?:\s.*|:::)?|)$", re.DOTALL)
_IMAGE = re.compile(r":::image\b((?:[^:]|:(?!::))*)(?::::|\Z)")
_ALTERNATIVE = re.compile(r"\balt-text=\"([^\"]*)\"")
_BREAK = "\n"
_PIECE = re.compile(r"(?:[ \t]*[^ \t\n][^\n]*\n?)+")


class _Run(NamedTuple):
    """The text of inline tokens, line ends only where they break the line, and its links."""

    text: str
    links: tuple[Link, ...]


def read_markdown(text: str, first_line: int = 1) -> Flow:
    """The flow of a Markdown text without front matter, whose first line has the number `first_line`."""
    tokens = _parser().parse(text)
    if any(token.level >= _MOST_LEVELS - 1 for token in tokens):
        return _plain(text, first_line)  # what is deeper still would be lost
    elements: list[Element] = []
    for node in SyntaxTreeNode(tokens).children:
        elements += _elements(node, first_line)
    return Flow(None, tuple(elements))


def _plain(text: str, first_line: int) -> Flow:
    """The flow of a text that is taken as it stands: what blank lines part are paragraphs."""
    found = []
    line, counted = first_line, 0
    for match in _PIECE.finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        found.append(Content(Paragraph(line, squeeze(match[0]))))
    return Flow(None, tuple(found))


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"maxNesting": _MOST_LEVELS}).enable("table")


def _elements(node: SyntaxTreeNode, offset: int) -> list[Element]:
    """What one block of the tree gives; `offset` is the number of line 0."""
    line = offset + (node.map[0] if node.map else 0)
    match node.type:
        case "heading":
            return [Heading(int(node.tag[1:]), squeeze(_run(node, line).text), line)]
        case "paragraph":
            return list(_paragraphs(_run(node, line), line))
        case "fence" | "code_block":
            return [Content(Code(line + (node.type == "fence"), node.content.rstrip("\n")))]
        case "html_block":
            flow = read_html(node.content)
            return [_moved(element, line - 1) for element in flow.elements]
        case "hr":
            return [Content(Rule(line))]
        case "table":
            rows = [[_run(cell, line) for cell in row.children] for part in node.children for row in part.children]
            links = tuple(link for row in rows for run in row for link in run.links)
            return [Content(table(line, [[run.text for run in row] for row in rows]), links)]
        case "bullet_list" | "ordered_list":
            return [_list(node, line, offset)]
        case "blockquote":
            return _quotation(node, line, offset)
    inner: list[Element] = []
    for child in node.children:
        inner += _elements(child, offset)
    return inner


def _list(node: SyntaxTreeNode, line: int, offset: int) -> Content:
    items = []
    links: list[Link] = []
    ordered = node.type == "ordered_list"
    number = int(node.attrs.get("start", 1)) if ordered else 0
    for item in node.children:
        inner: list[Element] = []
        for child in item.children:
            inner += _elements(child, offset)
        blocks, found = _as_blocks(inner)
        links += found
        items.append(Item(f"{number}." if ordered else "-", blocks))
        number += 1
    return Content(List(line, ordered, tuple(items)), tuple(links))


def _quotation(node: SyntaxTreeNode, line: int, offset: int) -> list[Element]:
    """A quotation is what stands in it; one that begins with an alert's mark is a note."""
    inner: list[Element] = []
    for child in node.children:
        inner += _elements(child, offset)
    first = inner[0] if inner else None
    if isinstance(first, Content) and isinstance(first.block, Paragraph) and (alert := _ALERT.match(first.block.text)):
        rest = first.block.text[alert.end() :]
        inner[0:1] = [Content(Paragraph(first.block.line, rest), first.links)] if rest else []
        blocks, links = _as_blocks(inner)
        return [Content(Note(line, alert[1].upper(), blocks), links)]
    return inner


def _as_blocks(elements: list[Element]) -> tuple[tuple[Block, ...], tuple[Link, ...]]:
    """Elements where only blocks may stand: a heading in a list is a paragraph there."""
    blocks: list[Block] = []
    links: list[Link] = []
    for element in elements:
        if isinstance(element, Heading):
            blocks.append(Paragraph(element.line, element.text))
        else:
            blocks.append(element.block)
            links += element.links
    return tuple(blocks), tuple(links)


def _paragraphs(run: _Run, line: int) -> list[Content]:
    """A paragraph, or several where its lines are broken by hand."""
    found: list[Content] = []
    links = run.links
    for piece in run.text.split(_BREAK):
        words = squeeze(_IMAGE.sub(_alternative, piece))
        if words and not _EXTENSION.fullmatch(words):
            found.append(Content(Paragraph(line, words), links))
            links = ()
    return found


def _alternative(image: re.Match[str]) -> str:
    """What is said in place of an image, as Microsoft Learn writes it; nothing of an icon without words."""
    words = _ALTERNATIVE.search(image[1])
    return words[1] if words else ""


def _run(node: SyntaxTreeNode, line: int) -> _Run:
    parts: list[str] = []
    links: list[Link] = []
    for inline in node.children:
        if inline.type == "inline" and inline.token is not None:
            _gather(inline.token.children or [], parts, links, line)
    return _Run("".join(parts), tuple(links))


def _gather(tokens: list[Token], parts: list[str], links: list[Link], line: int) -> None:
    """Appends the text of inline tokens, and their links."""
    opened: list[tuple[str, int, int]] = []
    for token in tokens:
        match token.type:
            case "text" | "code_inline":
                parts.append(token.content)
            case "softbreak":
                parts.append(" ")
                line += 1
            case "hardbreak":
                parts.append(_BREAK)
                line += 1
            case "image":
                _gather(token.children or [], parts, links, line)
            case "link_open":
                opened.append((str(token.attrs.get("href", "")), len(parts), line))
            case "link_close" if opened:
                target, start, at = opened.pop()
                links.append(Link(target, squeeze("".join(parts[start:])), at))
            case "html_inline":
                tag = HTML_TAG.match(token.content)
                if tag is None or not is_element(tag[1]):
                    parts.append("" if token.content.startswith("<!--") else token.content)  # a word between angles
                elif tag[1].lower() == "br":
                    parts.append(_BREAK)


def _moved(element: Element, lines: int) -> Element:
    """An element of a piece of text, with its line in the whole."""
    if isinstance(element, Heading):
        return element._replace(line=element.line + lines)
    return Content(_moved_block(element.block, lines), tuple(link._replace(line=link.line + lines) for link in element.links))


def _moved_block(block: Block, lines: int) -> Block:
    line = block.line + lines
    match block:
        case List():
            items = [Item(item.marker, tuple(_moved_block(inner, lines) for inner in item.blocks)) for item in block.items]
            return List(line, block.ordered, tuple(items))
        case Note():
            return Note(line, block.label, tuple(_moved_block(inner, lines) for inner in block.blocks))
        case Rule():
            return Rule(line)
        case Paragraph():
            return Paragraph(line, block.text)
        case Code():
            return Code(line, block.text)
    return type(block)(line, block.text, block.rows)
