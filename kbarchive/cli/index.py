"""`kbarchive index`: makes an index for kbsearch."""

from __future__ import annotations

import click

from kbarchive.cli.completion import complete_file, complete_index
from kbarchive.cli.console import CONTEXT_SETTINGS, Number, progress, summarize
from kbarchive.cli.scheduler import scheduler_option, workers


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("sources", metavar="SOURCE...", shell_complete=complete_file, nargs=-1, required=True)
@click.option(
    "--index",
    "index_dir",
    metavar="DIR",
    shell_complete=complete_index,
    help="The folder of the index. Default: $KBARCHIVE_INDEX, else your default index.",
)
@click.option("-j", "--jobs", type=Number(min=1), metavar="N", help="Processes. Default: one a core.")
@scheduler_option
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def index(sources: tuple[str, ...], index_dir: str | None, jobs: int | None, scheduler: str | None, quiet: bool) -> int:
    """Index all articles of each SOURCE, so that kbsearch finds them and kbarchive show, refs and stats know them.

    A SOURCE is a file, a folder, a zip, a tar (of any compression), or - for standard input. The new index takes the
    place of the old one when it is complete; until then, and where the build fails, the old one answers. Of several texts
    of one article the newest is found; older ones are kept for `kbarchive show --revisions` and `kbarchive diff`,
    identical ones are one. The summary on stderr counts them.

    \b
    Examples:
      kbarchive index archive.tar.xz
      kbarchive index txt/ more/ --index ~/kb.idx
      kbarchive index archive.tar.xz --scheduler tcp://10.0.0.1:8786
      kbsearch --index ~/kb.idx relay not allowed

    \b
    Exit codes:
      0  all was read
      1  some files could not be read (they are named); the others are indexed
      2  no index was made
    """
    from kbarchive.index import build_index

    with progress(quiet) as show, workers(scheduler) as (executor, threads):
        report = build_index(sources, index_dir, jobs or threads, executor=executor, on_progress=show)
    if not quiet or report.failures:
        summarize(report, f" -> {report.location}")
    return 1 if report.failures else 0
