"""What the commands that read an index share."""

from __future__ import annotations

import click

from kbarchive.cli.completion import complete_index
from kbarchive.cli.console import counted, say
from kbarchive.search import Index, open_index

index_option = click.option(
    "--index",
    "index_dir",
    metavar="DIR",
    shell_complete=complete_index,
    help='The index: a folder, or "sample". Default: $KBARCHIVE_INDEX, else your default index, else the sample.',
)


def opened(index_dir: str | None, program: str, verb: str, quiet: bool = False) -> Index:
    """Opens an index, and says which on stderr."""
    index = open_index(index_dir)
    if not quiet:
        say(f"{verb} {counted(len(index), 'article')} of {index.name}", program)
    return index
