"""`kbarchive site`: the archive as static files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kbarchive.cli.completion import complete_file
from kbarchive.cli.console import CONTEXT_SETTINGS, Number, counted, progress, say

if TYPE_CHECKING:
    from kbarchive.site import SiteReport

_NAMED = 20


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("source", metavar="SOURCE", shell_complete=complete_file)
@click.argument("target", metavar="OUT", shell_complete=complete_file)
@click.option("--base-url", default="", metavar="URL", help="Where the site will lie: https://example.org/kb/.")
@click.option("-j", "--jobs", type=Number(min=1), metavar="N", help="Processes. Default: one a core.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def site(source: str, target: str, base_url: str, jobs: int | None, quiet: bool) -> int:
    """Make a site of static files of SOURCE in the folder OUT: pages to read and browse, and a search in the browser.

    SOURCE is an archive, as `kbarchive index` takes it, the folder of an index, or "sample". Any host can publish OUT, at
    the top or in a folder: pages lead to one another by relative addresses, and ask no other host for anything. Try it
    with `python -m http.server --directory OUT`.

    A second run brings OUT up to date: what has not changed is left as it is, pages that are gone are removed. One that was
    stopped or killed is gone on with. Then all links are followed. With --base-url there are a sitemap and canonical
    addresses. Needs the extra web: pip install 'kbarchive[web]'.

    \b
    Examples:
      kbarchive site archive.tar.xz public
      kbarchive site ~/kb.idx public --base-url https://example.org/kb/

    \b
    Exit codes:
      0  the site is there
      1  some files could not be read, or links lead nowhere (they are named); the rest is there
      2  no site was made
    """
    try:
        from kbarchive.site import build_site
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{error.name} is missing; install it with: pip install 'kbarchive[web]'") from error
    if base_url and not base_url.startswith(("https://", "http://")):
        raise click.UsageError(f"--base-url {base_url!r} is no address; it begins with https://")
    with progress(quiet) as show:
        report = build_site(source, target, jobs, base_url=base_url, on_progress=show)
    if not quiet:
        say(_summary(report))
    for failure in report.failures[:_NAMED]:
        say(f"failed: {failure}")
    for page, link in report.broken[:_NAMED]:
        say(f"leads nowhere: {link} on the page {page}")
    return 1 if report.failures or report.broken else 0


def _summary(report: SiteReport) -> str:
    written = f"{report.written:,} of {counted(report.files, 'file')} written ({report.bytes / 1e6:,.1f} MB)"
    removed = f", {report.removed:,} removed" if report.removed else ""
    links = f"{counted(report.links, 'link')} followed, {len(report.broken):,} lead nowhere"
    pages = f"{counted(report.articles, 'article')}, {counted(report.pages, 'page')}"
    return f"{pages}, {written}{removed}, {links} in {report.seconds:.1f} s -> {report.location}"
