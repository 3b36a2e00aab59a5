"""The benchmarks run, on the bundled corpus."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import benchmarks


@pytest.mark.parametrize("command", ["parse", "convert"])
def test_benchmark_gives_a_table(command: str) -> None:
    done = CliRunner().invoke(benchmarks, [command, "--rounds", "1", "--repeat", "1"])
    assert done.exit_code == 0, done.output
    head, _, titles, _, floor, measured = done.output.splitlines()
    assert "Python" in head
    assert titles.startswith("| work | CPU s | times the floor |")
    assert floor.split("|")[3].strip() == "1.0"
    assert float(measured.split("|")[3]) > 0


def test_the_index_benchmark_gives_tables() -> None:
    done = CliRunner().invoke(benchmarks, ["index", "--rounds", "1", "--jobs", "1", "--peer", "SQLite FTS5"])
    assert done.exit_code == 0, done.output
    rows = [line.split("|")[1:-1] for line in done.stdout.splitlines() if line.startswith("|")]
    assert [row[0].strip() for row in rows] == ["engine", "---", "kbarchive", "SQLite FTS5"] * 2
    assert all(float(cell) > 0 for row in rows[2:4] for cell in row[1:] if cell.strip())
