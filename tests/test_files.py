"""Names and files that are not as they should be, or do not stay so: odd, too long, not to be read, gone, cut, changed."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import kbarchive
from kbarchive.document import Failure
from kbarchive.errors import SourceError, TargetError
from kbarchive.sources import documents
from tests.commands import kbarchive as run_kbarchive
from tests.commands import kbsearch as run_kbsearch
from tests.test_sources import tar_of, zip_of

pytestmark = pytest.mark.skipif(os.name != "posix", reason="what is made to fail here is POSIX's")

Article = Callable[..., bytes]
MAIN = (sys.executable, "-m", "kbarchive.cli.main")
SEARCH = (sys.executable, "-m", "kbarchive.cli.search")


# Names


@pytest.fixture
def odd_names(tmp_path: Path, make_article: Article) -> bytes:
    """A folder of articles whose names, and its own, are no UTF-8."""
    source = os.fsencode(tmp_path) + b"/in\xff"
    os.mkdir(source)
    for name, number in ((b"\xfe.TXT", 900001), (b"a\x80b\n.TXT", 900002)):
        with open(source + b"/" + name, "wb") as file:
            file.write(make_article(number))
    return source


@pytest.mark.parametrize("name", ["jsonl", "json", "csv", "parquet", "db"])
def test_names_that_are_no_utf8_convert(odd_names: bytes, tmp_path: Path, name: str) -> None:
    target = os.fsencode(tmp_path) + b"/out\xff." + name.encode()
    command = [*map(os.fsencode, MAIN), b"convert", odd_names, target, b"--resume"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"2 articles" in done.stderr
    assert os.path.getsize(target) > 0
    assert sorted(os.listdir(os.fsencode(tmp_path))) == [b"in\xff", b"out\xff." + name.encode()]


@pytest.mark.parametrize("form", ["json-dir", "markdown", "html", "text", "ftp"])
def test_names_that_are_no_utf8_convert_to_folders(odd_names: bytes, tmp_path: Path, form: str) -> None:
    target = os.fsencode(tmp_path) + b"/out\xff"
    command = [*map(os.fsencode, MAIN), b"convert", odd_names, target, b"--format", form.encode()]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert sum(len(names) for _, _, names in os.walk(target)) >= 2


def test_names_that_are_no_utf8_in_the_other_commands(odd_names: bytes, tmp_path: Path) -> None:
    index = os.fsencode(tmp_path) + b"/index\xff"
    for command, code, said in (
        ((*MAIN, "check", odd_names), 0, b"2"),
        ((*MAIN, "index", odd_names, "--index", index), 0, b""),
        ((*SEARCH, "--index", index, "--ids", "article"), 0, b"Q900001\nQ900002\n"),
        ((*MAIN, "show", "--index", index, "Q900001"), 0, b"A Made-Up Article"),
        ((*MAIN, "stats", "--index", index), 0, b"2"),
        ((*MAIN, "validate", odd_names + b"/\xfe.TXT"), 1, b""),
        ((*MAIN, "convert", odd_names + b"/nowhere\xff", "-"), 2, b""),
    ):
        done = subprocess.run([os.fsencode(part) for part in command], capture_output=True, check=False)
        assert done.returncode == code, done.stderr
        assert b"Traceback" not in done.stderr
        assert said in done.stdout
        done.stderr.decode()  # what people are told is UTF-8 all the same


@pytest.mark.parametrize("form", ["jsonl", "json-dir", "sqlite"])
def test_target_whose_name_is_too_long_is_told_at_once(article_folder: Path, tmp_path: Path, form: str) -> None:
    done = run_kbarchive("convert", str(article_folder), str(tmp_path / ("x" * 300)), "--format", form)
    assert done.returncode == 2
    assert done.stderr.startswith(b"kbarchive: error: cannot write ")
    assert done.stderr.endswith(b": File name too long\n")
    assert os.listdir(tmp_path) == ["txt"]


def test_names_that_are_too_long_elsewhere(article_folder: Path, tmp_path: Path) -> None:
    long = "/".join(["x" * 200] * 30)
    for done in (
        run_kbarchive("convert", long, "-"),
        run_kbarchive("index", str(article_folder), "--index", str(tmp_path / long)),
        run_kbsearch("--index", long, "relay"),
        run_kbarchive("show", "--index", "sample", "Q" * 100_000),
    ):
        assert done.returncode == 2
        assert b": error: " in done.stderr
        assert b"Traceback" not in done.stderr


def test_folders_deeper_than_a_path_may_be_are_told(article_folder: Path, tmp_path: Path) -> None:
    place = os.open(article_folder, os.O_RDONLY)
    for _ in range(30):
        os.mkdir("d" * 200, dir_fd=place)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = below
    os.close(place)
    report = kbarchive.convert(article_folder, tmp_path / "out.jsonl")
    assert report.articles == 3
    assert [failure.message for failure in report.failures] == ["File name too long"]


# Files


def test_files_and_folders_that_may_not_be_read_are_told(article_folder: Path, tmp_path: Path) -> None:
    (article_folder / "900" / "Q900001.TXT").chmod(0)
    (article_folder / "901").chmod(0)
    command = [*MAIN, "convert", str(article_folder), str(tmp_path / "out.jsonl")]
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("root may read all, and there is no setpriv to make it less")
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all", *command]
    done = subprocess.run(command, capture_output=True, check=False)
    (article_folder / "901").chmod(0o755)
    assert done.returncode == 1, done.stderr
    assert b"failed: 900/Q900001.TXT: Permission denied" in done.stderr
    assert b"failed: 901: Permission denied" in done.stderr
    assert [article.id for article in kbarchive.read_jsonl(tmp_path / "out.jsonl")] == ["Q900002"]


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="what cannot be read there is Linux's")
def test_file_that_fails_while_it_is_read_is_told(article_folder: Path, tmp_path: Path) -> None:
    (article_folder / "900" / "Q900001b.TXT").symlink_to("/proc/self/mem")
    report = kbarchive.convert(article_folder, tmp_path / "out.jsonl", jobs=1)
    assert [str(failure) for failure in report.failures] == ["900/Q900001b.TXT: Input/output error"]
    assert report.articles == 3


def test_files_that_vanish_or_change_while_a_folder_is_read(article_folder: Path, make_article: Article) -> None:
    failures: list[Failure] = []
    articles = kbarchive.read(article_folder, on_failure=failures.append, on_skip=lambda _: None)
    for number in range(900010, 900300):
        (article_folder / "900" / f"Q{number}.TXT").write_bytes(make_article(number))
    (article_folder / "900" / "Q900250.TXT").write_bytes(make_article(900250) * 5000)  # more than one read
    found = {next(articles).id}
    shutil.rmtree(article_folder / "901")
    (article_folder / "900" / "Q900299.TXT").unlink()
    (article_folder / "900" / "Q900298.TXT").write_bytes(make_article(900777))
    os.truncate(article_folder / "900" / "Q900250.TXT", 300)
    found |= {article.id for article in articles}
    assert [str(failure) for failure in failures] == [
        "900/Q900299.TXT: No such file or directory",
        "901: No such file or directory",
    ]
    assert found == {f"Q{number}" for number in (900001, 900002, *range(900010, 900298), 900777)}


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_archive_that_is_cut_while_it_is_read_is_told(tmp_path: Path, make_article: Article, kind: str) -> None:
    articles = {f"Q{number}.TXT": make_article(number) for number in range(900001, 900400)}
    (tmp_path / "a").write_bytes((zip_of if kind == "zip" else tar_of)(articles))
    failures: list[Failure] = []
    found = documents(tmp_path / "a", on_failure=failures.append)
    read = [next(found).member]
    os.truncate(tmp_path / "a", (tmp_path / "a").stat().st_size // 2)
    read += [document.member for document in found]
    assert read == list(articles)[: len(read)]
    assert 100 < len(read) < 300
    assert all("damaged or cut short" in failure.message for failure in failures)
    assert len(failures) == (len(articles) - len(read) if kind == "zip" else 1)


def test_document_that_goes_between_the_two_readings_of_newest(article_folder: Path, tmp_path: Path) -> None:
    gone = article_folder / "901" / "Q901000.TXT"
    with pytest.raises(SourceError, match="changed while they were read twice to choose the newest texts; try again"):
        kbarchive.convert(
            article_folder, tmp_path / "out.jsonl", newest=True, jobs=1, on_progress=lambda _: gone.unlink(missing_ok=True)
        )
    assert os.listdir(tmp_path) == ["txt"]


# Folders as targets


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_that_others_fill_meanwhile_is_not_replaced(article_folder: Path, tmp_path: Path, overwrite: bool) -> None:
    target = tmp_path / "out"

    def fill(_: object) -> None:
        target.mkdir(exist_ok=True)
        (target / "thesis.doc").write_text("years of work")

    with pytest.raises(TargetError, match="other files than those" if overwrite else "is not empty"):
        kbarchive.convert(article_folder, target, "json-dir", overwrite=overwrite, on_progress=fill)
    assert [path.read_text() for path in target.iterdir()] == ["years of work"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([article_folder.name, "out"])


def test_a_file_that_the_system_takes_in_part_is_no_success(tmp_path: Path, make_article: Article) -> None:
    """The last file is the one that is too large: no other one would tell."""
    source, target = tmp_path / "txt", tmp_path / "out"
    source.mkdir()
    (source / "Q900001.TXT").write_bytes(make_article(900001))
    (source / "Q900002.TXT").write_bytes(make_article(900002).replace(b"made up", b"made up " * 40_000))
    program = f"import kbarchive; kbarchive.convert({str(source)!r}, {str(target)!r}, 'json-dir', jobs=1)"
    command = shlex.join([sys.executable, "-c", program])
    done = subprocess.run(["sh", "-c", f"ulimit -f 200; {command}"], capture_output=True, text=True, check=False)  # noqa: S607
    assert (done.returncode, target.exists()) == (1, False)
    assert f"TargetError: cannot write {target}: File too large" in done.stderr
