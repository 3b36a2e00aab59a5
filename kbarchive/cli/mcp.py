"""`kbarchive mcp`: the archive for assistants."""

from __future__ import annotations

import click

from kbarchive.cli.console import CONTEXT_SETTINGS
from kbarchive.cli.opening import index_option, opened


@click.command(context_settings=CONTEXT_SETTINGS)
@index_option
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def mcp(index_dir: str | None, quiet: bool) -> None:
    """Give assistants the tools search, article and references, over stdin and stdout, until stdin ends.

    It speaks the Model Context Protocol and only reads. Needs the extra mcp: pip install 'kbarchive[mcp]'.

    \b
    Examples:
      kbarchive mcp
      kbarchive mcp --index sample

    \b
    Exit codes:
      0  stdin ended
      2  there is no index, or the extra is not installed
    """
    try:
        from kbarchive.assistant import make_server
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{error.name} is missing; install it with: pip install 'kbarchive[mcp]'") from error
    with opened(index_dir, "kbarchive", "serving", quiet) as index:
        make_server(index).run("stdio")
