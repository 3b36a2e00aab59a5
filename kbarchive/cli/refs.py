"""`kbarchive refs`: what an article cites, and what cites it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kbarchive.cli.console import CONTEXT_SETTINGS
from kbarchive.cli.opening import index_option, opened
from kbarchive.render.clean import printable

if TYPE_CHECKING:
    from kbarchive.graph import Citation


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("key", metavar="KEY")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@index_option
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def refs(key: str, as_json: bool, index_dir: str | None, quiet: bool) -> None:
    """Tell what the article KEY cites, which articles cite it, and what it cites that the index does not have.

    \b
    Examples:
      kbarchive refs Q206968
      kbarchive refs --json Q206968

    \b
    Exit codes:
      0  told
      2  there is no such article, or no index
    """
    from kbarchive.graph import references_of

    with opened(index_dir, "kbarchive", "looking in", quiet) as index:
        references = references_of(index, key)
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(references), indent=2))
        return
    click.echo(printable(f"{references.key}  {references.title}"))
    groups = (("cites", references.cites), ("cited by", references.cited_by), ("missing", references.missing))
    for name, citations in groups:
        click.echo(f"{name}: {len(citations)}")
        for citation in citations:
            click.echo(_line(citation))


def _line(citation: Citation) -> str:
    title = citation.title if citation.title is not None else citation.cited_as
    return printable(f"  {citation.key}  {title or ''}".rstrip())
