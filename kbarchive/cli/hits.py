"""How what was found is written: for people, and in the forms for programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import click

from kbarchive.render.clean import printable
from kbarchive.search import Hit, Results, facet_filter

_BOLD, _FAINT, _FOUND, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[1;33m", "\x1b[0m"
_FACETS_SHOWN = 10

# Where the archive's articles can be read on the web, a folder for each thousand of them.
_ARTICLE_URL = "https://jeffpar.github.io/kbarchive/kb/{folder:03}/{id}/"
_LINK = "\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\"  # OSC 8, as most terminals of today know it
_NO_LINKS = ("dumb", "linux")

_COLUMNS = ("rank", "id", "key", "title", "score", "modified", "collection", "products", "cited_by", "alike", "snippet")
_QUERY_COLUMNS = ("number", "query")
_SEPARATOR = "; "


def write_text(results: Results, color: bool, number: int | None = None) -> None:
    """Hits for people; below a heading, where `number` tells which of many queries they answer."""
    links = color and _shows_links()
    if number is not None:
        click.echo(_styled(f"[{number}] {' '.join(results.query.split())}", _BOLD, color) + "\n", color=True)
        if not results.total:
            click.echo("nothing found\n")
    for hit in results.hits:
        click.echo("\n".join(_lines(hit, color, links)), color=True)
    for name, counts in results.facets.items():
        if counts:
            click.echo("\n".join(_facet_lines(name, counts)) + "\n")


def write_jsonl(results: Results, number: int | None = None) -> None:
    """A hit a line, as JSON; with the number and the text of the query first, where there are many."""
    import msgspec

    for hit in results.hits:
        line: Any = hit
        if number is not None:
            line = {"number": number, "query": results.query, **msgspec.to_builtins(hit)}
        click.echo(msgspec.json.encode(line))


def write_json(results: Results | list[Results]) -> None:
    """Everything, as one JSON value."""
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(results), indent=2))


def write_keys(results: Results, end: str) -> None:
    """The keys of the hits, each with an end behind it."""
    for hit in results.hits:
        click.echo(printable(hit.key) + end, nl=False)


def write_csv_head(many: bool) -> None:
    """The names of the columns of `write_csv`."""
    _write_row([*(_QUERY_COLUMNS if many else ()), *_COLUMNS])


def write_csv(results: Results, number: int | None = None) -> None:
    """A hit a row."""
    for hit in results.hits:
        joined = {
            "products": _SEPARATOR.join(hit.products),
            "alike": _SEPARATOR.join(hit.alike),
            "snippet": " ".join(snippet.text for snippet in hit.snippets),
        }
        row = [joined[name] if name in joined else getattr(hit, name) for name in _COLUMNS]
        _write_row([*((number, results.query) if number is not None else ()), *row])


def _write_row(row: list[Any]) -> None:
    import csv
    import io

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(printable(cell) if isinstance(cell, str) else cell for cell in row)
    click.echo(text.getvalue(), nl=False)


def _lines(hit: Hit, color: bool, links: bool) -> list[str]:
    key = _styled(hit.key, _BOLD, color)
    if links and hit.id:
        key = _LINK.format(url=_ARTICLE_URL.format(folder=int(hit.id[1:]) // 1000, id=hit.id), text=key)
    title = _styled(hit.title or "(no title)", _BOLD, color)
    alike = f"  {_styled(f'+{len(hit.alike)} alike', _FAINT, color)}" if hit.alike else ""
    lines = [f"{hit.rank}. {key}  {title}{alike}"]
    if facts := ", ".join(filter(None, (*hit.products, hit.modified))):
        lines.append(f"   {_styled(facts, _FAINT, color)}")
    for snippet in hit.snippets:
        text = ""
        end = 0
        for start, stop in snippet.highlights:
            text += printable(snippet.text[end:start]) + _styled(snippet.text[start:stop], _FOUND, color)
            end = stop
        lines.append(f"   {snippet.section}: {text}{printable(snippet.text[end:])}")
    return [*lines, *_explanation_lines(hit), ""]


def _explanation_lines(hit: Hit) -> Iterator[str]:
    if not hit.explanation:
        return
    yield (
        "   score: "
        + f"{hit.score:.2f} = "
        + " + ".join(f"{name} {worth:.2f}" for name, worth in hit.explanation.parts.items())
    )
    for word in hit.explanation.words:
        terms = ", ".join(term.lstrip("=") for term in word.found) or "not found"
        yield printable(f"     {word.word}: weight {word.weight:.2f}, worth {word.worth:.2f}, as {terms}")


def _facet_lines(name: str, counts: dict[str, int]) -> Iterator[str]:
    yield f"by {name}:"
    for value, count in list(counts.items())[:_FACETS_SHOWN]:
        yield f"  {count:>7,}  {printable(facet_filter(name, value))}"
    if len(counts) > _FACETS_SHOWN:
        yield f"           and {len(counts) - _FACETS_SHOWN:,} more"


def _styled(text: str, style: str, color: bool) -> str:
    return f"{style}{printable(text)}{_PLAIN}" if color else printable(text)


def _shows_links() -> bool:
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in _NO_LINKS
