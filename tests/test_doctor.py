"""What `kbarchive doctor` tells of an installation and of indexes; it changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kbarchive as library
from kbarchive import doctor
from kbarchive.index.folders import default_folder, sample_folder
from tests.commands import kbarchive
from tests.searching import write_articles


@pytest.fixture
def default(tmp_path: Path) -> Path:
    """The user's default index."""
    library.build_index(write_articles(tmp_path / "txt"), jobs=1)
    return default_folder()


def test_a_sound_installation() -> None:
    health = doctor.examine()
    assert health.problems == ()
    assert health.version == library.__version__
    assert {*health.resources} == {"grammar", "corpus", "docs"}
    assert all(health.packages.values())
    assert [(state.role, state.articles, state.problem) for state in health.indexes] == [
        ("default", 0, None),
        ("sample", 0, None),
    ]
    assert health.removable == ()


def test_what_is_installed() -> None:
    packages, extras = doctor._requirements()
    assert {"click", "lark", "msgspec"} <= {*packages}
    assert extras["parquet"].keys() == {"pyarrow"}
    assert extras["test"]["pytest"] == pytest.__version__


def test_indexes_and_what_can_be_removed(default: Path) -> None:
    library.open_index("sample").close()
    older = sample_folder().with_name("sample-0123")
    killed = default / "generation-999999"
    for place in (older, killed):
        place.mkdir()
        (place / "file").write_bytes(bytes(1000))
    before = sorted(default.rglob("*"))
    health = doctor.examine()
    assert [(state.role, state.path, state.articles) for state in health.indexes] == [
        ("default", str(default), 3),
        ("sample", str(sample_folder()), len(library.open_index("sample"))),
    ]
    assert {entry.path: entry.bytes for entry in health.removable if entry.bytes == 1000} == {
        str(older): 1000,
        str(killed): 1000,
    }
    assert str(sample_folder()) in {entry.path for entry in health.removable}
    assert sorted(default.rglob("*")) == before


def test_problems_say_what_to_do(default: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generation = default / (default / "current").read_text(encoding="utf-8").split()[0]
    max(generation.rglob("*"), key=lambda path: path.stat().st_size if path.is_file() else 0).unlink()
    (problem,) = doctor.examine().problems
    assert "damaged" in problem
    assert f"kbarchive index --repair --index {default}" in problem
    monkeypatch.setenv("KBARCHIVE_INDEX", str(tmp_path / "nowhere"))
    (problem,) = doctor.examine().problems
    assert problem.startswith(f"$KBARCHIVE_INDEX names {tmp_path / 'nowhere'}, which holds no index")
    monkeypatch.setattr(doctor, "_version", lambda name: None if name == "lark" else "1")
    assert "lark is missing: pip install lark" in doctor.examine().problems


def test_a_folder_that_cannot_be_read_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(doctor, "holds_index", refuse)
    monkeypatch.setattr(doctor, "leftovers", refuse)
    assert doctor.examine().problems[0] == f"cannot read the index {default_folder()}: Permission denied"


def test_without_an_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> None:
        raise doctor.PackageNotFoundError(name)

    monkeypatch.setattr(doctor, "requires", nothing)
    health = doctor.examine()
    assert (health.packages, health.extras, health.problems) == ({}, {}, ())


def test_the_command(default: Path) -> None:
    done = kbarchive("doctor")
    assert (done.returncode, done.stderr) == (0, b"")
    assert f"default   {default}: 3 articles" in done.stdout.decode()
    told = json.loads(kbarchive("doctor", "--json").stdout)
    assert told["indexes"][0]["articles"] == 3
    done = kbarchive("doctor", KBARCHIVE_INDEX="/nowhere")
    assert done.returncode == 1
    assert done.stdout.decode().splitlines()[-1].startswith("problem: $KBARCHIVE_INDEX names /nowhere")
