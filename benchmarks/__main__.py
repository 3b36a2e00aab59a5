"""``python -m benchmarks parse [FOLDER]`` and ``python -m benchmarks convert [SOURCE]``."""

from __future__ import annotations

from pathlib import Path

import click

from benchmarks.converting import measure_converting
from benchmarks.parsing import measure_parsing
from kbarchive.cli.console import CONTEXT_SETTINGS, run
from kbarchive.resources import resource_folder

_CORPUS_REPEATED = 20

_rounds = click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True, help="Best of how many.")
_repeat = click.option("--repeat", type=click.IntRange(min=1), help="Read the source so often. [corpus: 20, else 1]")


@click.group(context_settings=CONTEXT_SETTINGS)
def benchmarks() -> None:
    """Parsing and converting, beside the least work that any program would do: CPU time, and peak memory.

    Without a source the bundled corpus is read, many times over.
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


def _corpus() -> Path:
    return resource_folder("corpus") / "txt"


def _default_repeat(source: Path | None) -> int:
    return 1 if source else _CORPUS_REPEATED


if __name__ == "__main__":
    run(benchmarks, "benchmarks")
