"""`kbarchive check`: what would a conversion meet?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kbarchive.cli.completion import complete_file, complete_index
from kbarchive.cli.console import CONTEXT_SETTINGS, Number, counted, progress, ranked, say
from kbarchive.render.clean import visible

if TYPE_CHECKING:
    from kbarchive.checking import CheckReport, Finding


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("sources", metavar="SOURCE...", shell_complete=complete_file, nargs=-1)
@click.option("--index", "index_dir", metavar="DIR", shell_complete=complete_index, help="Check this index instead.")
@click.option("-j", "--jobs", type=Number(min=1), metavar="N", help="Processes. Default: one a core, at most 8.")
@click.option("-v", "--verbose", is_flag=True, help="Name each file with its form and why, and each diagnostic.")
@click.option("--json", "as_json", is_flag=True, help="The counts as JSON; with -v the findings go to stderr.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
def check(sources: tuple[str, ...], index_dir: str | None, jobs: int | None, verbose: bool, as_json: bool, quiet: bool) -> int:
    """Parse all articles of each SOURCE, and count what is met: dialects, diagnostics, failures, and whether the parser
    gives every file back byte for byte. Writes nothing.

    With -v each finding is a line: file, member, line, code and message, parted by colons.

    With --index, and no SOURCE, an index is checked instead: that each of its files is what was written, that every article
    and the bytes it was read from can be had back, that every posting's article exists, and that all are counted. What is
    wrong is named on stdout, and the command that mends it on stderr.

    \b
    Examples:
      kbarchive check archive.tar.xz
      kbarchive check -v txt/ | grep header-keywords-cut
      kbarchive check --json txt/
      kbarchive check --index sample

    \b
    Exit codes:
      0  all is well
      1  something failed, or is not lossless; the index is damaged
      2  could not run
    """
    if index_dir is not None:
        if sources:
            raise click.UsageError("--index takes no SOURCE: either articles are checked, or an index")
        return _check_index(index_dir, as_json, quiet)
    if not sources:
        raise click.UsageError("Missing argument 'SOURCE...'.")
    from kbarchive.checking import check as check_sources

    def tell(finding: Finding) -> None:
        click.echo(_line(finding), err=as_json)

    with progress(quiet or verbose) as show:
        report = check_sources(sources, jobs, on_finding=tell if verbose else None, on_progress=show)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(report))
    else:
        _print(report)
    return 0 if report.ok else 1


def _check_index(index_dir: str, as_json: bool, quiet: bool) -> int:
    from kbarchive.index.verify import check_index

    if not quiet:
        say(f"checking all of {index_dir}")
    found = check_index(index_dir)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(found))
        return 0 if found.ok else 1
    for finding in found.findings:
        click.echo(visible(str(finding)))
    if found.ok:
        click.echo(
            f"{found.location} is sound: {counted(found.articles, 'article')}, {counted(found.records, 'text')} with sources, "
            f"{found.postings:,} postings of {counted(found.terms, 'term')}, "
            f"{counted(found.files, 'file')} of {found.bytes / 1e6:,.1f} MB"
        )
    else:
        say(f"{found.location} is damaged; {found.mend}")
    return 0 if found.ok else 1


def _line(finding: Finding) -> str:
    parts = [finding.file, finding.member, finding.line, finding.code]
    return visible(":".join(str(part) for part in parts if part is not None) + f": {finding.message}")


def _print(report: CheckReport) -> None:
    lossless = f"{report.lossless:,} of {counted(report.lossless + report.not_lossless, 'file')}"
    rows = [
        ("articles", f"{report.articles:,}"),
        ("failures", f"{len(report.failures):,}"),
        ("skipped", f"{report.skipped:,}"),
        ("lossless", lossless),
        *((f"dialect {name}", f"{count:,}") for name, count in ranked(report.dialects)),
        *((f"diagnostic {code}", f"{count:,}") for code, count in ranked(report.diagnostics)),
        ("read", f"{report.bytes / 1e6:,.1f} MB in {report.seconds:.1f} s"),
    ]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        click.echo(f"{name:<{width}}  {value}")
