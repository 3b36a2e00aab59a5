"""`kbarchive refs`: what an article cites, and what cites it; most cited, missing and drifted over the whole index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click
import msgspec

from kbarchive.cli.completion import complete_key
from kbarchive.cli.console import CONTEXT_SETTINGS, Number, counted, say
from kbarchive.cli.opening import index_option, opened
from kbarchive.render.clean import printable

if TYPE_CHECKING:
    from kbarchive.graph import Cited, Drift
    from kbarchive.search import Index


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("key", metavar="[KEY]", shell_complete=complete_key, required=False)
@click.option("--depth", type=Number(min=0), metavar="N", help="Follow citations, either way, N times. Default: 1.")
@click.option(
    "--most-cited", "listings", flag_value="most-cited", multiple=True, help="List all that is cited, the most cited first."
)
@click.option(
    "--missing", "listings", flag_value="missing", multiple=True, help="List what is cited and not there, the most cited first."
)
@click.option(
    "--drifted", "listings", flag_value="drifted", multiple=True, help="List citations under a title that is another now."
)
@click.option("--limit", type=Number(min=1), metavar="N", help="At most N articles. Default: 1000 around KEY, all of a list.")
@click.option("--format", "form", type=click.Choice(["text", "json", "dot"]), default="text", help="Default: text.")
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@index_option
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def refs(
    key: str | None,
    depth: int | None,
    listings: tuple[str, ...],
    limit: int | None,
    form: str,
    index_dir: str | None,
    quiet: bool,
) -> None:
    """Tell what the article KEY cites, which articles cite it, and what it cites that the index does not have.

    With --depth 2 and more, what these cite and are cited by stands below them, each article once: -> is cited by the
    article above it, <- cites it, <> both. A title under which an article is cited and that is another now is added:
    (cited as "..."). Capitals, signs, prefixes such as HOWTO: and where one of the two is cut off do not count.

    With --most-cited, --missing or --drifted instead of KEY, tell this of the whole index.

    \b
    Examples:
      kbarchive refs Q206968
      kbarchive refs --depth 2 Q206968
      kbarchive refs --depth 2 --format dot Q206968 | dot -Tsvg > Q206968.svg
      kbarchive refs --most-cited --limit 20
      kbarchive refs --missing --json

    \b
    Exit codes:
      0  told
      2  there is no such article, or no index
    """
    if (key is not None) + len(listings) != 1:
        raise click.UsageError("give one of KEY, --most-cited, --missing and --drifted")
    listing = listings[0] if listings else ""
    if listing and (depth is not None or form == "dot"):
        raise click.UsageError(f"--{listing} is a list; it has no --depth and no --format dot")
    with opened(index_dir, "kbarchive", "looking in", quiet) as index:
        if key is not None:
            _show_around(index, key, 1 if depth is None else depth, limit, form, quiet)
        else:
            _show_list(index, listing, limit, form, quiet)


def _show_around(index: Index, key: str, depth: int, limit: int | None, form: str, quiet: bool) -> None:
    from kbarchive.graph import USUAL_LIMIT, neighbourhood, references_of

    graph = neighbourhood(index, key, depth, limit or USUAL_LIMIT)
    if form == "json":
        facts = {**msgspec.structs.asdict(references_of(index, key)), "depth": depth, **msgspec.structs.asdict(graph)}
        click.echo(msgspec.json.format(msgspec.json.encode(facts), indent=2))
    elif form == "dot":
        from kbarchive.render.dot import to_dot

        click.echo(to_dot(graph), nl=False)
    else:
        from kbarchive.render.tree import to_tree

        click.echo(to_tree(graph), nl=False)
    if not graph.complete and not quiet:
        say(f"cut at {counted(len(graph.nodes), 'article')}; more with --limit")


def _show_list(index: Index, listing: str, limit: int | None, form: str, quiet: bool) -> None:
    from kbarchive.graph import drifted, missing, most_cited

    make: dict[str, Callable[[Index], Sequence[Cited | Drift]]]
    make = {"most-cited": most_cited, "missing": missing, "drifted": drifted}
    everything = make[listing](index)
    shown = everything[:limit]
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(shown), indent=2))
    else:
        for entry in shown:
            click.echo(_line(entry))
    if len(shown) < len(everything) and not quiet:
        say(f"{len(shown):,} of {len(everything):,}; more with --limit")


def _line(entry: Cited | Drift) -> str:
    from kbarchive.graph import Drift

    if isinstance(entry, Drift):
        return printable(f'{entry.cited}  {entry.title} (cited as "{entry.cited_as}" by {entry.citing})')
    title = entry.title if entry.title is not None else f"{entry.cited_as or ''} (missing)".lstrip()
    return printable(f"{entry.citations:>6,}  {entry.id}  {title}".rstrip())
