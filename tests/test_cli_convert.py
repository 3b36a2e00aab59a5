"""The commands `kbarchive convert` and `kbarchive check`, run as processes."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import kbarchive
from kbarchive.cli.console import ranked
from kbarchive.cli.main import COMMANDS
from tests import commands
from tests.commands import PATIENCE
from tests.packing import UNREADABLE, WHY_UNREADABLE
from tests.terminal import Terminal

COMMAND = (sys.executable, "-m", "kbarchive.cli.main")
HERE = Path(kbarchive.__file__).parents[1]

Run = Callable[..., subprocess.CompletedProcess[bytes]]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(HERE)}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the command in a folder of the test's own."""

    return partial(run_command, tmp_path)


def run_command(folder: Path, *arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return commands.run("kbarchive", arguments, folder=folder, data=data)


def test_convert_to_a_file(run: Run, article_folder: Path, tmp_path: Path) -> None:
    done = run("convert", "txt", "out.jsonl")
    assert (done.returncode, done.stdout) == (0, b"")
    assert re.match(rb"kbarchive: 3 articles, 0\.0 MB, 1 skipped in [\d.]+ s -> out\.jsonl\n", done.stderr)
    assert b"skipped: readme.md: " in done.stderr
    assert [json.loads(line)["id"] for line in (tmp_path / "out.jsonl").open()] == ["Q900001", "Q900002", "Q901000"]


def test_convert_from_a_pipe_to_a_pipe(run: Run, make_article: Callable[..., bytes]) -> None:
    done = run("convert", "-", "-", "--quiet", data=gzip.compress(make_article()))
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["source"]["file"] == "-"


def test_output_in_the_source_folder_is_no_source(article_folder: Path) -> None:
    with open(article_folder / "a.jsonl", "wb") as stdout:
        command = (*COMMAND, "convert", ".", "-")
        done = subprocess.run(
            command, cwd=article_folder, env=environment(), stdout=stdout, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 0
    assert b"a.jsonl" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
def test_summary_is_a_table_on_a_terminal(article_folder: Path, tmp_path: Path) -> None:
    (article_folder / "broken").write_bytes(UNREADABLE)
    command = (*COMMAND, "convert", "txt", "out.jsonl", "--ids", "Q900001,Q1")
    with Terminal(command, {**environment(), "TERM": "xterm", "COLUMNS": "80"}, cwd=tmp_path) as terminal:
        terminal.wait_for("kbarchive -> out.jsonl")
        code, shown = terminal.end()
    lines = [line.split() for line in shown.decode().splitlines()]
    assert code == 1
    assert [line[-1] for line in lines if line[:-1] in (["articles"], ["not", "asked", "for"], ["failed"])] == ["3", "2", "1"]
    assert "kbarchive: no article is Q1".split() in lines
    assert f"kbarchive: failed: broken: {WHY_UNREADABLE}".split() in lines


def test_failures_are_named_and_give_exit_1(run: Run, article_folder: Path, tmp_path: Path) -> None:
    (article_folder / "broken\x1b[31m").write_bytes(UNREADABLE)
    done = run("convert", "txt", "out", "--quiet")
    assert done.returncode == 1
    assert rb"failed: broken\x1b[31m: a 7z archive" in done.stderr
    assert (tmp_path / "out" / "900" / "Q900001.json").exists()


@pytest.mark.parametrize("ids", ["900002,nope", "names", "-"])
def test_ids_are_a_list_a_file_or_standard_input(run: Run, article_folder: Path, tmp_path: Path, ids: str) -> None:
    (tmp_path / "names").write_text("Q900002\n\nnope\n")
    done = run("convert", "txt", "-", "--ids", ids, data=b"Q900002\nnope\n")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["Q900002"]
    assert b"\nkbarchive: of these 2 were not asked for: 1 article in all\nkbarchive: no article is nope\n" in done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ids", ["names", "-"])
def test_ids_behind_a_byte_order_mark(run: Run, article_folder: Path, tmp_path: Path, ids: str, encoding: str) -> None:
    data = "Q900002\r\nQ900001\r\n".encode(encoding)
    (tmp_path / "names").write_bytes(data)
    done = run("convert", "txt", "-", "--ids", ids, data=data)
    assert (done.returncode, done.stdout.count(b"\n")) == (0, 2)


@pytest.mark.parametrize("ids", ["idz.txt", "txt/idz", "txt", "a.txt,b.txt"])
def test_ids_that_cannot_be_any_leave_the_target(run: Run, article_folder: Path, tmp_path: Path, ids: str) -> None:
    (tmp_path / "out.jsonl").write_text("good")
    done = run("convert", "txt", "out.jsonl", "--ids", ids)
    assert done.returncode == 2
    assert f"--ids {ids} is no file, and no id or key of an article".encode() in done.stderr
    assert (tmp_path / "out.jsonl").read_text() == "good"


@pytest.mark.parametrize("ids", ["kb999999", "seakno.txt#Sea/2", "nope,999999"])
def test_ids_that_no_article_has(run: Run, article_folder: Path, ids: str) -> None:
    done = run("convert", "txt", "out.jsonl", "--ids", ids)
    assert (done.returncode, b"no article is" in done.stderr) == (1, True)


def test_errors_and_report_are_written(run: Run, article_folder: Path, tmp_path: Path) -> None:
    (article_folder / "broken").write_bytes(UNREADABLE)
    assert run("convert", "txt", "out.csv", "-q", "--errors", "e.jsonl", "--report", "r.json").returncode == 1
    failure = {"file": "broken", "member": None, "message": WHY_UNREADABLE}
    assert [json.loads(line) for line in (tmp_path / "e.jsonl").open()] == [failure]
    report = json.loads((tmp_path / "r.json").read_bytes())
    assert (report["articles"], report["skipped"], report["failures"]) == (3, 1, [failure])


@pytest.mark.parametrize("option", ["--errors", "--report"])
@pytest.mark.parametrize(("name", "why"), [("no/r.json", b"No such file or directory"), ("txt", b"it is a folder")])
def test_a_report_that_cannot_be_written_is_told_before_the_work(
    run: Run, article_folder: Path, tmp_path: Path, option: str, name: str, why: bytes
) -> None:
    done = run("convert", "txt", "out.csv", option, name)
    assert (done.returncode, done.stderr) == (2, b"kbarchive: error: cannot write %b: %b\n" % (name.encode(), why))
    assert os.listdir(tmp_path) == ["txt"]


def test_first_failure_ends_it_if_asked(run: Run, article_folder: Path, tmp_path: Path) -> None:
    (article_folder / "broken").write_bytes(UNREADABLE)
    done = run("convert", "txt", "out.jsonl", "--fail-fast")
    assert done.returncode == 2
    assert done.stderr.endswith(f"kbarchive: error: broken: {WHY_UNREADABLE}\n".encode())
    assert not (tmp_path / "out.jsonl").exists()


def test_incremental_and_resumed(run: Run, article_folder: Path, tmp_path: Path) -> None:
    assert run("convert", "txt", "out", "--incremental").returncode == 0
    done = run("convert", "txt", "out", "--incremental")
    assert b"of these 3 were done before" in done.stderr
    assert run("convert", "txt", "out", "--resume", "--overwrite").returncode == 0  # what was kept is as good for that
    assert sorted(os.listdir(tmp_path)) == ["out", "txt"]


def test_a_target_that_is_refused_is_not_said_to_be_gone_on_with(run: Run, article_folder: Path, tmp_path: Path) -> None:
    """Found by an administrator: --resume fails as well, and the journal to be removed was that of the other run."""
    assert run("convert", "txt", "out", "--format", "markdown", "--incremental").returncode == 0
    journal = (tmp_path / ".out.kbarchive-journal").read_bytes()
    for option in ("--incremental", "--resume"):
        done = run("convert", "txt", "out", option)
        assert done.stderr.startswith(b"kbarchive: error: cannot replace out: its files end in .md, not in .json, and may be")
        assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert (tmp_path / ".out.kbarchive-journal").read_bytes() == journal
    done = run("convert", "txt", "out", "--format", "markdown", "--incremental")
    assert (done.returncode, b"of these 3 were done before" in done.stderr) == (0, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("convert",),
        ("convert", "txt"),
        ("convert", "nowhere", "out.jsonl"),
        ("convert", "txt", "out.foo"),
        (),
        ("convert", "txt", "txt"),
        ("convert", "txt", "out.jsonl", "--jobs", "0"),
        ("convert", "txt", "out.jsonl", "--ids", ","),
        ("convert", "-", "out.jsonl", "--ids", "-"),
        ("convert", "txt", "out.parquet.gz"),
        ("convert", "txt", "-", "--format", "sqlite"),
        ("validate",),
        ("validate", "nowhere", "-q"),
        ("convert", "txt", "out.jsonl", "--format", "foo"),
        ("check",),
        ("check", "nowhere"),
        ("nonsense",),
    ],
)
def test_what_cannot_run_gives_exit_2_and_no_traceback(
    run: Run, article_folder: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"kbarchive: error: " if arguments else b"Usage: ")
    assert b"Traceback" not in done.stderr
    assert os.listdir(tmp_path) == ["txt"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("convert", "txt"),
            b"no TARGET for txt; give both, as in: kbarchive convert txt/ records.jsonl; see kbarchive convert",
        ),
        (("convert",), b"no SOURCE and no TARGET; give both"),
        (("convert", "txt", "o", "-j", "x"), b"invalid value for '-j' / '--jobs': 'x' is not a whole number of 1 or more; see"),
        (("nonsense",), b"no such command 'nonsense'; see kbarchive --help\n"),
        (("shwo",), b"no such command 'shwo'. (Did you mean 'show'?); see kbarchive --help\n"),
        (("diff", "Q1", "x"), b"invalid value for 'N': 'x' is not a whole number of 1 or more; see"),
        (("diff", "Q1", "2", "x"), b"invalid value for 'M': 'x' is not a whole number of 1 or more; see"),
        (("completion",), b"missing argument 'bash|zsh|fish'. Choose from: bash, zsh, fish; see kbarchive completion --help\n"),
        (("serve", "--port", "80000"), b"invalid value for '--port': '80000' is not a whole number from 0 to 65535; see"),
    ],
)
def test_errors_are_one_line_of_one_style(run: Run, article_folder: Path, arguments: tuple[str, ...], told: bytes) -> None:
    stderr = run(*arguments).stderr
    assert stderr.startswith(b"kbarchive: error: " + told)
    assert stderr.count(b"\n") == 1


