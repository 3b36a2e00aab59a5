"""`kbarchive convert`: bulk conversion."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from kbarchive.cli.completion import complete_file, complete_index
from kbarchive.cli.console import CONTEXT_SETTINGS, Number, lines_of, progress, say, summarize
from kbarchive.cli.scheduler import scheduler_option, workers
from kbarchive.document import clean
from kbarchive.errors import TargetError
from kbarchive.selection import may_name
from kbarchive.writers import FORMATS, STDOUT
from kbarchive.writers.atomic import output_file, writing


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("sources", metavar="SOURCE...", shell_complete=complete_file, nargs=-1)
@click.argument("target", metavar="TARGET", shell_complete=complete_file, required=False)
@click.option("--format", "format_name", type=click.Choice(list(FORMATS)), help="Default: by the name of TARGET.")
@click.option("-j", "--jobs", type=Number(min=1), metavar="N", help="Processes. Default: one a core, at most 8.")
@scheduler_option
@click.option("--newest", is_flag=True, help="Of several texts of one article write only the newest.")
@click.option(
    "--ids",
    metavar="IDS",
    shell_complete=complete_file,
    help="Only these ids or keys: A,B,C, a file with one a line, or - for standard input.",
)
@click.option("--select", metavar="QUERY", help="Write only the articles that kbsearch finds for QUERY.")
@click.option(
    "--index",
    "index_dir",
    metavar="DIR",
    shell_complete=complete_index,
    help="The index that --select asks, if it is of these SOURCEs. Default: $KBARCHIVE_INDEX, else your default index.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on where an earlier run of the same conversion was broken off; what it left of TARGET is replaced.",
)
@click.option("--incremental", is_flag=True, help="Convert only what has changed since the last run with --incremental.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first file that cannot be read, and write nothing.")
@click.option(
    "--errors", "errors_file", metavar="FILE", shell_complete=complete_file, help="Write what failed to FILE, as JSON Lines."
)
@click.option(
    "--report", "report_file", metavar="FILE", shell_complete=complete_file, help="Write the summary to FILE, as JSON."
)
@click.option(
    "--overwrite",
    is_flag=True,
    help="Replace a TARGET folder that holds an earlier conversion to the same format, but for ftp, or to json-dir.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def convert(
    sources: tuple[str, ...],
    target: str | None,
    format_name: str | None,
    jobs: int | None,
    scheduler: str | None,
    newest: bool,
    ids: str | None,
    select: str | None,
    index_dir: str | None,
    resume: bool,
    incremental: bool,
    fail_fast: bool,
    errors_file: str | None,
    report_file: str | None,
    overwrite: bool,
    quiet: bool,
) -> int:
    """Convert all articles of each SOURCE to records in TARGET.

    A SOURCE is a file, a folder, a zip, a tar (of any compression), a WARC or WACZ of saved pages, REPO@REV (a git repository
    at a revision), an address (s3://bucket/txt, with the extra "remote"), or - for standard input. TARGET is a file or a
    folder, whose name tells the format, or - for standard output (JSON Lines). It appears whole at the end, or not at all;
    the records are in input order. Files that are no article are skipped; the summary on stderr (on a terminal a table) counts
    them and names the first.

    Every text is converted, also where several have the same number; in a folder the second is Q206968~2.json. With
    --newest the newest is, and the summary counts the older and the identical ones; sources are read twice for that.

    --select QUERY writes the articles that kbsearch finds for QUERY (all of it, see kbsearch --help-query): all their texts, or
    with --newest the newest. It asks --index, or your default index, if that is an index of just the same documents, which are
    read once more to tell; else it makes an index in a temporary folder, which takes longer than the conversion.

    What is done is kept beside TARGET until all is: with --resume a run that was stopped or killed is gone on with, and gives
    the same TARGET as one that was not. With --incremental it is kept for the next time.

    \b
    Formats that are one file; .gz or .zst behind the name compresses those with a *:
      jsonl     .jsonl .ndjson *     JSON Lines, a record a line
      json      .json *              one JSON array
      csv       .csv *               a flat row an article
      parquet   .parquet             the same with typed columns (pip install 'kbarchive[parquet]')
      sqlite    .db .sqlite          a database of normalised tables with full-text search
      chunks    .chunks.jsonl *      a section a line, with its context, for retrieval systems

    \b
    Formats that are a folder with a file for each article:
      json-dir  the record as JSON: 206/Q206968.json; any name without a suffix means this
      ftp       the text form of the archive itself: 206/Q206968.TXT (read again, an article of it is the same record,
                but for the raw header)
      markdown  CommonMark with YAML front matter: 206/Q206968.md
      text      plain text for people: 206/Q206968.txt
      html      bare pages that link to one another: 206/Q206968.html

    \b
    Examples:
      kbarchive convert txt/ records.jsonl
      kbarchive convert archive.tar.xz records/
      kbarchive convert archive.tar.xz kb.db
      kbarchive convert archive.tar.xz kb.db --resume
      kbarchive convert --incremental txt/ records/
      kbarchive convert kbarchive.git@v1.0 records.jsonl
      kbarchive convert crawl.warc.gz records.parquet --scheduler tcp://10.0.0.1:8786
      kbarchive convert --newest 1999/ 2001.zip records.jsonl
      kbarchive convert txt/ pages/ --format html
      kbsearch --ids relay | kbarchive convert archive.tar.xz relay/ --ids - --format markdown
      kbarchive convert archive.tar.xz exchange.csv --select 'product:exchange modified:1999..'
      xzcat archive.tar.xz | kbarchive convert - - | head

    \b
    Exit codes:
      0  all was read
      1  some files could not be read, or no article has some of the ids (they are named); the others are converted.
         Or no article answers the query
      2  nothing was written; also where what --ids names is no file, and no id or key
    """
    if not sources or target is None:  # click gives TARGET what stands last, and would miss the SOURCE
        given = f"no TARGET for {target}" if target else "no SOURCE and no TARGET"
        raise click.UsageError(f"{given}; give both, as in: kbarchive convert txt/ records.jsonl")
    from kbarchive.conversion import convert as convert_sources

    # A live line would mix with records on the same terminal.
    on_terminal = target == STDOUT and sys.stdout is not None and sys.stdout.isatty()
    _check_selection(ids, select, index_dir)
    names = None if ids is None else _names(ids, sources)
    for file in filter(None, (errors_file, report_file)):
        _check_place(file)
    with _hint(target), progress(quiet or on_terminal) as show, workers(scheduler) as (executor, threads):
        report = convert_sources(
            sources,
            target,
            format_name,
            jobs or threads,
            newest=newest,
            overwrite=overwrite,
            ids=names,
            select=select,
            index_dir=index_dir,
            fail_fast=fail_fast,
            resumable=True,
            resume=resume,
            incremental=incremental,
            executor=executor,
            on_progress=show,
        )
    if errors_file:
        _write_json(errors_file, *report.failures)
    if report_file:
        _write_json(report_file, report)
    if not quiet or report.failures or report.missing:
        summarize(report, "" if target == STDOUT else f" -> {target}")
    none_answers = select is not None and report.unselected == report.articles
    return 1 if report.failures or report.missing or none_answers else 0


@contextmanager
def _hint(target: str) -> Iterator[None]:
    """Says how to go on when the work is broken off and something of it is kept."""
    from kbarchive.journal import journal_path

    journal = journal_path(target)
    before = _size(journal)
    try:
        yield
    except BaseException as error:
        # A target that is refused at once is so with --resume, too, and the journal is that of another run.
        refused = isinstance(error, TargetError) and _size(journal) == before
        if target != STDOUT and journal.exists() and not refused:
            say(f"what was done is kept: give the same command with --resume to go on, or remove {clean(str(journal))}")
        raise


def _size(journal: Path) -> int:
    return journal.stat().st_size if journal.exists() else 0


def _check_selection(ids: str | None, select: str | None, index_dir: str | None) -> None:
    if select is None:
        if index_dir is not None:
            raise click.UsageError("--index is the index that --select asks; give --select QUERY too")
    elif ids is not None:
        raise click.UsageError("--ids and --select exclude each other")
    elif not select.strip():
        raise click.UsageError("the query of --select is empty")


def _names(ids: str, sources: Iterable[str]) -> list[str]:
    if ids == STDOUT and STDOUT in sources:
        raise click.UsageError("standard input cannot be both a SOURCE and --ids")
    if ids == STDOUT or (os.path.exists(ids) and not os.path.isdir(ids)):  # also a pipe by name
        lines = "\n".join(lines_of(ids)).splitlines()
    else:
        lines = ids.split(",")
        if not any(map(may_name, lines)):  # a file whose name is mistyped is not taken for an id that no article has
            raise click.UsageError(f"--ids {ids} is no file, and no id or key of an article")
    names = [line.strip() for line in lines if line.strip()]
    if not names:
        raise click.UsageError(f"--ids {ids} names no article")
    return names


def _check_place(target: str) -> None:
    """Tells now, and not when all is converted, that a file cannot be written."""
    if os.path.isdir(target):
        raise TargetError(f"cannot write {clean(target)}: it is a folder")
    if target != STDOUT and not os.path.exists(target):
        with writing(target), tempfile.TemporaryFile(dir=os.path.dirname(target) or os.curdir):
            pass


def _write_json(target: str, *values: object) -> None:
    import msgspec

    with output_file(target) as stream, writing(target):
        stream.write(msgspec.json.Encoder().encode_lines(values))
