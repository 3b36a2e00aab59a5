"""What is around the commands is not as it should be: streams, home, locale, terminal, names, memory, the clock."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

import kbarchive
from tests.commands import PATIENCE
from tests.commands import kbarchive as run_kbarchive
from tests.commands import kbsearch as run_kbsearch
from tests.searching import index_of
from tests.test_faults import on_small_disk

pytestmark = pytest.mark.skipif(os.name != "posix", reason="what is made to fail here is POSIX's")

Article = Callable[..., bytes]
MAIN = (sys.executable, "-m", "kbarchive.cli.main")
SEARCH = (sys.executable, "-m", "kbarchive.cli.search")
ROOT = Path(kbarchive.__file__).parent.parent


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("environment")
    index_of(path).close()
    return str(path / "index")


def shell(script: str, *command: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Runs a command as "$@" in a script of the shell."""
    whole = ["sh", "-c", script, "sh", *command]
    return subprocess.run(whole, cwd=cwd, env=os.environ | environment, capture_output=True, check=False)


def told(done: subprocess.CompletedProcess[bytes]) -> str:
    """What a command said last, in one line."""
    assert b"Traceback" not in done.stderr
    return done.stderr.decode().strip().split("\n")[-1]


# Streams

WRITING = [
    (*SEARCH, "relay"),
    (*SEARCH, "--json", "relay"),
    (*SEARCH, "--help"),
    (*MAIN, "show", "Q910001"),
    (*MAIN, "refs", "Q910001"),
    (*MAIN, "stats"),
    (*MAIN, "schema"),
    (*MAIN, "check", "articles"),
    (*MAIN, "convert", "articles", "-"),
]


@pytest.mark.parametrize("command", WRITING, ids=lambda command: " ".join(command[2:]))
def test_closed_and_full_standard_output_are_told(folder: str, command: tuple[str, ...]) -> None:
    name = "kbsearch" if command[:3] == SEARCH else "kbarchive"
    for script, why in (('"$@" >&-', "it is closed"), ('"$@" >/dev/full', "No space left on device")):
        done = shell(script, *command, cwd=Path(folder).parent, KBARCHIVE_INDEX=folder)
        assert done.returncode == 2
        assert told(done) == f"{name}: error: cannot write standard output: {why}"


def test_queries_of_a_standard_input_that_is_closed(folder: str) -> None:
    done = shell('"$@" <&-', *SEARCH, "--queries", "-", KBARCHIVE_INDEX=folder)
    assert done.returncode == 2
    assert told(done) == "kbsearch: error: standard input is closed"


def test_ids_of_a_standard_input_that_is_closed(folder: str, tmp_path: Path) -> None:
    source = str(Path(folder).parent / "articles")
    done = shell('"$@" <&-', *MAIN, "convert", source, str(tmp_path / "o.jsonl"), "--ids", "-")
    assert done.returncode == 2
    assert told(done) == "kbarchive: error: standard input is closed"


def test_what_is_not_written_to_standard_output_needs_none(folder: str, tmp_path: Path) -> None:
    """No file that is opened takes the number of a closed stream: nothing of what is said gets into it."""
    for number, script in enumerate(('"$@" >&-', '"$@" >&- 2>&-', '"$@" <&- >&- 2>&-')):
        done = shell(script, *MAIN, "convert", str(Path(folder).parent / "articles"), str(tmp_path / f"{number}.jsonl"))
        assert done.returncode == 0
    first, *others = (path.read_bytes() for path in sorted(tmp_path.iterdir()))
    assert others == [first, first]
    assert len(first.splitlines()) == 3


def test_closed_standard_error_changes_no_exit_code(folder: str) -> None:
    done = shell('"$@" 2>&-', *SEARCH, "--index", folder, "--ids", "relay")
    assert (done.returncode, done.stdout) == (0, b"Q910001\nQ910002\n")
    assert shell('"$@" 2>&-', *SEARCH, "--index", f"{folder}/no", "relay").returncode == 2


def test_reader_of_hits_that_goes_away_is_no_error(folder: str) -> None:
    done = shell('("$@"; echo $? >&2) | true', *SEARCH, "-q", "--index", folder, "--limit", "3", "relay")
    assert done.stderr in (b"141\n", b"0\n")  # it may be done before


# Home


@pytest.mark.parametrize("home", [None, "", "/nonexistent", "/dev/null"])
def test_without_a_home_the_sample_is_searched(home: str | None) -> None:
    """It is made in memory where nothing can be written. Where none is named the system knows one, which is not for tests."""
    places = {"HOME": home} if home else {"XDG_CACHE_HOME": "/dev/null/c", "XDG_DATA_HOME": "/dev/null/d"}
    environment = {"PATH": os.environ["PATH"], **places, **({} if home is None else {"HOME": home})}
    command = [*SEARCH, "--ids", "relay not allowed"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stdout.split()[:1]) == (0, [b"Q206968"]), done.stderr
    assert re.fullmatch(r"kbsearch: searching \d+ articles of the bundled sample", told(done))


def test_index_that_has_no_place_is_told(folder: str) -> None:
    done = run_kbarchive("index", str(Path(folder).parent / "articles"), HOME="/dev/null", XDG_DATA_HOME="")
    assert done.returncode == 2
    assert told(done).startswith("kbarchive: error: cannot write the index /dev/null/.local/share/kbarchive/index: ")


