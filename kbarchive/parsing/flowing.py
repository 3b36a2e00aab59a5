"""From a flow of headings and blocks, as Markdown and HTML are read to, to the record of an article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from kbarchive.article import (
    SCHEMA,
    AppliesTo,
    Article,
    Block,
    Diagnostic,
    List,
    Paragraph,
    Reference,
    Section,
    SectionKind,
    Source,
    Table,
    block_text,
)
from kbarchive.dialects import Dialect
from kbarchive.markup.flow import Content, Element, Flow, Heading, Link
from kbarchive.parsing.header import Header, finish_header, is_chrome, read_field, read_line
from kbarchive.parsing.headings import read_label, section_kind
from kbarchive.parsing.inline import find_citations, read_entry

_ARTICLE_LINK = re.compile(
    r"https?://(?:go\.|www\.)?support2?\.microsoft\.com/(?:[a-z]{2}-[a-z]{2}/)?"
    r"(?:(?:help|kb|topic)/|default\.aspx/?\?(?:[^#]*&)?(?:scid=)?kb;[^;]*;|\?(?:id|kbid)=)(?:Q|KB)?0*([1-9][0-9]{4,6})\b",
    re.IGNORECASE,
)
_NUMBER_BEFORE = re.compile(r"\A(?:KB[ ]?|Q)?[0-9]{5,7}\b[\s:\-\u2013]*|\s*\((?:KB|Q)?[0-9]{5,7}\)\Z|\A(?:KB|Q)?[0-9]{5,7}\Z")
_KEYWORDS = re.compile(r"Keywords[ ]*:?[ ]*((?:\bkb\w+[ ,]*)*)", re.IGNORECASE)
_PAGE = re.compile(
    r"(?:\u2191[ ]*)?(?:Back to the top ?)+(?:\|[ ]Give Feedback)?|Expand all[ ]*\|[ ]*Collapse all|(?:Article translations ?)+"
)
_DEEPEST = 6  # of HTML's headings
_APPLIES = re.compile(r"(?:the information in this article )?applies to:?", re.IGNORECASE)


class FlowBuilder:
    """Builds the record of one article out of a flow; one is made for each article."""

    def __init__(self, flow: Flow, dialect: Dialect) -> None:
        self._flow = flow
        self._dialect = dialect
        self._header = Header()
        self._rows = list(dialect.rows)
        self._applies: list[AppliesTo] = []
        self._residue: list[str] = []
        self._metadata: dict[str, str] = {}
        self._references: dict[tuple[str, int], Reference] = {}
        self._diagnostics: list[Diagnostic] = []

    def build(self, source: Source, key: str, facts: Mapping[str, object], told: Sequence[Diagnostic] = ()) -> Article:
        """The record. `facts` are the values of front matter; `key` is what the article goes by where it has no id; `told`
        is what is known to be odd in its source.
        """
        header = self._header
        elements = list(self._flow.elements)
        self._read_facts(facts)
        self._read_front(elements)
        finish_header(header)
        title = header.title or self._flow.title or ""
        sections = self._sections(elements, title)
        header.title = header.title or " ".join(title.split())
        for code, offset, message in header.problems:
            self._diagnostics.append(Diagnostic(code, offset + 1, message))
        if not sections:
            self._diagnostics.append(Diagnostic("no-body", source.line, "there is no text below the header"))
        elif self._dialect.block and not self._dialect.flow:
            message = "a text stands in a page whose lines are not its own; its layout was not read"
            self._diagnostics.append(Diagnostic("layout-lost", source.line, message))
        self._diagnostics += told
        references = [reference for reference in self._references.values() if reference.id != header.id]
        return Article(
            SCHEMA,
            header.id,
            header.id or key,
            header.title,
            header.modified,
            header.collection,
            header.products,
            header.versions,
            header.operating_systems,
            header.keywords or tuple(self._metadata.get("Keywords", "").split()),
            header.fields,
            tuple(self._applies),
            (*self._residue, *header.leftover),
            tuple(sections),
            tuple(references),
            (),
            self._metadata,
            (),
            source,
            tuple(sorted(self._diagnostics, key=lambda diagnostic: diagnostic.line)),
        )

    # ---- The header -----------------------------------------------------------------------------------------------------

    def _read_facts(self, facts: Mapping[str, object]) -> None:
        for name, value in facts.items():
            values = value if isinstance(value, list) else [value]
            words = [str(one).strip() for one in values if one is not None]
            self._header.fields[name] = ", ".join(words)
            meaning = self._dialect.fields.get(name)
            if meaning == "applies to":
                self._applies += [read_entry(" ".join(word.split())) for word in words if word]
            elif meaning is not None:
                value = self._header.fields.pop(name)
                read_field(name, meaning, value, 0, self._dialect, self._header)

    def _read_front(self, elements: list[Element]) -> None:
        """Takes the header's lines out of the elements before the first section: what is left of them is text."""
        number = 0
        above = 0  # how many elements stand before the first line of the header
        while number < len(elements):
            element = elements[number]
            before = len(self._header.fields)
            if isinstance(element, Heading):
                if section_kind(read_label(element.text)) != "other":
                    break
                titled = self._header.title
                if not self._take_line(element.text, element.line):
                    number += 1
                elif self._header.title != titled:  # its number stood beside it
                    elements[number] = element._replace(text=self._header.title)
                    number += 1
                else:
                    del elements[number]
                if not before and self._header.fields:
                    above = number
                continue
            lines = block_text(element.block).split("\n")
            left = [line for line in lines if not self._take_line(line.strip(), element.block.line)]
            if not left:
                del elements[number]
            elif len(left) < len(lines) and isinstance(element.block, Paragraph):
                elements[number] = Content(Paragraph(element.block.line, " ".join(left)), element.links)
                number += 1
            else:
                number += 1
            if not before and self._header.fields:
                above = number
        self._take_title(elements, above)
        for entry in self._header.raw.get("applies to", "").split(", "):
            if entry:
                self._applies.append(read_entry(" ".join(entry.split())))

    def _take_title(self, elements: list[Element], above: int) -> None:
        """The title, where nothing else says what it is: the first or last paragraph above the header, or the next one."""
        place = self._dialect.above
        if self._header.title or not place or _title_heading(elements) is not None:
            return
        if any(isinstance(element, Heading) for element in elements[:above]):
            return
        number = {"first": 0, "last": above - 1, "next": above}[place]
        element = elements[number] if 0 <= number < min(above + (place == "next"), len(elements)) else None
        if isinstance(element, Content) and isinstance(element.block, Paragraph):
            self._header.title = element.block.text
            self._header.title_line = element.block.line - 1
            del elements[number]

    def _take_line(self, line: str, number: int) -> bool:
        """Whether a line is of the header, or of the page."""
        if not line or is_chrome(line, self._dialect):
            return True
        return read_line(line, number - 1, self._dialect, self._header, self._rows)

    # ---- The sections -------------------------------------------------------------------------------------------------------

    def _sections(self, elements: list[Element], title: str) -> list[Section]:
        number = _title_heading(elements)
        if number is not None and not (number and self._header.title):
            named = elements[number]
            assert isinstance(named, Heading)
            if not self._header.title:
                self._header.title = named.text
            elif named.text != title:
                self._leave(named)
            for element in elements[:number]:  # of the page, not of the article
                self._leave(element)
            del elements[: number + 1]
        top = min((element.level for element in elements if isinstance(element, Heading)), default=1)
        found: list[Section] = []
        for heading, inner in _split(elements, top):
            if heading is not None and _APPLIES.fullmatch(heading.text.strip()):
                self._take_applies(inner)
                continue
            if heading is not None and _KEYWORDS.fullmatch(heading.text.strip()) and self._take_keywords(inner):
                continue
            name = read_label(heading.text) if heading else ""
            kind: SectionKind = section_kind(name) if heading else "body"
            section = self._section(kind, name, heading.line if heading else 0, inner, kind)
            if heading or section.blocks or section.sections:
                found.append(section)
        return found

    def _section(self, kind: SectionKind, name: str, line: int, inner: list[Element], parent: str) -> Section:
        blocks: list[Block] = []
        nested: list[Section] = []
        number = 0
        while number < len(inner) and isinstance(content := inner[number], Content):
            if not self._take_furniture(content.block):
                blocks.append(content.block)
                self._cite(content, parent)
            number += 1
        while number < len(inner):
            heading = inner[number]
            assert isinstance(heading, Heading)
            end = number + 1
            while end < len(inner) and not (isinstance(other := inner[end], Heading) and other.level <= heading.level):
                end += 1
            label = read_label(heading.text)
            contents = inner[number + 1 : end]
            nested.append(self._section(section_kind(label), label, heading.line, contents, parent))
            number = end
        return Section(kind, name, line or (blocks[0].line if blocks else 1), tuple(blocks), tuple(nested))

    def _take_applies(self, inner: list[Element]) -> None:
        """The entries: what stands in lists or, where is none, each line up to words of the page; the rest is left over."""
        listed = any(isinstance(element, Content) and isinstance(element.block, List) for element in inner)
        ended = False
        for heading, part in _split(inner, _DEEPEST):
            if heading is not None:
                if _KEYWORDS.fullmatch(heading.text) and self._take_keywords(part):
                    continue
                self._leave(heading)
            for element in part:
                if isinstance(element, Content) and self._take_furniture(element.block):
                    ended = bool(self._applies)
                elif isinstance(element, Heading) or ended or (listed and not isinstance(element.block, List)):
                    self._leave(element)
                else:
                    self._applies += [read_entry(" ".join(line.split())) for line in _entries(element.block)]

    def _leave(self, element: Element) -> None:
        """What has no field of its own."""
        if isinstance(element, Heading):
            self._residue.append(element.text)
        elif (text := block_text(element.block).strip()) and not self._take_furniture(element.block):
            self._residue.append(text)
            self._cite(element, "residue")

    def _take_keywords(self, inner: list[Element]) -> bool:
        """Whether a section begins with keywords: then it is none, and what follows them is left over."""
        words: list[str] = []
        rest: list[Element] = []
        for element in inner:
            if isinstance(element, Heading):
                return False
            bare = block_text(element.block).split()
            if not rest and all(word.lower().startswith("kb") for word in bare):
                words += bare
            else:
                rest.append(element)
        if not words and any(isinstance(element, Content) and not self._is_furniture(element.block) for element in rest):
            return False
        self._add_keywords(words)
        for element in rest:
            self._leave(element)
        return True

    def _take_furniture(self, block: Block) -> bool:
        """Whether a block has words of the page, not of the article, or its keywords, which are taken."""
        is_furniture = self._is_furniture(block)
        if is_furniture:
            self._add_keywords(self._keywords(block))
        return is_furniture

    def _is_furniture(self, block: Block) -> bool:
        return bool(self._keywords(block)) or _PAGE.fullmatch(self._words(block)) is not None

    def _keywords(self, block: Block) -> list[str]:
        match = _KEYWORDS.fullmatch(self._words(block))
        return match[1].split() if match else []

    def _words(self, block: Block) -> str:
        """The words of a block that may be no text of the article."""
        may_be = isinstance(block, Paragraph | Table) and "CHROME" in self._dialect.blocks
        return " ".join(block_text(block).split()) if may_be else ""

    def _add_keywords(self, words: list[str]) -> None:
        if words:
            self._metadata["Keywords"] = " ".join([*self._metadata.get("Keywords", "").split(), *words])

    def _cite(self, content: Content, section: str) -> None:
        linked: dict[str, int] = {}
        for link in content.links:
            match = _ARTICLE_LINK.match(link.target)
            if match:
                self._refer(f"Q{match[1]}", _link_title(link), section, link.line)
                linked.setdefault(f"Q{match[1]}", link.line)
        text = block_text(content.block)
        if "Q" in text or "microsoft.com/" in text:
            for citation in find_citations(text):
                line = content.block.line + (0 if isinstance(content.block, Paragraph) else text.count("\n", 0, citation.place))
                self._refer(citation.id, citation.title, section, linked.get(citation.id, line))

    def _refer(self, article: str, title: str | None, section: str, line: int) -> None:
        known = self._references.get((article, line))
        if known is None or (known.title is None and title):  # the address that is linked, and then the title behind it
            self._references[article, line] = Reference(article, title, section, line)


