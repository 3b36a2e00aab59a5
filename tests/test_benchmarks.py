"""The benchmarks run, on the bundled corpus."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import benchmarks
from benchmarks.load import measure_load
from tests.commands import PATIENCE
from tests.searching import index_of


@pytest.mark.parametrize("command", ["parse", "convert"])
def test_benchmark_gives_a_table(command: str) -> None:
    done = CliRunner().invoke(benchmarks, [command, "--rounds", "1", "--repeat", "1"])
    assert done.exit_code == 0, done.output
    head, _, titles, _, floor, measured, *_ = done.output.splitlines()
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


def test_conversion_is_compared_with_a_bare_loop() -> None:
    done = CliRunner().invoke(benchmarks, ["convert", "--rounds", "1", "--repeat", "1", "--jobs", "2"])
    assert [line.split("|")[1].strip() for line in done.output.splitlines()[5:8]] == [
        "the bare loop, to JSON Lines",
        "convert, 1 job, to JSON Lines",
        "convert, 2 jobs, to JSON Lines",
    ]
    assert done.output.splitlines()[-1].startswith("CPU time over the bare loop: convert, 1 job: ")


def test_what_is_read_back_is_what_was_written() -> None:
    done = CliRunner().invoke(
        benchmarks, ["readback", "--jobs", "1", *(f"--target={name}" for name in ("o.jsonl.gz", "o.csv", "o.db"))]
    )
    assert done.exit_code == 0, done.output
    for line in done.output.splitlines()[2:]:
        target, tool, found, equal = (cell.strip() for cell in line.strip("|").split("|"))
        assert found == "not installed" or equal.startswith(f"{found} of {found} "), (target, tool)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells the memory of processes")
def test_memory_of_copies_is_measured() -> None:
    done = CliRunner().invoke(benchmarks, ["memory", "--target", "o.jsonl", "--copies", "2"])
    assert done.exit_code == 0, done.output
    _, name, one, two, difference, _ = (cell.strip() for cell in done.output.splitlines()[2].split("|"))
    assert name == "o.jsonl"
    assert float(one) > 10
    assert float(difference.rstrip("%")) == pytest.approx((float(two) / float(one) - 1) * 100, abs=1)


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory and CPU are read from Linux's /proc")
def test_the_load_of_many_clients_is_told(tmp_path: Path) -> None:
    index_of(tmp_path).close()
    told = measure_load(
        tmp_path / "index", clients=4, seconds=PATIENCE, most=60, distinct=30, zipf=1.0, options=("--seconds=600",)
    )
    assert "statuses: 200 6" in told
    assert "| all | 6" in told