def test_full_and_read_only_caches_do_without(tmp_path: Path) -> None:
    """The sample's index, which is made when it is first searched, is made in memory."""
    search = f"env XDG_CACHE_HOME=disk PYTHONPATH={ROOT} {' '.join(SEARCH)} --ids relay not allowed"
    done = on_small_disk(
        tmp_path, f"head -c 1040000 /dev/zero > disk/o; {search}; ls disk; rm disk/o; mount -o remount,ro disk; {search}"
    )
    if "unshare" in done.stderr:
        pytest.skip("a system without mounts for users")
    assert done.stdout.split("\n")[0] == "Q206968"
    assert done.stdout.count("Q206968") == 2
    assert "Traceback" not in done.stderr


# Locale and terminal

LOCALES = [
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"LC_ALL": "xx_YY.nonsense"},
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "ascii:strict"},
]


@pytest.mark.parametrize("locale", LOCALES, ids=str)
def test_data_are_the_same_in_any_locale(folder: str, tmp_path: Path, make_article: Article, locale: dict[str, str]) -> None:
    (tmp_path / "Q900002.TXT").write_bytes(make_article(900002).replace(b"Made-Up", b"\x93Made\x94-Up\xae"))
    usual = run_kbarchive("convert", str(tmp_path), "-", "--format", "jsonl")
    odd = run_kbarchive("convert", str(tmp_path), "-", "--format", "jsonl", **locale)
    assert (odd.returncode, odd.stdout) == (0, usual.stdout)
    assert "\u201cMade\u201d" in usual.stdout.decode()
    for arguments in (("--json", "relay"), ("--ids", "\u201crelay\u201d")):
        found = run_kbsearch("--index", folder, *arguments, **locale)
        assert (found.returncode, found.stdout) == (0, run_kbsearch("--index", folder, *arguments).stdout)


@pytest.mark.parametrize("columns", ["20", "1", "0", "-5", "many", "100000"])
def test_any_width_of_a_terminal_will_do(folder: str, columns: str) -> None:
    for command in ((*MAIN, "convert", "--help"), (*MAIN, "stats"), (*MAIN, "show", "Q910001"), (*SEARCH, "relay")):
        done = shell('"$@"', *command, COLUMNS=columns, KBARCHIVE_INDEX=folder)
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr
        assert done.stdout


# Memory


def test_document_that_there_is_no_memory_for_is_told(article_folder: Path, tmp_path: Path, make_article: Article) -> None:
    large = make_article(900009).replace(b"Nothing is wrong", b"Nothing\n\n is wrong with it.\n\n" * 1_500_000)
    (article_folder / "large.TXT").write_bytes(large)
    done = shell('ulimit -v 200000; "$@"', *MAIN, "convert", "--jobs", "2", "txt", "out.jsonl", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"failed: large.TXT: " in done.stderr
    assert [article.id for article in kbarchive.read_jsonl(tmp_path / "out.jsonl")] == ["Q900001", "Q900002", "Q901000"]


def test_memory_that_is_not_enough_for_a_command_is_told(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "import kbarchive.search.index as i, kbarchive.cli.search as s\n"
        "def search(*_, **__): return bytearray(1 << 60)\n"
        "i.Index.search = search\n"
        "s.main()\n"
    )
    command = [sys.executable, "-c", program, "--index", folder, "relay"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 2
    assert told(done) == "kbsearch: error: there is not enough memory; with --jobs 1 a command takes least"


# The clock


def test_nothing_depends_on_the_time_of_day() -> None:
    """A clock that is put back changes nothing: times are taken from one that only goes on, and change is told by content."""
    reading = {"time.time", "time.localtime", "time.gmtime", "datetime.now", "datetime.today", "date.today", "datetime.utcnow"}
    found = [
        f"{path.name}:{node.lineno}"
        for path in (ROOT / "kbarchive").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ".".join(ast.unparse(node).split(".")[-2:]) in reading
    ]
    assert found == []


@pytest.mark.parametrize("when", [0, 4_000_000_000])
def test_files_of_any_time_are_converted_by_what_is_in_them(
    article_folder: Path, tmp_path: Path, make_article: Article, when: int
) -> None:
    paths = sorted(article_folder.rglob("*.TXT"))
    for path in paths:
        os.utime(path, (when, when))
    kbarchive.convert(article_folder, tmp_path / "out.jsonl", incremental=True)
    paths[0].write_bytes(make_article(900001, "A Newer Title"))
    os.utime(paths[0], (when - 1 if when else 0, when - 1 if when else 0))  # changed before it was written, by its time
    kbarchive.convert(article_folder, tmp_path / "out.jsonl", incremental=True)
    titles = [article.title for article in kbarchive.read_jsonl(tmp_path / "out.jsonl")]
    assert titles == ["A Newer Title", "A Made-Up Article", "A Made-Up Article"]


# Killed outright


def test_server_that_is_killed_is_started_again_at_once(folder: str) -> None:
    """It only reads: nothing is left of it but its port, which is free."""
    before = {path: path.stat().st_mtime_ns for path in Path(folder).rglob("*")}
    port = "0"
    for _ in range(3):
        command = [*MAIN, "serve", "--index", folder, "--port", port, "--seconds", "600"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
            assert server.stderr is not None
            address = next(line for line in server.stderr if "open http" in line).split()[2]
            with urllib.request.urlopen(f"{address}kb/Q910001.json", timeout=PATIENCE) as answer:  # noqa: S310 - our own server
                assert answer.status == 200
            server.kill()
        port = address.rstrip("/").rpartition(":")[2]
    assert {path: path.stat().st_mtime_ns for path in Path(folder).rglob("*")} == before
