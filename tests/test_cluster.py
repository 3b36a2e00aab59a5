"""Conversion and indexing on a Dask cluster: a real scheduler and two workers on this machine, one of which gets killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kbarchive import reading
from kbarchive.cluster import cluster
from kbarchive.conversion import convert
from kbarchive.extras import distributed
from kbarchive.index import build_index
from kbarchive.pipeline import WorkerError
from kbarchive.report import Report
from kbarchive.search import open_index
from tests.commands import PATIENCE, kbarchive

SCHEDULER = "from distributed.cli.dask_scheduler import main; main()"
WORKER = "from distributed.cli.dask_worker import main; main()"


@pytest.fixture
def source(tmp_path: Path, make_article: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of 300 articles, read in batches of five."""
    monkeypatch.setattr(reading, "_BATCH_DOCUMENTS", 5)
    folder = tmp_path / "txt"
    folder.mkdir()
    for number in range(900001, 900301):
        (folder / f"Q{number}.TXT").write_bytes(make_article(number))
    return folder


class Cluster:
    """A scheduler and its workers, as processes."""

    def __init__(self, folder: Path) -> None:
        self._told = folder / "scheduler.json"
        self.workers: list[subprocess.Popen[bytes]] = []
        self._scheduler = self._start(
            SCHEDULER, "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(self._told)
        )
        while not self._told.exists() or not self._told.read_text():
            assert self._scheduler.poll() is None
            time.sleep(0.05)
        self.address: str = json.loads(self._told.read_text())["address"]

    def add_worker(self) -> None:
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self._told.parent))
        self.workers.append(self._start(WORKER, self.address, *options))

    def stop(self) -> None:
        for process in (*self.workers, self._scheduler):
            process.kill()
            process.wait()

    def _start(self, code: str, *arguments: str) -> subprocess.Popen[bytes]:
        folder = str(Path(reading.__file__).parents[1])
        environment = {**os.environ, "PYTHONPATH": folder}
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment
        )


@pytest.fixture
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    started = Cluster(tmp_path_factory.mktemp("dask"))
    try:
        started.add_worker()
        started.add_worker()
        with distributed().Client(started.address, timeout=PATIENCE, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=PATIENCE)
        yield started
    finally:
        started.stop()


def test_a_worker_that_is_killed_on_the_way_changes_nothing(source: Path, tmp_path: Path, two_workers: Cluster) -> None:
    def kill_one(report: Report) -> None:
        if report.articles > 30 and two_workers.workers[0].poll() is None:
            two_workers.workers[0].kill()

    convert(source, tmp_path / "once.jsonl", jobs=1)
    with cluster(two_workers.address) as (executor, _):
        report = convert(source, tmp_path / "out.jsonl", executor=executor, jobs=2, on_progress=kill_one)
    assert two_workers.workers[0].poll() is not None
    assert two_workers.workers[1].poll() is None
    assert report.articles == 300
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "once.jsonl").read_bytes()


@pytest.mark.parametrize("kind", ["", "file://"])
def test_command_works_on_a_cluster(source: Path, tmp_path: Path, two_workers: Cluster, kind: str) -> None:
    done = kbarchive("convert", f"{kind}{source}", str(tmp_path / "out.db"), "--scheduler", two_workers.address)
    assert done.returncode == 0, done.stderr
    assert b"kbarchive: 300 articles, 0.2 MB in " in done.stderr


def test_scheduler_that_is_not_there_is_told(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kbarchive.cluster._SECONDS", 1)
    with pytest.raises(WorkerError, match=r"Dask scheduler at tcp://127\.0\.0\.1:1"), cluster("tcp://127.0.0.1:1"):
        pass


def test_index_is_made_on_a_cluster(source: Path, tmp_path: Path, two_workers: Cluster) -> None:
    done = kbarchive("index", str(source), "--index", str(tmp_path / "index"), "--scheduler", two_workers.address)
    assert done.returncode == 0, done.stderr
    assert b"kbarchive: 300 articles, 0.2 MB in " in done.stderr
    with open_index(tmp_path / "index") as index:
        assert index.search("Q900123 made").hits[0].id == "Q900123"


def test_index_does_not_miss_a_worker_that_is_killed(source: Path, tmp_path: Path, two_workers: Cluster) -> None:
    def kill_one(report: Report) -> None:
        if report.articles > 30 and two_workers.workers[0].poll() is None:
            two_workers.workers[0].kill()

    build_index(source, tmp_path / "once")
    with cluster(two_workers.address) as (executor, _):
        build_index(source, tmp_path / "index", 2, executor=executor, on_progress=kill_one)
    assert two_workers.workers[0].poll() is not None
    with open_index(tmp_path / "once") as once, open_index(tmp_path / "index") as index:
        assert index.search("wrong article", 300) == once.search("wrong article", 300)
        assert index.metadata.counts == once.metadata.counts
