"""`kbarchive schema`: the JSON Schema of what is written."""

from __future__ import annotations

import click

from kbarchive.cli.console import CONTEXT_SETTINGS


@click.command(context_settings=CONTEXT_SETTINGS)
@click.option("--results", "name", flag_value="results", help="Of search results: kbsearch --json.")
@click.option("--chunks", "name", flag_value="chunks", help="Of a line of kbarchive convert --format chunks.")
def schema(name: str | None) -> None:
    """Print the JSON Schema (draft 2020-12) of a record, as kbarchive convert writes it.

    \b
    Examples:
      kbarchive schema > record.schema.json
      kbarchive schema --results

    \b
    Exit codes:
      0  told
    """
    from kbarchive.schema import schema_text

    click.echo(schema_text(name or "record"), nl=False)
