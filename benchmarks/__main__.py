"""``python -m benchmarks COMMAND``: parse, convert, index, search, relevance; each tells itself with ``--help``."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks.converting import measure_converting
from benchmarks.first_search import measure_first_search
from benchmarks.indexing import measure_indexing
from benchmarks.load import measure_load
from benchmarks.memory import measure_memory
from benchmarks.parsing import measure_parsing
from benchmarks.peers import PEERS
from benchmarks.readback import TARGETS, measure_readback
from benchmarks.relevance import measure_relevance
from benchmarks.searching import measure_searching
from benchmarks.storing import STORES
from kbarchive.cli.console import CONTEXT_SETTINGS, run, say
from kbarchive.resources import resource_folder

_CORPUS_REPEATED = 20
_NONE = "none"

_rounds = click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True, help="Of how many.")
_jobs = click.option("-j", "--jobs", type=click.IntRange(min=1), help="Processes. Default: one a core, to convert at most 8.")
_repeat = click.option("--repeat", type=click.IntRange(min=1), help="Read the source so often. [corpus: 20, else 1]")


@click.group(context_settings=CONTEXT_SETTINGS)
def benchmarks() -> None:
    """Parsing and converting, beside the least work that any program would do: CPU time, and peak memory.
    Without a source the bundled corpus is read, many times over.

    How well the right article is found, beside other search engines.
    """


@benchmarks.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@_rounds
@_repeat
def parse(folder: Path | None, rounds: int, repeat: int | None) -> None:
    """Parse all files of FOLDER to records, in one process."""
    click.echo(measure_parsing(folder or _corpus(), repeat or _default_repeat(folder), rounds))


@benchmarks.command()
@click.argument("source", required=False, type=click.Path(exists=True, path_type=Path))
@_rounds
@_repeat
@_jobs
def convert(source: Path | None, rounds: int, repeat: int | None, jobs: int | None) -> None:
    """Convert SOURCE to JSON Lines, in several processes."""
    click.echo(measure_converting(source or _corpus(), repeat or _default_repeat(source), rounds, jobs))


@benchmarks.command()
@click.argument("source", required=False, type=click.Path(exists=True, path_type=Path))
@_rounds
@_jobs
@click.option("--peer", "peers", type=click.Choice([*STORES, _NONE]), multiple=True, help="Only these. [all]")
def index(source: Path | None, rounds: int, jobs: int | None, peers: Sequence[str]) -> None:
    """Build an index of SOURCE, beside other engines that hold the same, and of an eighth of it: median times, memory, size."""
    click.echo(measure_indexing(source or _corpus(), jobs, rounds, [peer for peer in peers or STORES if peer != _NONE], _say))


@benchmarks.command()
@click.argument("source", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--target", "targets", type=click.Choice(TARGETS), multiple=True, help="Only these. [all]")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Processes. Default: one a core, at most 8.")
def readback(source: Path | None, targets: Sequence[str], jobs: int | None) -> None:
    """Convert SOURCE to every format, and read it back by the tool that people use for it."""
    with tempfile.TemporaryDirectory() as work:
        for line in measure_readback(source or _corpus(), Path(work), targets or TARGETS, jobs):
            click.echo(line)


@benchmarks.command()
@click.argument("source", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--index", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Of SOURCE. [built anew]")
@_rounds
@click.option("--peer", "peers", type=click.Choice([*STORES, _NONE]), multiple=True, help="Only these. [all]")
def search(source: Path | None, index: Path | None, rounds: int, peers: Sequence[str]) -> None:
    """Ask a hundred queries of an index of SOURCE, beside other engines over the same, and four by commands of their own."""
    chosen = [peer for peer in peers or STORES if peer != _NONE]
    click.echo(measure_searching(source or _corpus(), index, rounds, chosen, _say))


@benchmarks.command()
@click.argument("source", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--target", "targets", multiple=True, default=["o.jsonl", "o.db", "o.parquet", "o"], show_default=True)
@click.option("--copies", type=click.IntRange(min=2), default=8, show_default=True)
@click.option("-j", "--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Processes.")
def memory(source: Path | None, targets: Sequence[str], copies: int, jobs: int) -> None:
    """The memory that converting SOURCE takes, and converting several copies of it in one tar. On Linux."""
    with tempfile.TemporaryDirectory() as work:
        for line in measure_memory(source or _corpus(), Path(work), targets, copies, jobs):
            click.echo(line)


@benchmarks.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.argument("qrels", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--index", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Of SOURCE. [built anew]")
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keeps what the peers built and found. [a temporary folder]",
)
@click.option("--peer", "peers", type=click.Choice([*PEERS, _NONE]), multiple=True, help="Only these. [all]")
@click.option("--ablation", is_flag=True, help="Also with each part of the ranking switched off.")
@click.option("--agreement", is_flag=True, help="Also whether the first hits are the same however many are asked for.")
def relevance(
    source: Path, qrels: Path, index: Path | None, work: Path | None, peers: Sequence[str], ablation: bool, agreement: bool
) -> None:
    """How well the articles of SOURCE are found that answer the queries of QRELS, a folder of *.jsonl; beside other engines."""
    chosen = [peer for peer in peers or PEERS if peer != _NONE]
    with tempfile.TemporaryDirectory() as temporary:
        tables = measure_relevance(
            source, qrels, work or Path(temporary), index, chosen, _say, parts=ablation, agreement=agreement
        )
    click.echo(tables)


@benchmarks.command()
@click.argument("index", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--clients", type=click.IntRange(min=1, max=1000), default=32, show_default=True, help="Each asks on and on.")
@click.option("--seconds", type=click.FloatRange(min=1, max=600), default=60.0, show_default=True, help="At most so long.")
@click.option("--requests", type=click.IntRange(min=1), default=200_000, show_default=True, help="At most so many.")
@click.option("--distinct", type=click.IntRange(min=1), default=20_000, show_default=True, help="Among so many addresses.")
@click.option("--zipf", type=click.FloatRange(min=0), default=1.0, show_default=True, help="0: all equally often.")
@click.argument("options", nargs=-1)
def load(
    index: Path, clients: int, seconds: float, requests: int, distinct: int, zipf: float, options: tuple[str, ...]
) -> None:
    """How soon `kbarchive serve` answers many clients over INDEX, on this machine alone. Options of serve stand behind --."""
    click.echo(measure_load(index, clients, seconds, requests, distinct, zipf, options))


@benchmarks.command()
@click.argument("site", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--number", type=click.IntRange(min=1), default=7, show_default=True, help="So many searches.")
def first_search(site: Path, number: int) -> None:
    """How soon Chromium has the hits of a first search in SITE, which `kbarchive site` has made. Needs the extra browser."""
    click.echo(measure_first_search(site, number))


def _say(message: str) -> None:
    say(message, "benchmarks")


def _corpus() -> Path:
    return resource_folder("corpus") / "txt"


def _default_repeat(source: Path | None) -> int:
    return 1 if source else _CORPUS_REPEATED


if __name__ == "__main__":
    run(benchmarks, "benchmarks")
