"""Options of the two commands that no other test is about, run as processes."""

from __future__ import annotations

import json
import os
import runpy
from pathlib import Path

import pytest

from kbarchive import __version__
from tests.commands import kbarchive, kbsearch
from tests.searching import ARTICLES, index_of, write_articles


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("options")
    index_of(place).close()
    return str(place / "index")


def test_the_module_is_the_command(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["__main__.py", "--version"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("kbarchive", run_name="__main__")
    assert (end.value.code, capfd.readouterr().out) == (0, f"kbarchive, version {__version__}\n")


def test_versions() -> None:
    assert kbarchive("--version").stdout.decode() == f"kbarchive, version {__version__}\n"
    assert kbsearch("--version").stdout.decode() == f"kbsearch, version {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("convert", "--help"),
        ("check", "--help"),
        ("index", "--help"),
        ("show", "--help"),
        ("diff", "--help"),
        ("refs", "--help"),
        ("serve", "--help"),
        ("mcp", "--help"),
        ("completion", "--help"),
        ("doctor", "--help"),
        ("stats", "--help"),
        ("schema", "--help"),
        ("validate", "--help"),
    ],
)
def test_help(arguments: tuple[str, ...]) -> None:
    done = kbarchive(*arguments)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b" ".join([b"Usage: kbarchive", *map(os.fsencode, arguments[:-1])]) + b" [OPTIONS]")
    assert done.stdout == kbarchive(*arguments[:-1], "-h").stdout


def test_help_of_the_search() -> None:
    done = kbsearch("--help")
    assert (done.returncode, done.stdout.startswith(b"Usage: kbsearch [OPTIONS] QUERY...")) == (0, True)
    assert done.stdout == kbsearch("-h").stdout


def test_quiet(folder: str, tmp_path: Path) -> None:
    txt = str(write_articles(tmp_path / "txt"))
    for done in (
        kbsearch("--quiet", "--index", folder, "relay", "zeppelin"),
        kbarchive("show", "Q910001", "--quiet", "--index", folder),
        kbarchive("refs", "Q910001", "--quiet", "--index", folder),
        kbarchive("stats", "--quiet", "--index", folder),
        kbarchive("check", txt, "--quiet"),
    ):
        assert (done.returncode, done.stdout != b"", done.stderr) == (0, True, b"")
    made = kbarchive("index", txt, "--quiet", "--index", str(tmp_path / "index"))
    assert (made.returncode, made.stdout, made.stderr) == (0, b"", b"")


def test_jobs(tmp_path: Path) -> None:
    txt = str(write_articles(tmp_path / "txt"))
    counts = [json.loads(kbarchive("check", txt, "--json", "--jobs", jobs).stdout) for jobs in ("1", "2")]
    assert [count["articles"] for count in counts] == [3, 3]
    assert kbarchive("index", txt, "--jobs", "2", "--index", str(tmp_path / "index")).returncode == 0
    assert kbarchive("index", txt, "--jobs", "0", "--index", str(tmp_path / "index")).returncode == 2


def test_overwrite(tmp_path: Path) -> None:
    txt, out = str(write_articles(tmp_path / "txt")), str(tmp_path / "out")
    assert kbarchive("convert", txt, out, "--format", "json-dir").returncode == 0
    again = kbarchive("convert", txt, out, "--format", "json-dir")
    assert (again.returncode, b"--overwrite" in again.stderr) == (2, True)
    assert kbarchive("convert", txt, out, "--format", "json-dir", "--overwrite").returncode == 0


def test_text_is_what_show_gives(folder: str) -> None:
    assert (
        kbarchive("show", "Q910001", "--text", "--index", folder).stdout
        == kbarchive("show", "Q910001", KBARCHIVE_INDEX=folder).stdout
    )


def test_diff_of_one_index(tmp_path: Path) -> None:
    older = {"Q910001": ARTICLES["Q910001"], "older": ARTICLES["Q910001"].replace(b"leaves the building", b"leaves the house")}
    index_of(tmp_path, older).close()
    done = kbarchive("diff", "Q910001", "--index", str(tmp_path / "index"), "--quiet")
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"the building" in done.stdout
    assert kbarchive("diff", "Q910001", "1", "1", "--index", str(tmp_path / "index")).returncode == 0


def test_why_hits_have_their_scores(folder: str) -> None:
    text = kbsearch("--explain", "--index", folder, "relay", "not", "allowed").stdout.decode()
    assert "   score: " in text
    assert "     allowed: weight " in text
    (line, *_) = kbsearch("--explain", "--jsonl", "--index", folder, "relay").stdout.splitlines()
    assert json.loads(line)["explanation"]["words"][0]["found"] == ["relai"]
    for wrong in (("--explain", "--ids", "relay"), ("--explain", "--like", "Q910001")):
        assert kbsearch(*wrong, "--index", folder).returncode == 2


def test_keys_with_nul_behind_them(folder: str) -> None:
    keys = kbsearch("--ids", "--index", folder, "relay").stdout.split()
    assert kbsearch("--null", "--index", folder, "relay").stdout == b"".join(key + b"\0" for key in keys)


def test_conversion_that_stops_at_the_first_failure(tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles")
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    done = kbarchive("convert", "--fail-fast", str(folder), str(tmp_path / "records.jsonl"))
    assert done.returncode != 0
    assert b"broken.zip" in done.stderr
    assert not (tmp_path / "records.jsonl").exists()


def test_schemas_and_their_validation(tmp_path: Path) -> None:
    for done in (kbarchive("schema", "--results"), kbarchive("schema", "--chunks")):
        assert json.loads(done.stdout)["$schema"].startswith("https://json-schema.org/")
    records = tmp_path / "records.jsonl"
    assert kbarchive("convert", "--quiet", str(write_articles(tmp_path / "txt")), str(records)).returncode == 0
    valid = kbarchive("validate", "--quiet", str(records))
    assert (valid.returncode, valid.stdout, valid.stderr) == (0, b"", b"")
