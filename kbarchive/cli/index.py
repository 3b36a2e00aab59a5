"""`kbarchive index`: makes an index for kbsearch."""

from __future__ import annotations

import click

from kbarchive.cli.completion import complete_file, complete_index
from kbarchive.cli.console import CONTEXT_SETTINGS, Number, counted, progress, say, summarize
from kbarchive.cli.scheduler import scheduler_option, workers

_MOST_NAMED = 20


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("sources", metavar="SOURCE...", shell_complete=complete_file, nargs=-1)
@click.option(
    "--index",
    "index_dir",
    metavar="DIR",
    shell_complete=complete_index,
    help="The folder of the index. Default: $KBARCHIVE_INDEX, else your default index.",
)
@click.option("-j", "--jobs", type=Number(min=1), metavar="N", help="Processes. Default: one a core.")
@scheduler_option
@click.option("--rebuild", is_flag=True, help="Read everything, also what did not change.")
@click.option("--repair", is_flag=True, help="Mend the index instead; no SOURCE is wanted.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def index(
    sources: tuple[str, ...],
    index_dir: str | None,
    jobs: int | None,
    scheduler: str | None,
    rebuild: bool,
    repair: bool,
    quiet: bool,
) -> int:
    """Index all articles of each SOURCE, so that kbsearch finds them and kbarchive show, refs and stats know them.

    A SOURCE is a file, a folder, a zip, a tar (of any compression), or - for standard input. The new index takes the
    place of the old one when it is complete; until then, and where the build fails, the old one answers. Of several texts
    of one article the newest is found; older ones are kept for `kbarchive show --revisions` and `kbarchive diff`,
    identical ones are one. The summary on stderr counts them.

    Run it again when the sources changed: files that are as they were are not read, what is gone is taken out, and the new
    index answers as one made anew. --rebuild makes it anew.

    --repair checks the index (`kbarchive check --index`), and mends one that is damaged: from an older generation that is
    whole, from its sources if they are still there, or from what it stores of each article.

    \b
    Examples:
      kbarchive index archive.tar.xz
      kbarchive index txt/ more/ --index ~/kb.idx
      kbarchive index archive.tar.xz --scheduler tcp://10.0.0.1:8786
      kbsearch --index ~/kb.idx relay not allowed
      kbarchive index --repair --index ~/kb.idx

    \b
    Exit codes:
      0  all was read
      1  some files could not be read, or articles not be had back (they are named); the others are indexed
      2  no index was made
    """
    from kbarchive.index import build_index

    if repair and sources:
        raise click.UsageError("--repair takes no SOURCE: the index knows what it was made of")
    if repair and (scheduler or rebuild):
        raise click.UsageError("--repair goes with neither --scheduler nor --rebuild")
    if repair:
        return _repair(index_dir, jobs, quiet)
    if not sources:
        raise click.UsageError("Missing argument 'SOURCE...'.")
    with progress(quiet) as show, workers(scheduler) as (executor, threads):
        report = build_index(sources, index_dir, jobs or threads, executor=executor, rebuild=rebuild, on_progress=show)
    if not quiet or report.failures:
        summarize(report, f" -> {report.location}")
    return 1 if report.failures else 0


def _repair(index_dir: str | None, jobs: int | None, quiet: bool) -> int:
    from kbarchive.index.repair import repair_index

    with progress(quiet) as show:
        repair = repair_index(index_dir, jobs, on_progress=show)
    if repair.report and (not quiet or repair.report.failures):
        summarize(repair.report, f" -> {repair.location}")
    articles = counted(repair.indexed, "article")
    if repair.before not in (None, repair.indexed):
        articles += f", where there were {repair.before:,}"
    told = {
        "sound": f"{repair.location} is sound: {articles}",
        "generation": f"{repair.location} was damaged; another generation of it is whole, and in use now: {articles}",
        "sources": f"{repair.location} was damaged, and is made anew from its sources: {articles}",
        "records": f"{repair.location} was damaged, and is made anew from what it stores of each article: {articles}",
    }
    if not quiet or repair.lost:
        say(told[repair.how])
    for key in repair.lost[:_MOST_NAMED]:
        say(f"lost: {key}")
    if len(repair.lost) > _MOST_NAMED:
        say(f"and {len(repair.lost) - _MOST_NAMED:,} more lost")
    return 1 if repair.lost or (repair.report and repair.report.failures) else 0