def _title_heading(elements: list[Element]) -> int | None:
    """Where a page's title stands: its only heading of the highest level, first of all or, as an h1, below other words."""
    levels = [element.level for element in elements if isinstance(element, Heading)]
    top = min(levels, default=0)
    if levels.count(top) != 1:
        return None
    for number, element in enumerate(elements):
        if isinstance(element, Heading):
            if section_kind(read_label(element.text)) != "other":
                return None
            if element.level == top:
                return number if number == 0 or top == 1 else None
    return None


def _split(elements: list[Element], level: int) -> Iterator[tuple[Heading | None, list[Element]]]:
    """The elements in parts: what stands before the first heading of a level or above, and each such with what it heads."""
    heading: Heading | None = None
    inner: list[Element] = []
    for element in elements:
        if isinstance(element, Heading) and element.level <= level:
            if heading is not None or inner:
                yield heading, inner
            heading, inner = element, []
        else:
            inner.append(element)
    if heading is not None or inner:
        yield heading, inner


def _entries(block: Block) -> Iterator[str]:
    if isinstance(block, List):
        for item in block.items:
            yield from (line for inner in item.blocks for line in block_text(inner).split("\n"))
    else:
        yield from (line for line in block_text(block).split("\n") if line.strip())


def _link_title(link: Link) -> str | None:
    title = _NUMBER_BEFORE.sub("", " ".join(link.text.split()))
    return title if title and not title.startswith("http") else None
