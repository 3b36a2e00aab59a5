"""Articles and results as notebooks show them: a piece of HTML without script, in the colours of whatever page it is put on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kbarchive.article import Article
from kbarchive.render.html import body_html, facts_html, html_text

if TYPE_CHECKING:
    from kbarchive.search.results import Hit, Results, Snippet

# Nothing here has a colour of its own: a notebook is light or dark.
_BOX = "max-width: 60em; border-left: 3px solid; padding: 0 0 0 1em"
_CELL = "text-align: left; vertical-align: top; white-space: normal"


def article_html(article: Article) -> str:
    """An article: its title, its facts, and its text."""
    title = html_text(article.title or article.key or "No title")
    return "\n".join([f'<div style="{_BOX}">', f"<h2>{title}</h2>", *facts_html(article), body_html(article), "</div>"])


def results_html(results: Results) -> str:
    """Results as a table, a hit a row, with what was found marked; and what else is to be said of them."""
    said = [f"<b>{results.total:,}</b> {'hit' if results.total == 1 else 'hits'} for <code>{html_text(results.query)}</code>"]
    if results.partial:
        said.append("none has all the words")
    said += (f"did you mean <code>{html_text(other)}</code>?" for other in results.suggestions)
    said += (html_text(diagnostic.message) for diagnostic in results.diagnostics)
    rows = "\n".join(map(_row, results.hits))
    heads = "".join(f'<th scope="col" style="{_CELL}">{name}</th>' for name in ("", "Article", "Modified", "Passage"))
    table = f'<table style="color: inherit"><thead><tr>{heads}</tr></thead><tbody>\n{rows}\n</tbody></table>' if rows else ""
    return f"<div><p>{'; '.join(said)}</p>\n{table}</div>"


def _row(hit: Hit) -> str:
    about = html_text(hit.collection or "; ".join(hit.products))
    article = f"<b>{html_text(hit.title or 'No title')}</b><br>{html_text(hit.key)}{f', {about}' if about else ''}"
    passages = "<br>".join("".join(_passage(snippet)) for snippet in hit.snippets)
    date = f"<span style='white-space: nowrap'>{html_text(hit.modified or '')}</span>"
    return "<tr>" + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in (str(hit.rank), article, date, passages)) + "</tr>"


def _passage(snippet: Snippet) -> Iterator[str]:
    place = 0
    for start, end in snippet.highlights:
        yield f"{html_text(snippet.text[place:start])}<mark>{html_text(snippet.text[start:end])}</mark>"
        place = end
    yield html_text(snippet.text[place:])
