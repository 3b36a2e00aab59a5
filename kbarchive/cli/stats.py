"""`kbarchive stats`: what an index holds."""

from __future__ import annotations

import os
import shutil
import sys

import click

from kbarchive.cli.console import CONTEXT_SETTINGS, say
from kbarchive.cli.opening import index_option, opened
from kbarchive.errors import FormatError
from kbarchive.render.clean import printable

_MISSING_SHOWN = 10
_NAME_WIDTH = 36  # beyond it, a bar is not below the others
_EIGHTHS = " ▏▎▍▌▋▊▉"


@click.command(context_settings=CONTEXT_SETTINGS)
@index_option
@click.option("--json", "as_json", is_flag=True, help="As JSON, complete.")
@click.option(
    "--plot",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="Draw a picture instead: articles by year and collection, lengths of sections, citations, diagnostics. "
    "FILE ends in .svg, .png or .pdf; - is SVG on standard output.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def stats(index_dir: str | None, as_json: bool, plot: str | None, quiet: bool) -> None:
    """Count what the index holds: articles by collection, year and dialect, sections by kind, references and those whose
    article is missing, diagnostics by code. On a terminal each count has its bar.

    \b
    Examples:
      kbarchive stats
      kbarchive stats --json --index sample
      kbarchive stats --plot archive.svg     # pip install 'kbarchive[plot]'

    \b
    Exit codes:
      0  told
      2  there is no index, or the picture cannot be drawn
    """
    from kbarchive.graph import missing_references

    if plot is not None and as_json:
        raise click.UsageError("--json and --plot exclude each other")
    if plot is not None:
        _plot(plot, index_dir, quiet)
        return
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
    room = _bar_room()
    for group, counts in metadata.counts.items():
        _print(group, counts, room)
    _print("references", references)
    _print("missing, most cited first", dict(list(missing.items())[:_MISSING_SHOWN]))


def _plot(target: str, index_dir: str | None, quiet: bool) -> None:
    from kbarchive.extras import matplotlib
    from kbarchive.render.plots import FORMATS, plot
    from kbarchive.survey import survey
    from kbarchive.writers.atomic import output_file

    format_ = "svg" if target == "-" else os.path.splitext(target)[1].lower().removeprefix(".")
    if format_ not in FORMATS:
        raise FormatError(f"no picture goes by the name of {target}; let it end in .{', .'.join(FORMATS)}")
    matplotlib()  # tells now, before the work begins, that it is missing
    with opened(index_dir, "kbarchive", "drawing", quiet) as index:
        name = printable(index.name).removesuffix(f" ({index.location})")
        picture = plot(survey(index), format_, f"{len(index):,} articles of {name}")
    with output_file(target) as stream:
        stream.write(picture)
    if not quiet and target != "-":
        say(f"-> {target}")


def _print(group: str, counts: dict[str, int], room: int = 0) -> None:
    click.echo(f"{group}:")
    most = max(counts.values(), default=0)
    for name, count in counts.items():
        line = f"  {count:>8,}  {printable(name).replace('_', ' ') or '(none)'}"
        bar = _bar(count / most, room) if room and most else ""
        click.echo(f"{line:<{_NAME_WIDTH}}  {bar}".rstrip())


def _bar_room() -> int:
    """How many columns a bar may have: none where nobody looks, or where the terminal cannot show one."""
    if sys.stdout is None or not sys.stdout.isatty() or (sys.stdout.encoding or "").lower().replace("-", "") != "utf8":
        return 0
    return max(shutil.get_terminal_size().columns - _NAME_WIDTH - 3, 0)


def _bar(share: float, room: int) -> str:
    """A bar of a share of the room, to an eighth of a column; what is not nothing is seen."""
    eighths = max(round(share * room * 8), 1 if share else 0)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
