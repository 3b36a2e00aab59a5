"""Made-up records, and records without what rendering may change."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import strategies as st

from kbarchive.article import (
    SCHEMA,
    AppliesTo,
    Article,
    Block,
    Code,
    Item,
    List,
    Note,
    Paragraph,
    Reference,
    Rule,
    Section,
    Source,
    Table,
    Version,
)
from kbarchive.parsing.headings import section_kind
from kbarchive.parsing.inline import read_entry

_SOURCE = Source(None, None, 1, 1, "ftp", None, "lf", "")


def bare(article: Article) -> Any:
    """The record but for lines, source, diagnostics and the raw header."""
    facts = msgspec.to_builtins(article)
    for name in ("source", "diagnostics", "header"):
        del facts[name]
    metadata = facts.pop("metadata")
    return {**_without_lines(facts), "metadata": metadata}


def _without_lines(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_lines(inner) for name, inner in value.items() if name != "line"}
    return [_without_lines(inner) for inner in value] if isinstance(value, list | tuple) else value


def with_sections(sections: tuple[Section, ...], references: tuple[Reference, ...] = ()) -> Article:
    """A record that has only sections."""
    return Article(
        SCHEMA,
        "Q900001",
        "Q900001",
        "Title",
        None,
        None,
        (),
        (),
        (),
        (),
        {},
        (),
        (),
        sections,
        references,
        (),
        {},
        (),
        _SOURCE,
        (),
    )


# ---- Generated records ------------------------------------------------------------------------------------------------------

_WORDS = st.sampled_from(
    "the you server may not work when a file is closed twice error 0x80040154 C:\\Letters\\Post.exe &amp; (NDR) e.g. etc. "
    "- * o 1. 2) (a) b. NOTE: Warning: TIP - Keywords : TITLE = == ====== ---- _____ | Additional query words: a.b x;y {z} "
    "<LINK> A. é “quoted” Copyright IMPORTANT longer-than-most-words-of-any-article-that-was-ever-written-by-anyone".split(" ")
)
_PLAIN = st.sampled_from("The Closing This Some Letters Server".split())


@st.composite
def _prose(draw: st.DrawFn, most: int = 60) -> str:
    # The end makes sentences of them, in items too.
    return " ".join([draw(_PLAIN), *draw(st.lists(_WORDS, max_size=most)), "as it was when you had to be"])


@st.composite
def _code(draw: st.DrawFn, begins: bool = True) -> Code:
    """Code; `begins` tells whether pieces of it may begin as items do."""
    first = ["x = 1;", "dir c:", "[Section]"] + (["- option", "NOTE: no note", "7. seven", "Title :"] if begins else [])
    more = ["   y();", "z = 2;", "\tt()", "   - w", "{"] + ([""] if begins else [])
    return Code(0, "\n".join([draw(st.sampled_from(first)), *draw(st.lists(st.sampled_from(more), max_size=5)), "}"]))


_TABLE = st.sampled_from(
    [
        Table(0, "Name   Value\n----   -----\n\none    1\ntwo    2", (("Name", "Value"), ("one", "1"), ("two", "2"))),
        Table(0, "a   b\nc   d\ne   f", (("a", "b"), ("c", "d"), ("e", "f"))),
    ]
)
_LABELS = st.sampled_from(["NOTE", "Note", "WARNING", "Important", "TIP", "NOTES", "Note 2"])


@st.composite
def _list(draw: st.DrawFn, depth: int) -> List:
    count = draw(st.integers(2, 12 if depth == 0 else 3))
    # No asterisk: at the depth of program text it begins a comment, so beside code its list does not always come back.
    look = draw(st.sampled_from(["-", "o", "\u2022", "1.", "1)", "(1)", "a.", "A.", "(a)"]))
    markers = [look] * count
    if look[-1] in ".)":
        sign = look.strip("().")
        markers = [look.replace(sign, str(n + 1) if sign == "1" else chr(ord(sign) + n)) for n in range(count)]
    items = []
    for marker in markers:
        first: Block = Paragraph(0, draw(_prose(30)))
        if draw(st.integers(0, 9)) == 0:
            first = Note(0, draw(_LABELS), (first,))
        items.append(Item(marker, (first, *draw(_blocks(depth + 1, 2)))))
    return List(0, look[-1] in ".)", tuple(items))


@st.composite
def _blocks(draw: st.DrawFn, depth: int = 0, most: int = 6) -> tuple[Block, ...]:
    """Blocks that can stand one below the other: code and tables beside one another would be one piece."""
    kinds = (
        ["paragraph", "paragraph", "code", "note", "rule"] + (["list"] if depth < 3 else []) + (["table"] if depth == 0 else [])
    )
    found: list[Block] = []
    for kind in draw(st.lists(st.sampled_from(kinds), max_size=most)):
        above = _last(found[-1]) if found else None
        laid_out = isinstance(above, Code | Table)
        if kind == "paragraph":
            found.append(Paragraph(0, draw(_prose())))
        elif kind == "code" and not laid_out:
            found.append(draw(_code(begins=not isinstance(above, List))))
        elif kind == "table" and not laid_out:
            found.append(draw(_TABLE))
        elif kind == "rule":
            found.append(Rule(0))
        elif kind == "list":
            found.append(draw(_list(depth)))
        elif kind == "note":
            inner = draw(st.one_of(_prose().map(lambda text: Paragraph(0, text)), _code(begins=False)))
            found.append(Note(0, draw(_LABELS), (inner,)))
    return tuple(found)


def _last(block: Block) -> Block:
    """What stands last on the page: of a note, what it says."""
    return block.blocks[-1] if isinstance(block, Note) and block.blocks else block


@st.composite
def _section(draw: st.DrawFn, depth: int = 0) -> Section:
    heading = draw(st.sampled_from(["SYMPTOMS", "CAUSE", "MORE INFORMATION", "Step 2: Do It", "1. First", "ab"]))
    kind = section_kind(heading)
    if depth == 0 and draw(st.integers(0, 5)) == 0:
        kind = "other"
    inner = tuple(draw(st.lists(_section(1), max_size=2))) if depth == 0 else ()
    return Section(kind, heading, 0, draw(_blocks()), inner)


@st.composite
def _entry(draw: st.DrawFn, depth: int = 0) -> AppliesTo:
    text = draw(
        st.sampled_from(["Product, versions 1.0, 2.0", "Product 97", "the operating system: Mac OS (ALL)", "Other, used with:"])
    )
    return read_entry(text, tuple(draw(st.lists(_entry(depth + 1), max_size=2))) if depth < 2 else ())


_IDS = st.integers(10_000, 999_999).filter(lambda number: number != 900001).map(lambda number: f"Q{number}")


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """Records as the FTP form can have them."""
    sections = draw(st.lists(_section(), max_size=4))
    references = []
    for number, section in enumerate(sections):
        cited = draw(st.lists(st.tuples(_IDS, st.booleans()), max_size=2))
        texts = [
            f"{cite} HOWTO: Do This - or That" if titled else f"This is also what {cite} says about it."
            for cite, titled in cited
        ]
        texts = [text if titled else f"{draw(_prose(20))} {text}" for text, (_, titled) in zip(texts, cited, strict=True)]
        added = tuple(Paragraph(0, text) for text in texts)
        sections[number] = msgspec.structs.replace(section, blocks=(*added, *section.blocks))
        references += [
            Reference(cite, "HOWTO: Do This - or That" if titled else None, section.kind, 0) for cite, titled in cited
        ]
    lead = draw(_blocks())
    if lead:
        sections.insert(0, Section("body", "", 0, lead))
    keywords = tuple(draw(st.lists(st.sampled_from(["kbone", "kbtwo"]), max_size=3)))
    metadata = {"Keywords": "  ".join(keywords), "Issue type": "kbbug", "Version": ":1.0,  2.0"} if draw(st.booleans()) else {}
    entries = tuple(draw(st.lists(_entry(), max_size=3)))
    versions = st.builds(
        Version,
        st.sampled_from(["", "winnt", "MS-DOS"]),
        st.lists(st.sampled_from(["5.5", "4.0 SP3", "97"]), max_size=2).map(tuple),
    )
    return msgspec.structs.replace(
        with_sections(tuple(sections), tuple(references)),
        title=draw(_prose(10)),
        modified=draw(st.none() | st.dates().map(str)),
        collection=draw(st.none() | st.sampled_from(["exchange", "", "two words"])),
        products=tuple(draw(st.lists(st.sampled_from(["Microsoft Exchange", "MS-DOS"]), max_size=2))),
        versions=tuple(draw(st.lists(versions, max_size=3))),
        operating_systems=tuple(draw(st.lists(st.sampled_from(["WINDOWS", "OS/2"]), max_size=2))),
        keywords=keywords,
        applies_to=entries,
        residue=tuple(draw(st.lists(_prose(10), max_size=2))) if entries or metadata else (),
        query_words=tuple(draw(st.lists(_WORDS.filter(bool), max_size=20))),
        metadata=metadata,
        copyright=tuple(draw(st.lists(st.integers(1980, 2030), max_size=2))),
    )
