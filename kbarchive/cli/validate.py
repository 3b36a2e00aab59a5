"""`kbarchive validate`: are these records?"""

from __future__ import annotations

import click

from kbarchive.cli.console import CONTEXT_SETTINGS, counted, say
from kbarchive.render.clean import visible


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("-q", "--quiet", is_flag=True, help="Tell only what is wrong.")
def validate(files: tuple[str, ...], quiet: bool) -> int:
    """Check each FILE of records against the schema: JSON Lines, or a JSON array as kbarchive convert writes it, compressed
    (gzip, bzip2, xz, zstd) or not, or - for standard input.

    Each record that is wrong is a line: file, line, path to the value, and what is wrong with it, parted by colons. Of
    several wrong values in a record the first is told.

    \b
    Examples:
      kbarchive validate records.jsonl
      zcat records.jsonl.gz | jq -c 'select(.id)' | kbarchive validate -

    \b
    Exit codes:
      0  all records are valid
      1  some are not
      2  a file cannot be read, or not to its end; the others are checked
    """
    from kbarchive.errors import SourceError
    from kbarchive.records import read_jsonl

    wrong = 0

    def tell(error: Exception) -> None:
        nonlocal wrong
        wrong += 1
        click.echo(visible(str(error)))

    valid, unreadable = 0, 0
    for file in files:
        try:
            for _ in read_jsonl(file, on_error=tell):
                valid += 1
        except SourceError as error:
            unreadable += 1
            say(f"error: {error}")
    if not quiet:
        say(counted(valid, "valid record") + (f", {wrong:,} wrong" if wrong else ""))
    return 2 if unreadable else 1 if wrong else 0
