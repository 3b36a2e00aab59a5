"""`kbarchive show`: one article of the index."""

from __future__ import annotations

import shutil
import sys

import click

from kbarchive.cli.console import CONTEXT_SETTINGS
from kbarchive.cli.opening import index_option, opened

_WIDEST = 100
_USUAL_WIDTH = 80


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("key", metavar="KEY")
@click.option("--text", "form", flag_value="text", default=True, help="As text for people (the default).")
@click.option("--json", "form", flag_value="json", help="The full record.")
@click.option("--markdown", "form", flag_value="markdown", help="As Markdown with front matter.")
@click.option("--html", "form", flag_value="html", help="As a bare HTML page.")
@click.option("--ftp", "form", flag_value="ftp", help="In the form of the archive's text files.")
@click.option("--source", "form", flag_value="source", help="The bytes that the article was read from.")
@index_option
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def show(key: str, form: str, index_dir: str | None, quiet: bool) -> None:
    """Show the article KEY: an id (Q206968, 206968, KB206968), or the key that kbsearch gives.

    \b
    Examples:
      kbarchive show Q206968 | less
      kbarchive show --json 206968
      kbarchive show --source Q206968 > Q206968.TXT

    \b
    Exit codes:
      0  shown
      2  there is no such article, or no index
    """
    on_terminal = sys.stdout.isatty()
    with opened(index_dir, "kbarchive", "looking in", quiet) as index:
        article = index.article(key)
        source = index.source_bytes(key) if form == "source" else b""
    if form == "source" and not on_terminal:
        click.echo(source, nl=False)
    elif form == "source":
        from kbarchive.render.clean import printable

        click.echo(printable(source.decode(article.source.encoding or "ascii", "replace")))
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
