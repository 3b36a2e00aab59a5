"""``python -m benchmarks parse [FOLDER]``, ``convert [SOURCE]``, ``relevance SOURCE QRELS`` and ``load INDEX``."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks.converting import measure_converting
from benchmarks.load import measure_load
from benchmarks.parsing import measure_parsing
from benchmarks.peers import PEERS
from benchmarks.relevance import measure_relevance
from kbarchive.cli.console import CONTEXT_SETTINGS, run, say
from kbarchive.resources import resource_folder

_CORPUS_REPEATED = 20
_NONE = "none"

_rounds = click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True, help="Best of how many.")
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
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Processes. Default: one a core, at most 8.")
def convert(source: Path | None, rounds: int, repeat: int | None, jobs: int | None) -> None:
    """Convert SOURCE to JSON Lines, in several processes."""
    click.echo(measure_converting(source or _corpus(), repeat or _default_repeat(source), rounds, jobs))


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


def _say(message: str) -> None:
    say(message, "benchmarks")


def _corpus() -> Path:
    return resource_folder("corpus") / "txt"


def _default_repeat(source: Path | None) -> int:
    return 1 if source else _CORPUS_REPEATED


if __name__ == "__main__":
    run(benchmarks, "benchmarks")
