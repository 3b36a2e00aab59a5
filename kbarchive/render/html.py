"""An article as a bare HTML page: valid, accessible, without style or script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from html import escape

from kbarchive.article import AppliesTo, Article, Block, Code, Item, List, Note, Paragraph, Rule, Section, Table
from kbarchive.render.clean import printable

_DEEPEST_HEADING = 6
_DASHES = re.compile(r"[ \-]*-[ \-]*")


def _beside(article: str) -> str:
    return f"{article}.html"


def to_html(article: Article, link: Callable[[str], str] = _beside) -> str:
    """The article as a page. `link` gives the address of the page of another article, by its id."""
    title = _text(article.title or article.key or "No title")
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>" if article.id is None else f"<title>{_text(article.id)}: {title}</title>",
        "</head>",
        "<body>",
        "<main>",
        f"<h1>{title}</h1>",
        *_facts(article),
        *(f"<p>{_text(text)}</p>" for text in article.residue),
        *(part for section in article.sections for part in _section(section, 2)),
        *_references(article, link),
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def _text(text: str) -> str:
    return escape(printable(text))


def _facts(article: Article) -> Iterator[str]:
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
        filled = [f"<dd>{_text(value)}</dd>" for value in values if value]
        if filled:
            yield f"<dt>{name}</dt>{''.join(filled)}"
    if article.applies_to:
        yield "<dt>Applies to</dt>"
        yield f"<dd>{_applies_to(article.applies_to)}</dd>"
    yield "</dl>"


def _applies_to(entries: Iterable[AppliesTo]) -> str:
    items = (f"<li>{_text(entry.text)}{_applies_to(entry.with_) if entry.with_ else ''}</li>" for entry in entries)
    return f"<ul>{''.join(items)}</ul>"


def _section(section: Section, level: int) -> Iterator[str]:
    if section.heading:
        name = f"h{min(level, _DEEPEST_HEADING)}"
        yield f"<section>\n<{name}>{_text(section.heading)}</{name}>"
    yield from map(_block, section.blocks)
    for inner in section.sections:
        yield from _section(inner, level + 1)
    if section.heading:
        yield "</section>"


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            return f"<p>{_text(block.text)}</p>"
        case Code():
            return f'<pre tabindex="0"><code>{_text(block.text)}</code></pre>'
        case Table():
            return _table(block)
        case Note():
            return _note(block)
        case List():
            return _list(block)
        case Rule():
            return "<hr>"


def _table(table: Table) -> str:
    """As a table where its cells are known. The rows above the dashes are the head."""
    if not table.rows:
        return f'<pre tabindex="0">{_text(table.text)}</pre>'
    lines = [line for line in table.text.split("\n") if line.strip()]
    heads = next((number for number, line in enumerate(lines[:5]) if _DASHES.fullmatch(line)), 0)
    width = max(map(len, table.rows))
    rows = []
    for number, row in enumerate(table.rows):
        cell, scope = ("th", ' scope="col"') if number < heads else ("td", "")
        cells = "".join(f"<{cell}{scope}>{_text(text)}</{cell}>" for text in [*row, *[""] * (width - len(row))])
        rows.append(f"<tr>{cells}</tr>")
    head = f"<thead>{''.join(rows[:heads])}</thead>" if heads else ""
    body = f"<tbody>{''.join(rows[heads:])}</tbody>" if rows[heads:] else ""
    return f"<table>{head}{body}</table>"


def _note(note: Note) -> str:
    label = f"<strong>{_text(note.label)}:</strong>"
    first, *rest = note.blocks or (None,)
    begin = f"<p>{label} {_text(first.text)}</p>" if isinstance(first, Paragraph) else f"<p>{label}</p>"
    inner = [_block(block) for block in (rest if isinstance(first, Paragraph) else note.blocks)]
    return f'<aside role="note">{begin}{"".join(inner)}</aside>'


def _list(block: List) -> str:
    items = [(item, _number(item.marker)) for item in block.items]
    if not block.ordered or any(number is None for _, number in items):
        return "<ul>" + "".join(f"<li>{_item(item)}</li>" for item, _ in items) + "</ul>"
    sign = items[0][0].marker.strip("().") if items else ""
    kind = "" if sign.isdecimal() else ' type="a"' if sign.islower() else ' type="A"'
    steps = "".join(f'<li value="{number}">{_item(item)}</li>' for item, number in items)
    return f"<ol{kind}>{steps}</ol>"


def _number(marker: str) -> int | None:
    """What a marker counts, letters from 1."""
    sign = marker.strip("().")
    if sign.isdecimal():
        return int(sign)
    return ord(sign.lower()) - ord("a") + 1 if len(sign) == 1 and "a" <= sign.lower() <= "z" else None


def _item(item: Item) -> str:
    if len(item.blocks) == 1 and isinstance(item.blocks[0], Paragraph):
        return _text(item.blocks[0].text)
    return "".join(map(_block, item.blocks))


def _references(article: Article, link: Callable[[str], str]) -> Iterator[str]:
    titles: dict[str, str] = {}
    for reference in article.references:
        titles[reference.id] = titles.get(reference.id) or reference.title or ""
    if not titles:
        return
    yield "<section>\n<h2>References to other articles</h2>\n<ul>"
    for cited, title in titles.items():
        yield f'<li><a href="{_text(link(cited))}">{_text(f"{cited} {title}".rstrip())}</a></li>'
    yield "</ul>\n</section>"
