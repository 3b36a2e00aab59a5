"""`kbarchive serve`, run as a process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.commands import PATIENCE, kbarchive
from tests.searching import ARTICLES, article, index_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("serving")
    index_of(place).close()
    return str(place / "index")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to stop a process in good order")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_stopped(folder: str, end: signal.Signals) -> None:
    arguments = [
        "serve",
        "--index",
        folder,
        "--host=127.0.0.1",
        "--allow-host=127.0.0.1",
        "--port=0",
        "--readers=2",
        "--seconds=600",
    ]
    command = [sys.executable, "-m", "kbarchive.cli.main", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        assert "3 articles" in server.stderr.readline()
        address = server.stderr.readline().split()[2]
        with urlopen(f"{address}search.json?q=mysecret+relay") as answer:  # noqa: S310 - ours
            assert answer.status == 200
        server.send_signal(end)
        out, rest = server.communicate(timeout=PATIENCE)
    assert (server.returncode, out) == (0, "")
    assert "GET /search.json 200" in rest
    assert "mysecret" not in rest
    assert "Traceback" not in rest


def test_an_index_that_is_built_anew_meanwhile(tmp_path: Path) -> None:
    index_of(tmp_path).close()
    command = [sys.executable, "-m", "kbarchive.cli.main", "serve", "--index", str(tmp_path / "index"), "--port=0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        server.stderr.readline()
        address = server.stderr.readline().split()[2]
        counts = []
        for articles in (ARTICLES, {**ARTICLES, "Q900099": article(900099, "Of today", {"SUMMARY": "New."})}):
            index_of(tmp_path, articles).close()
            with urlopen(f"{address}health.json") as answer:  # noqa: S310 - ours
                counts.append(json.load(answer)["articles"])
        server.terminate()
        server.communicate(timeout=PATIENCE)
    assert counts == [len(ARTICLES), len(ARTICLES) + 1]


def test_a_port_that_is_taken(folder: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = kbarchive("serve", "--quiet", "--index", folder, "--port", str(taken.getsockname()[1]))
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert b"choose another --port or --host" in done.stderr


def test_no_index(tmp_path: Path) -> None:
    done = kbarchive("serve", "--index", str(tmp_path), "--port", "0")
    assert (done.returncode, b"holds no index" in done.stderr) == (2, True)


def test_without_the_extra(tmp_path: Path, folder: str) -> None:
    (tmp_path / "uvicorn.py").write_text("raise ModuleNotFoundError('no', name='uvicorn')\n")
    done = kbarchive("serve", "--index", folder, PYTHONPATH=str(tmp_path))
    assert (done.returncode, b"pip install 'kbarchive[web]'" in done.stderr) == (2, True)