def test_check(run: Run, article_folder: Path) -> None:
    done = run("check", "txt")
    assert done.returncode == 0
    rows = dict(line.rsplit("  ", 1) for line in done.stdout.decode().splitlines())
    counts = {name.strip(): value for name, value in rows.items()}
    assert (counts["articles"], counts["lossless"], counts["dialect ftp"]) == ("3", "3 of 3 files", "3")


def test_one_is_singular(run: Run, make_article: Callable[..., bytes]) -> None:
    assert run("convert", "-", "-", data=make_article()).stderr.startswith(b"kbarchive: 1 article, ")
    assert b"1 of 1 file\n" in run("check", "-", data=make_article()).stdout


def test_counts_are_ranked_and_ties_go_by_name() -> None:
    assert ranked({"b": 1, "c": 2, "a": 1}) == [("c", 2), ("a", 1), ("b", 1)]


def test_check_as_json(run: Run, article_folder: Path) -> None:
    (article_folder / "broken").write_bytes(UNREADABLE)
    done = run("check", "--json", "--verbose", "txt")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert (report["articles"], report["lossless"], report["skipped"]) == (3, 3, 1)
    assert [failure["file"] for failure in report["failures"]] == ["broken"]
    assert b"readme.md:skipped: " in done.stderr


def test_check_names_each_finding(run: Run, article_folder: Path) -> None:
    assert b"\nreadme.md:skipped: " in b"\n" + run("check", "-v", "txt").stdout


