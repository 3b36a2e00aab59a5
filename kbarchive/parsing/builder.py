"""From the tree of an article to its record."""

from __future__ import annotations

import re

from kbarchive.article import SCHEMA, AppliesTo, Article, Block, Diagnostic, Reference, Section, SectionKind, Source
from kbarchive.dialects import UNKNOWN
from kbarchive.parsing.applies import read_box
from kbarchive.parsing.articles import Part
from kbarchive.parsing.driver import Child, Node
from kbarchive.parsing.header import Header, read_epilogue, read_header, read_preamble
from kbarchive.parsing.headings import read_heading, read_label, section_kind
from kbarchive.parsing.inline import find_citations
from kbarchive.parsing.lexer import Token
from kbarchive.parsing.notice import read_notice
from kbarchive.parsing.text import undecodable
from kbarchive.parsing.trailer import read_trailer
from kbarchive.parsing.typeset import Typesetter

_MAY_CITE = re.compile(r"Q[0-9]")
_SITE = "support.microsoft.com/"
_MAY_CITE_BY_ADDRESS = re.compile(r"Q[0-9]|support\.microsoft\.com/(?:kb|help)/")
_QUERY_LABEL = re.compile(r"[^:]*:")
# The title of a reference whose label stands in a block of its own, one blank line further down, and may be cut
# by another (Q121130).
_LATE_TITLE = re.compile(
    r"[ \t]*TITLE[ ]*:((?:(?![=\-]{20})[^\n]*[^\s][^\n]*\n){1,8}(?:\n+[ ]{2,}[A-Z][A-Za-z ]{0,40}\n(?=\n))?)"
)
_FURNITURE = frozenset(
    "APPLIES OPEN_APPLIES PUBLISHED QUERY_WORDS OLD_QUERY_WORDS TRAILER CATEGORIES NOTICE OLD_NOTICE CHROME BLANK"
    " PREAMBLE HEADER EPILOGUE".split()
)


