"""Text of records as HTML: ids become links, what a search found is marked, dates are written out."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup

from kbarchive.article import Article, Version
from kbarchive.render.clean import printable
from kbarchive.render.html import applies_to_html, body_html, html_text
from kbarchive.render.versions import version_text
from kbarchive.search import Snippet
from kbarchive.web import addresses
from kbarchive.web.reading import Cited

_ID = re.compile(r"\b(?:Q|KB)0*(\d{3,7})\b")


def body(article: Article, cites: tuple[Cited, ...]) -> Markup:
    """An article's body; ids that it cites lead to their articles, or are marked where these are missing."""
    cited = {entry.key: entry for entry in cites}
    return Markup(body_html(article, lambda text: _linked(text, cited)))  # noqa: S704 - escaped by body_html


def applies_to(article: Article) -> Markup:
    return Markup(applies_to_html(article.applies_to))  # noqa: S704 - escaped there


def marked(snippet: Snippet) -> Markup:
    """A snippet, what was found in it marked."""
    parts = []
    place = 0
    for start, end in snippet.highlights:
        parts += [html_text(snippet.text[place:start]), f"<mark>{html_text(snippet.text[start:end])}</mark>"]
        place = end
    return Markup("".join((*parts, html_text(snippet.text[place:]))))  # noqa: S704 - escaped piece by piece


def date(modified: str | None) -> str:
    """A date as people write it: 12 May 1999."""
    if not modified:
        return ""
    year, month, day = modified.split("-")
    return f"{int(day)} {calendar.month_name[int(month)]} {year}"


def versions(version: Version) -> str:
    return version_text(version, ", ")


def markdown(text: str) -> Markup:
    """A page of ours as HTML."""
    return Markup(_help(text))  # noqa: S704 - HTML in it is escaped


def clean(value: object) -> str:
    """What a template writes, without what steers; HTML stays HTML."""
    return Markup(printable(value)) if isinstance(value, Markup) else printable(str(value))  # noqa: S704 - it was before


@cache
def _help(text: str) -> str:
    rendered: str = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return rendered.replace("<table>", '<div role="group" aria-label="Table" tabindex="0"><table>').replace(
        "</table>", "</table></div>"
    )


def _linked(text: str, cited: Mapping[str, Cited]) -> str:
    parts = []
    place = 0
    for match in _ID.finditer(text):
        entry = cited.get(f"Q{match[1]}")
        if entry is None:
            continue
        parts += [html_text(text[place : match.start()]), _link(match[0], entry)]
        place = match.end()
    return "".join((*parts, html_text(text[place:])))


def _link(text: str, entry: Cited) -> str:
    if entry.title is None:
        return f'<span class="missing" title="not in this archive">{html_text(text)}</span>'
    title = f"{entry.title} ({date(entry.modified)})" if entry.modified else entry.title
    return f'<a href="{html_text(addresses.article(entry.key))}" title="{html_text(title)}">{html_text(text)}</a>'