@pytest.mark.parametrize("arguments", [(), *((name,) for name in COMMANDS)])
def test_help_tells_how(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments, "-h")
    assert done.returncode == 0
    assert b"Examples:" in done.stdout


def test_version(run: Run) -> None:
    assert kbarchive.__version__.encode() in run("--version").stdout


def test_start_imports_no_parser(run: Run) -> None:
    code = "import sys, kbarchive.cli.main; print(sorted({'lark', 'whoosh', 'rich', 'tarfile'} & set(sys.modules)))"
    done = subprocess.run((sys.executable, "-c", code), env=environment(), capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


@pytest.fixture
def endless(article_folder: Path, tmp_path: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Starts a conversion that waits for more input for ever, with its workers at work."""

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            (*COMMAND, "convert", "txt", "-", *arguments, "--jobs", "2"),
            cwd=tmp_path,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Started in the background of a script, the tests themselves are deaf to interrupts, and so would this be.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )

    return start


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("target", ["out.jsonl", "out"])
def test_broken_off_conversion_leaves_nothing(
    endless: Callable[..., subprocess.Popen[bytes]], tmp_path: Path, sent: int, code: int, target: str
) -> None:
    with endless(target) as process:
        while not any(name.startswith(".kbarchive-") for name in os.listdir(tmp_path)):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(sent)
        _, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == code
    assert b"Traceback" not in stderr
    assert os.listdir(tmp_path) == ["txt"]


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_reader_that_goes_away_is_no_error(run: Run, article_folder: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        (*COMMAND, "convert", "txt", "-", "-q"),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(timeout=PATIENCE) == 141
        assert process.stderr is not None
        assert process.stderr.read() == b""


@pytest.mark.skipif(os.name != "posix", reason="pipes by name are POSIX's")
def test_closed_standard_output_is_told(article_folder: Path, tmp_path: Path) -> None:
    script = '"$@" >&-'
    command = ("sh", "-c", script, "sh", *COMMAND, "convert", "txt", "-")
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, check=False)
    assert done.returncode == 2
    assert done.stderr == b"kbarchive: error: cannot write standard output: it is closed\n"