class Builder:
    """Builds the record of one article out of its tree; one is made for each article."""

    def __init__(self, part: Part) -> None:
        text = part.text
        self._text = text.readable
        self._decoded = text
        self._part = part
        self._dialect = part.dialect
        self._typesetter = Typesetter(self._text)
        self._header = Header()
        self._applies: tuple[AppliesTo, ...] = ()
        self._residue: list[str] = []
        self._query_words: list[str] = []
        self._metadata: dict[str, str] = {}
        self._years: tuple[int, ...] = ()
        self._references: list[Reference] = []
        self._seen: set[tuple[str, int]] = set()
        self._diagnostics: list[Diagnostic] = []
        self._trailed = False
        # Where references may stand, so that texts without any are not looked at again; the last is beyond the end.
        may_cite = _MAY_CITE_BY_ADDRESS if _SITE in self._text else _MAY_CITE
        self._citing = [match.start() for match in may_cite.finditer(self._text)]
        self._citing.append(len(self._text))
        self._next_citing = 0

    def build(self, tree: Node, source: Source, key: str | None) -> Article:
        """The record. `key` is what the article goes by where it has no id."""
        children = tree[1]
        if children and children[-1][0] == "EPILOGUE":
            children, epilogue = children[:-1], children[-1]
        else:
            epilogue = None
        first_heading = _first_heading(children)
        sections = self._front(children[:first_heading])
        front = children[first_heading:]
        nested: list[Section] = []
        for child in front:
            if child[0] != "subsection":
                break
            nested.append(self._subsection(child, "body"))
        if nested:
            body = sections.pop() if sections else None
            line = body.line if body else nested[0].line
            sections.append(Section("body", "", line, body.blocks if body else (), tuple(nested)))
        sections += [self._section(child) for child in front[len(nested) :]]
        if epilogue:
            self._furniture(epilogue)
        header = self._header
        dialect = self._dialect
        first_line = self._decoded.line
        if dialect is UNKNOWN:
            self._tell("not-an-article", first_line, "the text bears the marks of no known form of article")
        elif not sections:
            self._tell("no-body", first_line, "there is no text below the header")
        self._diagnostics += undecodable(self._decoded)
        if self._decoded.folded:
            self._tell("line-ends-lost", first_line, "the line ends became blanks; where paragraphs began cannot be told")
        keywords = header.keywords
        filed = self._metadata.get("Keywords", self._metadata.get("KBCategory"))
        if filed is not None:
            trailer_keywords = tuple(filed.split())
            if keywords != trailer_keywords and header.keywords_line is not None:
                line = header.keywords_line + 1
                self._tell("header-keywords-cut", line, "the header's keywords differ from the trailer's, which are taken")
            keywords = trailer_keywords
        elif dialect.complete and "LABEL" not in dialect.blocks:
            self._tell("no-trailer", first_line, "there is no trailer; the keywords are the header's")
        if len(self._diagnostics) > 1:
            self._diagnostics.sort(key=lambda diagnostic: diagnostic.line)
        return Article(
            SCHEMA,
            header.id,
            header.id or key or "",
            header.title,
            header.modified,
            header.collection,
            header.products or ((self._part.heading,) if self._part.heading else ()),
            header.versions,
            header.operating_systems,
            keywords,
            header.fields,
            self._applies,
            tuple(self._residue),
            tuple(sections),
            tuple([reference for reference in self._references if reference.id != header.id]),
            tuple(self._query_words),
            self._metadata,
            () if dialect.template else self._years,
            source,
            tuple(self._diagnostics),
        )

    # ---- The parts of the tree ------------------------------------------------------------------------------------------

    def _front(self, children: list[Child]) -> list[Section]:
        """What stands before the first heading: header, residue, the box, and text without a heading."""
        kinds = [child[0] for child in children]
        box = kinds.index("APPLIES") if "APPLIES" in kinds else 0
        lead: list[Child] = []
        for number, child in enumerate(children):
            if child[0] in _FURNITURE:
                self._furniture(child)
            elif number < box or self._trailed:
                self._leave(child)
            else:
                lead.append(child)
                self._cite(child, "body")
        if not lead:
            return []
        return [Section("body", "", _first(lead[0])[3], self._typesetter.blocks(lead))]

    def _section(self, tree: Node) -> Section:
        children = tree[1]
        name, start, end, line = children[0]
        self._trailed = False
        heading, fits = read_heading(self._text[start:end]) if name == "HEADING" else (read_label(self._text[start:end]), True)
        kind = section_kind(heading)
        if not fits:
            # By its underline it is none, so it does not count as one of the standard sections.
            kind = "other"
            self._tell("heading-underline", line + 1, f"the underline of {heading!r} has another length")
        elif name == "HEADING" and kind != "other" and heading.lower().replace(" ", "-") != kind:
            self._tell("heading-misspelt", line, f"{heading!r} was taken for {kind}")
        blocks, rest = self._blocks(children, kind)
        return Section(kind, heading, line, blocks, tuple([self._subsection(child, kind) for child in rest]))

    def _subsection(self, tree: Node, parent: SectionKind) -> Section:
        _, start, end, line = tree[1][0]
        heading, fits = read_heading(self._text[start:end])
        if not fits:
            self._tell("heading-underline", line + 1, f"the underline of {heading!r} has another length")
        blocks, _ = self._blocks(tree[1], parent)
        return Section(section_kind(heading), heading, line, blocks)

    def _blocks(self, children: list[Child], kind: SectionKind) -> tuple[tuple[Block, ...], list[Node]]:
        """The blocks of a section, below its heading, and its sub-sections; furniture among the blocks is taken out."""
        cites = self._citing[self._next_citing] < _end(children[-1])
        text: list[Child] = []
        number = 0
        for child in children:
            name = child[0]
            if name == "subsection":
                break
            number += 1
            if name in _FURNITURE:
                self._furniture(child)
            elif self._trailed:
                self._leave(child)
            else:
                text.append(child)
                if cites:
                    self._cite(child, kind)
        return self._typesetter.blocks(text), children[number:]

    # ---- Furniture: what is no running text ------------------------------------------------------------------------

    def _furniture(self, token: Token) -> None:
        kind, start, end, _ = token
        take = _TAKE.get(kind)
        if take:
            take(self, token, self._text[start:end])

    def _take_preamble(self, token: Token, piece: str) -> None:
        read_preamble(piece, self._dialect, self._header, token[3] - 1, self._part.heading)
        self._skip_citing(token[2])
        self._take_leftover()

    def _take_epilogue(self, token: Token, piece: str) -> None:
        del token
        read_epilogue(piece, self._dialect, self._header)
        self._take_leftover()

    def _take_header(self, token: Token, piece: str) -> None:
        header = self._header
        read_header(piece, self._dialect, header, token[3] - 1)
        for code, offset, message in header.problems:
            self._tell(code, offset + 1, message)
        self._skip_citing(token[2])
        self._take_leftover()
        if "Q" in header.title:
            for citation in find_citations(" " + header.title):
                self._refer(citation.id, citation.title, "title", header.title_line + 1)

    def _take_leftover(self) -> None:
        self._residue += self._header.leftover
        self._header.leftover = []

    def _take_applies(self, token: Token, piece: str) -> None:
        entries, strange = read_box(piece, piece.startswith("-"))
        self._applies += entries
        self._residue += strange
        self._cite(token, "applies-to")

    def _take_published(self, token: Token, piece: str) -> None:
        """The number an article had before, which is nearly always the one it has."""
        label, _, number = piece.strip().rstrip(".").rpartition(" ")
        self._header.fields.setdefault(label, number)
        self._cite(token, "residue")

    def _take_categories(self, token: Token, piece: str) -> None:
        fields, strange = read_trailer(piece)
        for name, value in fields:
            previous = self._metadata.get(name)
            self._metadata[name] = f"{previous} {value}" if previous else value
        self._residue += strange
        self._cite(token, "residue")

    def _take_query_words(self, token: Token, piece: str) -> None:
        self._query_words += _QUERY_LABEL.sub("", piece, count=1).split()
        self._cite(token, "query-words")

    def _take_trailer(self, token: Token, piece: str) -> None:
        fields, strange = read_trailer(piece)
        for name, value in fields:
            if name in self._metadata:
                self._residue.append(f"{name}: {value}")
                self._tell("trailer-field-doubled", token[3], f"{name} stands twice; the first is taken")
            else:
                self._metadata[name] = value
        self._residue += strange
        self._trailed = True

    def _take_notice(self, token: Token, piece: str) -> None:
        years, strange = read_notice(piece)
        self._years = self._years or years
        if strange:
            self._tell("notice-altered", token[3], "lines stand in the legal notice that are none of it")
            self._residue += strange

    def _leave(self, child: Child) -> None:
        """Text that has no field of its own."""
        self._cite(child, "residue")
        _, start, _, line = _first(child)
        text = self._text[start : _end(child)].strip()
        if child[0] != "RULE" and text:
            self._residue.append(text)
            self._tell("residue", line, "text stands where the form has none")

    # ---- References ---------------------------------------------------------------------------------------------------------

    def _skip_citing(self, place: int) -> None:
        while self._citing[self._next_citing] < place:
            self._next_citing += 1

    def _cite(self, child: Child, section: str) -> None:
        """Finds the references in a token, or in all those of a list."""
        if child[0].islower():
            for inner in child[1]:
                if self._citing[self._next_citing] < _end(inner):
                    self._cite(inner, section)
            return
        _, start, end, line = child
        if self._citing[self._next_citing] < start:
            self._skip_citing(start)
        if self._citing[self._next_citing] >= end:
            return
        self._next_citing += 1
        late = _LATE_TITLE.match(self._text, end)
        counted = 0  # up to where in the token lines are counted
        for citation in find_citations(self._text[start:end].rstrip("\n")):
            title = citation.title
            if title is None and late:
                title = " ".join(late[1].split())
            if not self._decoded.folded:
                line += self._text.count("\n", start + counted, start + citation.place)
                counted = citation.place
            self._refer(citation.id, title, section, line)

    def _refer(self, article: str, title: str | None, section: str, line: int) -> None:
        if (article, line) not in self._seen:
            self._seen.add((article, line))
            self._references.append(Reference(article, title, section, line))

    def _tell(self, code: str, line: int, message: str) -> None:
        self._diagnostics.append(Diagnostic(code, line, message))


_TAKE = {
    "PREAMBLE": Builder._take_preamble,
    "HEADER": Builder._take_header,
    "APPLIES": Builder._take_applies,
    "OPEN_APPLIES": Builder._take_applies,
    "QUERY_WORDS": Builder._take_query_words,
    "OLD_QUERY_WORDS": Builder._take_query_words,
    "TRAILER": Builder._take_trailer,
    "PUBLISHED": Builder._take_published,
    "CATEGORIES": Builder._take_categories,
    "NOTICE": Builder._take_notice,
    "OLD_NOTICE": Builder._take_notice,
    "EPILOGUE": Builder._take_epilogue,
}


def _first_heading(children: list[Child]) -> int:
    """Where in a node's children its sections begin."""
    for number, child in enumerate(children):
        if child[0] == "section" or child[0] == "subsection":
            return number
    return len(children)


def _first(child: Child) -> Token:
    """The first token of a child."""
    while child[0].islower():
        child = child[1][0]
    token: Token = child
    return token


def _end(child: Child) -> int:
    while child[0].islower():
        child = child[1][-1]
    return int(child[2])
