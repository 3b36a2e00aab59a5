"""`kbarchive show`: one article of the index, or the list of its revisions."""

from __future__ import annotations

import shutil

import click

from kbarchive.article import Article
from kbarchive.cli.completion import complete_key
from kbarchive.cli.console import CONTEXT_SETTINGS, Number, color_option, wants_color
from kbarchive.cli.opening import index_option, opened
from kbarchive.cli.pager import on_terminal, page
from kbarchive.cli.styling import styled
from kbarchive.document import place
from kbarchive.render.clean import printable, visible
from kbarchive.revisions import Revision, listed

_WIDEST = 100
_USUAL_WIDTH = 80


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("key", metavar="KEY", shell_complete=complete_key)
@click.option("--text", "form", flag_value="text", default=True, help="As text for people (the default).")
@click.option("--json", "form", flag_value="json", help="The full record.")
@click.option("--markdown", "form", flag_value="markdown", help="As Markdown with front matter.")
@click.option("--html", "form", flag_value="html", help="As a bare HTML page.")
@click.option("--ftp", "form", flag_value="ftp", help="In the form of the archive's text files.")
@click.option("--source", "form", flag_value="source", help="The bytes that the article was read from.")
@click.option("--revisions", "as_list", is_flag=True, help="List all its texts, newest first; also with --json.")
@color_option
@click.option("--no-pager", is_flag=True, help="Do not go through $PAGER (less) on a terminal.")
@click.option("--revision", type=Number(min=1), metavar="N", help="Show text N of that list. Default: 1, the newest.")
@index_option
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def show(
    key: str,
    form: str,
    as_list: bool,
    color: str,
    no_pager: bool,
    revision: int | None,
    index_dir: str | None,
    quiet: bool,
) -> None:
    """Show the article KEY: an id (Q206968, 206968, KB206968), or the key that kbsearch gives.

    Where the index was made of several texts of the article, this is the newest; --revisions lists all, with their
    dates, forms, files and numbers of words.

    On a terminal it goes through the pager in $PAGER, or less; headings are bold, and articles that it cites stand out.

    \b
    Examples:
      kbarchive show Q206968
      kbarchive show --json 206968
      kbarchive show --source Q206968 > Q206968.TXT
      kbarchive show --revisions Q900131
      kbarchive show --revision 2 Q900131

    \b
    Exit codes:
      0  shown
      2  there is no such article or revision, or no index
    """
    if as_list and (revision or form not in ("text", "json")):
        raise click.UsageError("--revisions is a list; it can be shown with --json or alone")
    with opened(index_dir, "kbarchive", "looking in", quiet) as index:
        if as_list:
            page(_listed(listed(index.revisions(key)), form), not no_pager)
            return
        article = index.article(key, revision or 1)
        source = index.source_bytes(key, revision or 1) if form == "source" else b""
    if form == "ftp" and not on_terminal():
        from kbarchive.render.ftp import ftp_bytes

        source = ftp_bytes(article)
    if form in ("source", "ftp") and not on_terminal():
        click.echo(source, nl=False)
    else:
        page(_text(article, source, form, wants_color(color)), not no_pager)


def _text(article: Article, source: bytes, form: str, color: bool) -> str | bytes:
    """The article in a form, without what steers a terminal but colour."""
    from kbarchive import render

    match form:
        case "source":
            return printable(source.decode(article.source.encoding or "ascii", "replace")) + "\n"
        case "json":
            return _json(article)
        case "markdown":
            return render.to_markdown(article)
        case "html":
            return render.to_html(article)
        case "ftp":
            from kbarchive.render.ftp import to_ftp

            return printable(to_ftp(article))
        case _:
            width = min(shutil.get_terminal_size((_USUAL_WIDTH, 0)).columns, _WIDEST) if on_terminal() else _USUAL_WIDTH
            text = render.to_text(article, width)
            return styled(text, {reference.id for reference in article.references}) if color else text


def _json(value: object) -> bytes:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def _listed(revisions: list[Revision], form: str) -> str | bytes:
    if form == "json":
        return _json(revisions)
    rows = [("", "date", "form", "words", "file")]
    for revision in revisions:
        where = place(revision.file or "", revision.member)
        number = f"#{revision.number}" if revision.number > 1 else ""
        date = revision.modified or "undated"
        rows.append((str(revision.revision), date, revision.dialect, f"{revision.words:,}", visible(where + number)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(
        f"{number:>{widths[0]}}  {date:<{widths[1]}}  {dialect:<{widths[2]}}  {words:>{widths[3]}}  {where}".rstrip() + "\n"
        for number, date, dialect, words, where in rows
    )
