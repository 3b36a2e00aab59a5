"""The benchmarks run, on the bundled corpus."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import benchmarks
from benchmarks.load import measure_load
from tests.searching import index_of


@pytest.mark.parametrize("command", ["parse", "convert"])
def test_benchmark_gives_a_table(command: str) -> None:
    done = CliRunner().invoke(benchmarks, [command, "--rounds", "1", "--repeat", "1"])
    assert done.exit_code == 0, done.output
    head, _, titles, _, floor, measured = done.output.splitlines()
    assert "Python" in head
    assert titles.startswith("| work | CPU s | times the floor |")
    assert floor.split("|")[3].strip() == "1.0"
    assert float(measured.split("|")[3]) > 0


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory and CPU are read from Linux's /proc")
def test_the_load_of_many_clients_is_told(tmp_path: Path) -> None:
    index_of(tmp_path).close()
    told = measure_load(tmp_path / "index", clients=4, seconds=20, most=60, distinct=30, zipf=1.0, options=())
    assert "statuses: 200 6" in told
    assert "| all | 6" in told
