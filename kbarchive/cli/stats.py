"""`kbarchive stats`: what an index holds."""

from __future__ import annotations

import click

from kbarchive.cli.console import CONTEXT_SETTINGS
from kbarchive.cli.opening import index_option, opened
from kbarchive.render.clean import printable

_MISSING_SHOWN = 10


@click.command(context_settings=CONTEXT_SETTINGS)
@index_option
@click.option("--json", "as_json", is_flag=True, help="As JSON, complete.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def stats(index_dir: str | None, as_json: bool, quiet: bool) -> None:
    """Count what the index holds: articles by collection, year and dialect, sections by kind, references and those whose
    article is missing, diagnostics by code.

    \b
    Examples:
      kbarchive stats
      kbarchive stats --json --index sample

    \b
    Exit codes:
      0  told
      2  there is no index
    """
    from kbarchive.graph import missing_references

    with opened(index_dir, "kbarchive", "counting", quiet) as index:
        cited = index.cited_ids()
        missing = missing_references(index)
        metadata = index.metadata
    references = {
        "citations": sum(cited.values()),
        "cited": len(cited),
        "missing_citations": sum(missing.values()),
        "missing": len(missing),
    }
    if as_json:
        import msgspec

        everything = {
            "articles": metadata.articles,
            "revisions": metadata.revisions,
            "sources": metadata.sources,
            **metadata.counts,
            "references": references,
            "missing": missing,
        }
        click.echo(msgspec.json.format(msgspec.json.encode(everything), indent=2))
        return
    _print("articles", {"all": metadata.articles, "older revisions": metadata.revisions})
    for group, counts in metadata.counts.items():
        _print(group, counts)
    _print("references", references)
    _print("missing, most cited first", dict(list(missing.items())[:_MISSING_SHOWN]))


def _print(group: str, counts: dict[str, int]) -> None:
    click.echo(f"{group}:")
    for name, count in counts.items():
        click.echo(f"  {count:>8,}  {printable(name).replace('_', ' ') or '(none)'}")
