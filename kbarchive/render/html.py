"""An article as a bare HTML page: valid, accessible, without style or script; or its body alone, for other pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from html import escape

from kbarchive.article import AppliesTo, Article, Block, Code, Item, List, Note, Paragraph, Rule, Section, Table
from kbarchive.render.clean import printable

_DEEPEST_HEADING = 6
_DASHES = re.compile(r"[ \-]*-[ \-]*")


def _beside(article: str) -> str:
    return f"{article}.html"


def html_text(text: str) -> str:
    """Text as HTML: everything escaped, nothing that steers."""
    return escape(printable(text))


def to_html(article: Article, link: Callable[[str], str] = _beside) -> str:
    """The article as a page. `link` gives the address of the page of another article, by its id."""
    title = html_text(article.title or article.key or "No title")
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>" if article.id is None else f"<title>{html_text(article.id)}: {title}</title>",
        "</head>",
        "<body>",
        "<main>",
        f"<h1>{title}</h1>",
        *facts_html(article),
        body_html(article),
        *_references(article, link),
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def body_html(article: Article, text: Callable[[str], str] = html_text) -> str:
    """What stands below an article's header: residue and sections, their headings from h2 down.

    `text` makes HTML of running text, programs and cells, and has to escape it; so it may set links. A top-level section has
    the id that `anchors` gives.
    """
    typesetter = _Typesetter(text)
    residue = (f"<p>{text(piece)}</p>" for piece in article.residue)
    sections = zip(article.sections, anchors(article), strict=True)
    return "\n".join([*residue, *(part for section, anchor in sections for part in typesetter.section(section, 2, anchor))])


def facts_html(article: Article) -> Iterator[str]:
    """What the header says of an article, as a list of terms."""
    facts = [
        ("Article", [article.key]),
        ("Modified", [article.modified or ""]),
        ("Product", article.products),
        ("Versions", [f"{part.platform}:{', '.join(part.versions)}".lstrip(":") for part in article.versions]),
        ("Systems", article.operating_systems),
        ("Keywords", [" ".join(article.keywords)]),
        ("Query words", [" ".join(article.query_words)]),
        ("Copyright", [", ".join(map(str, article.copyright))]),
    ]
    yield "<dl>"
    for name, values in facts:
        filled = [f"<dd>{html_text(value)}</dd>" for value in values if value]
        if filled:
            yield f"<dt>{name}</dt>{''.join(filled)}"
    if article.applies_to:
        yield "<dt>Applies to</dt>"
        yield f"<dd>{applies_to_html(article.applies_to)}</dd>"
    yield "</dl>"


def anchors(article: Article) -> list[str]:
    """The id of each top-level section on the page: its kind, and a number where there are several of the kind."""
    seen: Counter[str] = Counter()
    found: list[str] = []
    for section in article.sections:
        seen[section.kind] += 1
        found.append(f"{section.kind}-{seen[section.kind]}" if seen[section.kind] > 1 else section.kind)
    return found


def applies_to_html(entries: Iterable[AppliesTo]) -> str:
    """The list of what an article applies to."""
    items = (f"<li>{html_text(entry.text)}{applies_to_html(entry.with_) if entry.with_ else ''}</li>" for entry in entries)
    return f"<ul>{''.join(items)}</ul>"


class _Typesetter:
    def __init__(self, text: Callable[[str], str]) -> None:
        self._text = text

    def section(self, section: Section, level: int, anchor: str = "") -> Iterator[str]:
        if section.heading:
            name = f"h{min(level, _DEEPEST_HEADING)}"
            identity = f' id="{html_text(anchor)}"' if anchor else ""
            yield f"<section{identity}>\n<{name}>{html_text(section.heading)}</{name}>"
        yield from map(self._block, section.blocks)
        for inner in section.sections:
            yield from self.section(inner, level + bool(section.heading))
        if section.heading:
            yield "</section>"

    def _block(self, block: Block) -> str:
        match block:
            case Paragraph():
                return f"<p>{self._text(block.text)}</p>"
            case Code():
                return f'<pre tabindex="0"><code>{self._text(block.text)}</code></pre>'
            case Table():
                return self._table(block)
            case Note():
                return self._note(block)
            case List():
                return self._list(block)
            case Rule():
                return "<hr>"

    def _table(self, table: Table) -> str:
        """As a table where its cells are known and none cuts a word. The rows above the dashes are the head."""
        if not _has_whole_words(table):
            return f'<pre tabindex="0">{self._text(table.text)}</pre>'
        lines = [line for line in table.text.split("\n") if line.strip()]
        heads = next((number for number, line in enumerate(lines[:5]) if _DASHES.fullmatch(line)), 0)
        width = max(map(len, table.rows))
        rows = []
        for number, row in enumerate(table.rows):
            cell, scope = ("th", ' scope="col"') if number < heads else ("td", "")
            cells = "".join(f"<{cell}{scope}>{self._text(text)}</{cell}>" for text in [*row, *[""] * (width - len(row))])
            rows.append(f"<tr>{cells}</tr>")
        head = f"<thead>{''.join(rows[:heads])}</thead>" if heads else ""
        body = f"<tbody>{''.join(rows[heads:])}</tbody>" if rows[heads:] else ""
        # A wide one is scrolled in its box, by keys too.
        return f'<div role="group" aria-label="Table" tabindex="0"><table>{head}{body}</table></div>'

    def _note(self, note: Note) -> str:
        label = f"<strong>{html_text(note.label)}:</strong>"
        first, *rest = note.blocks or (None,)
        begin = f"<p>{label} {self._text(first.text)}</p>" if isinstance(first, Paragraph) else f"<p>{label}</p>"
        inner = [self._block(block) for block in (rest if isinstance(first, Paragraph) else note.blocks)]
        return f'<aside role="note">{begin}{"".join(inner)}</aside>'

    def _list(self, block: List) -> str:
        items = [(item, _number(item.marker)) for item in block.items]
        if not block.ordered or any(number is None for _, number in items):
            # What counts in a way of its own (iv., Step 2) keeps its marks.
            marked = (
                f"{html_text(item.marker)} {self._item(item)}" if block.ordered else self._item(item) for item, _ in items
            )
            return f"<ul>{''.join(f'<li>{text}</li>' for text in marked)}</ul>"
        sign = items[0][0].marker.strip("().") if items else ""
        kind = "" if sign.isdecimal() else ' type="a"' if sign.islower() else ' type="A"'
        steps = "".join(f'<li value="{number}">{self._item(item)}</li>' for item, number in items)
        return f"<ol{kind}>{steps}</ol>"

    def _item(self, item: Item) -> str:
        if len(item.blocks) == 1 and isinstance(item.blocks[0], Paragraph):
            return self._text(item.blocks[0].text)
        return "".join(map(self._block, item.blocks))


def _has_whole_words(table: Table) -> bool:
    cells = {word for row in table.rows for cell in row for word in cell.split()}
    return bool(table.rows) and all(word in cells or not word.strip("-") for word in table.text.split())


def _number(marker: str) -> int | None:
    """What a marker counts, letters from 1."""
    sign = marker.strip("().")
    if sign.isdecimal():
        return int(sign)
    return ord(sign.lower()) - ord("a") + 1 if len(sign) == 1 and "a" <= sign.lower() <= "z" else None


def _references(article: Article, link: Callable[[str], str]) -> Iterator[str]:
    titles: dict[str, str] = {}
    for reference in article.references:
        titles[reference.id] = titles.get(reference.id) or reference.title or ""
    if not titles:
        return
    yield "<section>\n<h2>References to other articles</h2>\n<ul>"
    for cited, title in titles.items():
        yield f'<li><a href="{html_text(link(cited))}">{html_text(f"{cited} {title}".rstrip())}</a></li>'
    yield "</ul>\n</section>"
