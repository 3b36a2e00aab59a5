"""Reads HTML pages, and pieces of them, by lxml to a flow."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import lxml.etree
import lxml.html

from kbarchive.article import Block, Code, Item, List, Paragraph, Rule, block_text
from kbarchive.markup.flow import Content, Element, Flow, Heading, Link, squeeze, table

HTML_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)\b")
_PAGE = re.compile(r"\s*(?:<!DOCTYPE\s+html|<html\b|<\?xml\b[^>]*>\s*<(?:!DOCTYPE\s+html|html\b)|<pre\b)", re.IGNORECASE)
_PIECE = re.compile(r"</(?:h[1-6]|p|div|table|ul|ol|span)>", re.IGNORECASE)
_FAR = 4096
_MOST_LEVELS = 100

_SILENT = frozenset("script style template noscript object iframe svg math select canvas audio video applet embed".split())
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q s samp small span strike strong"
    " sub sup time tt u var wbr basefont blink bgsound marquee meter output progress picture rb rp rt rtc ruby slot spacer"
    " track".split()
)
_BLOCK = frozenset(
    "address area article aside base blockquote body br button caption center col colgroup dd details dialog dir div dl dt"
    " fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html ilayer img input"
    " isindex keygen layer legend li link listing main map menu meta multicol nav nextid noembed noframes ol optgroup option p"
    " param plaintext pre search section source summary table tbody td textarea tfoot th thead title tr ul xml xmp".split()
)
_ANGLE = re.compile(rb"</?([A-Za-z][A-Za-z0-9]*)(?![A-Za-z0-9:\-])")
_BREAK = "\n"


def is_element(name: str) -> bool:
    """Whether HTML has an element of this name; what else stands between angles is a word, such as <server>."""
    name = name.lower()
    return name in _INLINE or name in _BLOCK or name in _SILENT


def is_inline(name: str) -> bool:
    """Whether an element of this name stands within a line."""
    return name.lower() in _INLINE


def looks_like_html(text: str) -> bool:
    """Whether a text is a page or a piece of one, not plain text that shows some HTML."""
    if _PAGE.match(text):
        return True
    head = text[:_FAR]
    tags = sum(is_element(match[1]) for match in HTML_TAG.finditer(head))
    return bool(_PIECE.search(head)) and tags >= 4 and tags * 120 >= len(head)


def read_html(text: str) -> Flow:
    """The flow of an HTML page or of a piece of one. Any text gives a flow."""
    reader = _Reader()
    # A signless document has no tree; a NUL ends one early.
    source = text.replace("\0", "\ufffd").encode("utf-8", "replace")
    if source.strip():
        # A word between angles would be taken for a tag, and lost.
        source = _ANGLE.sub(lambda match: match[0] if is_element(match[1].decode()) else b"&lt;" + match[0][1:], source)
        parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
        with contextlib.suppress(lxml.etree.ParserError):  # there is nothing in it but comments
            reader.read(lxml.html.document_fromstring(source, parser=parser, ensure_head_body=True))
    reader.flush()
    return Flow(reader.title, tuple(reader.elements))


class _Reader:
    """Walks a tree and gathers its elements; one is made for each page, and for each item of a list."""

    def __init__(self, depth: int = 0) -> None:
        self.title: str | None = None
        self.elements: list[Element] = []
        self._parts: list[str] = []
        self._links: list[Link] = []
        self._line = 0
        self._depth = depth

    def read(self, node: Any) -> None:
        """Reads a node and what is in it, not what follows it."""
        name = node.tag if isinstance(node.tag, str) else ""
        if name in _SILENT or not name:
            return
        if self._depth > _MOST_LEVELS:  # deeper than any page: its text is kept, its layout is not
            self._say("".join(node.itertext()), node)
            return
        self._depth += 1
        reader = _READERS.get(name)
        if reader:
            reader(self, node)
        elif name in _INLINE or name not in _BLOCK:
            self._inner(node)
        else:
            self.flush()
            self._inner(node)
            self.flush()
        self._depth -= 1

    def flush(self) -> None:
        """Ends the paragraph that is being gathered; where its lines are broken by hand, each is one."""
        links = tuple(self._links)
        for piece in "".join(self._parts).split(_BREAK):
            words = squeeze(piece)
            if words:
                self.elements.append(Content(Paragraph(self._line or 1, words), links))
                links = ()
        if links and self.elements and isinstance(self.elements[-1], Content):
            last = self.elements[-1]
            self.elements[-1] = Content(last.block, (*last.links, *links))
        self._parts, self._links, self._line = [], [], 0

    def _inner(self, node: Any) -> None:
        self._say(node.text, node)
        for child in node:
            self.read(child)
            self._say(child.tail, child)

    def _say(self, text: str | None, node: Any) -> None:
        if text:
            if text.strip() and not self._line:
                self._line = node.sourceline or 1
            self._parts.append(_flat(text))

    def _link(self, node: Any) -> None:
        before = len(self._parts)
        self._inner(node)
        if node.get("href"):
            self._links.append(Link(node.get("href").strip(), squeeze("".join(self._parts[before:])), node.sourceline or 1))

    def _break(self, node: Any) -> None:
        del node
        self._parts.append(_BREAK)

    def _image(self, node: Any) -> None:
        self._say(node.get("alt"), node)

    def _heading(self, node: Any) -> None:
        self.flush()
        inner = self._apart(node)
        text = squeeze(" ".join(_words(inner)))
        if text:
            self.elements.append(Heading(int(node.tag[1]), text, node.sourceline or 1))
            if self.title is None and node.tag == "h1":
                self.title = text

    def _code(self, node: Any) -> None:
        self.flush()
        text = "".join(_with_breaks(node)).strip("\r\n").replace("\r\n", "\n").rstrip()
        if text:
            self.elements.append(Content(Code(node.sourceline or 1, text)))

    def _rule(self, node: Any) -> None:
        self.flush()
        self.elements.append(Content(Rule(node.sourceline or 1)))

    def _list(self, node: Any) -> None:
        self.flush()
        ordered = node.tag == "ol"
        items = [(f"{number}." if ordered else "-", child) for number, child in enumerate(node.iterchildren("li"), 1)]
        self._say(node.text, node)
        self.flush()
        self._items(node, ordered, items)
        for child in node:
            if child.tag != "li":
                self.read(child)
                self.flush()
            self._say(child.tail, child)
            self.flush()

    def _items(self, node: Any, ordered: bool, items: list[tuple[str, Any]]) -> None:
        found = []
        links: list[Link] = []
        for marker, child in items:
            blocks: list[Block] = []
            for element in self._apart(child):
                if isinstance(element, Heading):
                    blocks.append(Paragraph(element.line, element.text))
                else:
                    blocks.append(element.block)
                    links += element.links
            if blocks:
                found.append(Item(marker, tuple(blocks)))
        if found:
            self.elements.append(Content(List(node.sourceline or 1, ordered, tuple(found)), tuple(links)))

    def _table(self, node: Any) -> None:
        """A table of data, the drawing of a list, or what lays out a page: then it is what stands in it."""
        self.flush()
        rows, strays = _cells(node)
        style = (node.get("class") or "").split()
        ordered = "ol" in style
        listed = "list" in style and all(len(row) == 2 and (ordered or _is_sign(row[0])) for row in rows)
        if not listed and (
            max(map(len, rows), default=0) < 2
            or any(True for _ in node.iter("pre", "ul", "ol", *_HEADINGS))
            or _holds_table(node)
        ):
            self._inner(node)
            self.flush()
            return
        for words in strays:
            self._say(words, node)
            self.flush()
        if listed:
            self._items(node, ordered, [(squeeze(row[0].text_content()) if ordered else "-", row[1]) for row in rows])
        else:
            cells = [[self._apart(cell) for cell in row] for row in rows]
            links = tuple(
                link
                for row in cells
                for cell in row
                for element in cell
                if isinstance(element, Content)
                for link in element.links
            )
            text = [[" ".join(_words(cell)) for cell in row] for row in cells]
            self.elements.append(Content(table(node.sourceline or 1, text), links))

    def _title(self, node: Any) -> None:
        if self.title is None:
            self.title = squeeze(node.text_content()) or None

    def _apart(self, node: Any) -> list[Element]:
        """What stands in a node, by itself."""
        reader = _Reader(self._depth)
        reader._inner(node)
        reader.flush()
        return reader.elements


_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_READERS: dict[str, Any] = {
    "a": _Reader._link,
    "br": _Reader._break,
    "img": _Reader._image,
    **dict.fromkeys(_HEADINGS, _Reader._heading),
    "pre": _Reader._code,
    "hr": _Reader._rule,
    "ul": _Reader._list,
    "ol": _Reader._list,
    "menu": _Reader._list,
    "table": _Reader._table,
    "title": _Reader._title,
}


def _flat(text: str) -> str:
    """White space of HTML as blanks, so that only breaks made by hand are line ends."""
    return text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ")


def _words(elements: list[Element]) -> list[str]:
    """The text of elements, blocks and headings alike."""
    return [element.text if isinstance(element, Heading) else block_text(element.block) for element in elements]


def _with_breaks(node: Any) -> list[str]:
    parts = [node.text or ""]
    for child in node.iterdescendants():
        if child.tag == "br":
            parts.append("\n")
        elif isinstance(child.tag, str):
            parts.append(child.text or "")
        parts.append(child.tail or "")
    return parts


def _cells(table: Any) -> tuple[list[list[Any]], list[str]]:
    """The cells of a table by row, however deep they stand in it, and the text that stands in none, such as its caption."""
    rows: list[list[Any]] = []
    strays: list[str] = []
    pending: list[Any] = [table]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            if node.strip():
                strays.append(node)
        elif node.tag == "caption":
            strays.append(node.text_content())
        elif node.tag in ("td", "th"):
            if not rows:
                rows.append([])
            rows[-1].append(node)
        elif node.tag not in _SILENT:
            if node.tag == "tr":
                rows.append([])
            inner = [node.text or ""]
            for child in node:
                inner += [child, child.tail or ""]
            pending += reversed(inner)
    return rows, strays


def _is_sign(cell: Any) -> bool:
    """Whether a cell has no words: a bullet."""
    return not any(map(str.isalnum, cell.text_content()))


def _holds_table(node: Any) -> bool:
    return any(inner is not node for inner in node.iter("table"))
