"""The package as people get it: built, installed into a fresh environment, used outside the checkout and beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from tests.corpus import dialect_files
from tests.lowest import lowest

ROOT = Path(__file__).resolve().parent.parent
BIN = "Scripts" if os.name == "nt" else "bin"


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment["SOURCE_DATE_EPOCH"] = "1000000000"
    environment.update(XDG_CACHE_HOME=str(cwd / ".cache"), XDG_DATA_HOME=str(cwd / ".data"))
    result = subprocess.run([str(a) for a in arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A wheel and an sdist, built from a copy so that the checkout stays clean."""
    folder = tmp_path_factory.mktemp("build")
    sdist_folder = folder / "dist"
    copy = folder / "copy"
    copy.mkdir()
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - whichever git there is
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    names = (
        listed.stdout.decode().split("\0")
        if listed.returncode == 0
        else [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]
    )
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", sdist_folder, copy, cwd=folder)
    (wheel,) = sdist_folder.glob("*.whl")
    (sdist,) = sdist_folder.glob("*.tar.gz")
    return wheel, sdist


@pytest.fixture(scope="module")
def installed(distributions: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of a fresh environment that has the wheel."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=True)
    run(folder / BIN / "python", "-m", "pip", "install", "--quiet", distributions[0], cwd=folder)
    return folder / BIN


def test_what_is_in_the_wheel(distributions: tuple[Path, Path]) -> None:
    names = zipfile.ZipFile(distributions[0]).namelist()
    for wanted in (
        "kbarchive/py.typed",
        "kbarchive/grammar/body.lark",
        "kbarchive/grammar/inline.lark",
        "kbarchive/grammar/query.lark",
        "kbarchive/docs/query.md",
        "kbarchive/docs/record.schema.json",
        "kbarchive/web/templates/base.html",
        "kbarchive/web/static/app.css",
        "kbarchive/web/static/app.js",
        "kbarchive/web/static/keys.js",
        "kbarchive/site/static/find.js",
        "kbarchive/corpus/README.md",
        "kbarchive/corpus/txt/206/Q206968.TXT",
    ):
        assert wanted in names
    assert sum(name.startswith("kbarchive/corpus/") and name.lower().endswith(".txt") for name in names) >= 60
    for path in dialect_files():
        assert f"kbarchive/corpus/{path.relative_to(ROOT / 'corpus').as_posix()}" in names
    top = {name.split("/")[0] for name in names if not name.split("/")[0].endswith(".dist-info")}
    assert top == {"kbarchive"}, "nothing but the package may land in site-packages"


def test_what_is_in_the_sdist(distributions: tuple[Path, Path]) -> None:
    with tarfile.open(distributions[1]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"README.md", "LICENSE", "setup.cfg", "grammar/body.lark", "corpus/README.md", "tests/test_packaging.py"} <= names
    assert {f"corpus/{path.relative_to(ROOT / 'corpus').as_posix()}" for path in dialect_files()} <= names
    for_contributors = {"CITATION.cff", "noxfile.py", ".pre-commit-config.yaml", ".ci/run", ".github/PULL_REQUEST_TEMPLATE.md"}
    documentation = {"docs/sphinx/conf.py", "docs/tutorial.md", "docs/pictures/record.svg", "docs/notebooks/archive.ipynb"}
    assert for_contributors | documentation <= names


def test_the_same_sources_give_the_same_bytes_anywhere_and_offline(distributions: tuple[Path, Path], tmp_path: Path) -> None:
    """Built from the sdist, in another folder, at another time, by somebody with another umask."""
    with tarfile.open(distributions[1]) as sdist:
        if hasattr(tarfile, "data_filter"):  # since Python 3.11.4
            sdist.extraction_filter = tarfile.data_filter
        sdist.extractall(tmp_path)  # noqa: S202 - our own
    (copy,) = tmp_path.iterdir()
    for path in copy.rglob("*"):
        path.chmod(0o775 if path.is_dir() else 0o660)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", tmp_path / "dist", copy]
    run("sh", "-c", 'umask 007; PIP_NO_INDEX=1 exec "$@"', "sh", *command, cwd=tmp_path)
    for first in distributions:
        assert (tmp_path / "dist" / first.name).read_bytes() == first.read_bytes()


def test_the_main_job_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    found = run(installed / "kbsearch", "relay not allowed", cwd=tmp_path)
    assert "Q206968" in found.stdout.split("\n")[0]
    assert "RESOLUTION" in run(installed / "kbarchive", "show", "Q206968", cwd=tmp_path).stdout


def test_missing_extra_is_told_with_the_command_that_installs_it(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [str(installed / "kbarchive"), "convert", str(ROOT / "corpus"), "out.parquet"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    told = "kbarchive: error: Parquet needs a package that is not installed: pip install 'kbarchive[parquet]'\n"
    assert (done.returncode, done.stderr) == (2, told)
    assert list(tmp_path.iterdir()) == []


def test_the_installed_package_and_the_checkout_find_the_same_resources(installed: Path, tmp_path: Path) -> None:
    program = "from kbarchive.resources import *; print(resource_folder('corpus')); print(len(grammar_text('body.lark')))"
    outside = run(installed / "python", "-c", program, cwd=tmp_path).stdout.split()
    # Beside the checkout, where kbarchive/ shadows the installed package, the sibling folders are found.
    environment_cwd = ROOT
    inside = subprocess.run(
        [str(installed / "python"), "-c", program], cwd=environment_cwd, capture_output=True, text=True, check=True
    ).stdout.split()
    assert outside[1] == inside[1]
    assert Path(inside[0]) == ROOT / "corpus"
    assert "site-packages" in outside[0]


def test_benchmarks_run_from_the_checkout(installed: Path) -> None:
    result = subprocess.run(
        [str(installed / "python"), "-m", "benchmarks", "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_each_dependency_has_one_lower_bound() -> None:
    """Which .ci/versions installs: with two of one package there would be nothing to install."""
    names = {constraint.partition("==")[0] for constraint in lowest()}
    assert {"lark", "numpy", "pandas", "pytest", "sphinx", "uvicorn"} <= names
