"""`kbarchive show`: one article of the index, or the list of its revisions."""

from __future__ import annotations

import shutil
import sys

import click

from kbarchive.cli.completion import complete_key
from kbarchive.cli.console import CONTEXT_SETTINGS, Number, printable
from kbarchive.cli.opening import index_option, opened
from kbarchive.document import place
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
@click.option("--revision", type=Number(min=1), metavar="N", help="Show text N of that list. Default: 1, the newest.")
@index_option
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def show(key: str, form: str, as_list: bool, revision: int | None, index_dir: str | None, quiet: bool) -> None:
    """Show the article KEY: an id (Q206968, 206968, KB206968), or the key that kbsearch gives.

    Where the index was made of several texts of the article, this is the newest; --revisions lists all, with their
    dates, forms, files and numbers of words.

    \b
    Examples:
      kbarchive show Q206968 | less
      kbarchive show --json 206968
      kbarchive show --source Q206968 > Q206968.TXT
      kbarchive show --revisions Q206968
      kbarchive show --revision 2 Q206968

    \b
    Exit codes:
      0  shown
      2  there is no such article or revision, or no index
    """
    if as_list and (revision or form not in ("text", "json")):
        raise click.UsageError("--revisions is a list; it can be shown with --json or alone")
    on_terminal = sys.stdout.isatty()
    with opened(index_dir, "kbarchive", "looking in", quiet) as index:
        if as_list:
            _show_list(listed(index.revisions(key)), form)
            return
        article = index.article(key, revision or 1)
        source = index.source_bytes(key, revision or 1) if form == "source" else b""
    if form == "source" and not on_terminal:
        click.echo(source, nl=False)
    elif form == "source":
        from kbarchive.render.clean import printable as without_controls

        click.echo(without_controls(source.decode(article.source.encoding or "ascii", "replace")))
    elif form == "json":
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(article), indent=2))
    elif form == "markdown":
        from kbarchive.render import to_markdown

        click.echo(to_markdown(article), nl=False)
    elif form == "html":
        from kbarchive.render import to_html

        click.echo(to_html(article), nl=False)
    elif form == "ftp" and not on_terminal:
        from kbarchive.render.ftp import ftp_bytes

        click.echo(ftp_bytes(article), nl=False)
    elif form == "ftp":
        from kbarchive.render.clean import printable
        from kbarchive.render.ftp import to_ftp

        click.echo(printable(to_ftp(article)), nl=False)
    else:
        from kbarchive.render import to_text

        width = min(shutil.get_terminal_size((_USUAL_WIDTH, 0)).columns, _WIDEST) if on_terminal else _USUAL_WIDTH
        click.echo(to_text(article, width), nl=False)


def _show_list(revisions: list[Revision], form: str) -> None:
    if form == "json":
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(revisions), indent=2))
        return
    rows = [("", "date", "form", "words", "file")]
    for revision in revisions:
        where = place(revision.file or "", revision.member)
        number = f"#{revision.number}" if revision.number > 1 else ""
        date = revision.modified or "undated"
        rows.append((str(revision.revision), date, revision.dialect, f"{revision.words:,}", printable(where + number)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, date, dialect, words, where in rows:
        line = f"{number:>{widths[0]}}  {date:<{widths[1]}}  {dialect:<{widths[2]}}  {words:>{widths[3]}}  {where}"
        click.echo(line.rstrip())
