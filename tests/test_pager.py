"""`kbarchive show` on a terminal: its pager, its colours, its exit codes."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kbarchive.cli.styling import styled
from tests.commands import kbarchive, kbsearch
from tests.searching import article, index_of
from tests.terminal import Terminal

pytestmark = pytest.mark.skipif(os.name != "posix", reason="terminals are POSIX's")

LONG = article(930001, "Counting Letters", {"SUMMARY": "\n\n".join(f"Letter number {n} was read." for n in range(300))})

Show = Callable[..., tuple[int, bytes]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("pager")
    index_of(place, {"Q930001": LONG}).close()
    return str(place / "index")


@pytest.fixture
def show(folder: str) -> Show:
    """Runs `kbarchive show` on a terminal: the exit code and all that is shown."""

    def run(*arguments: str, ready: str = "", typed: str = "", **environment: str) -> tuple[int, bytes]:
        command = [sys.executable, "-m", "kbarchive.cli.main", "show", "Q930001", "--quiet", "--index", folder, *arguments]
        home = {name: value for name, value in os.environ.items() if name not in ("PAGER", "LESS", "NO_COLOR")}
        with Terminal(command, {**home, "TERM": "xterm", **environment}) as terminal:
            terminal.wait_for(ready)
            terminal.type(typed)
            return terminal.end()

    return run


def test_the_pager_of_the_user(show: Show, tmp_path: Path) -> None:
    code, shown = show(PAGER=f"cat > {tmp_path}/paged; echo $LESS $LV")
    assert (code, shown.split()) == (0, [b"FRX", b"-c"])
    paged = (tmp_path / "paged").read_text()
    assert paged.startswith("\x1b[1mCounting Letters\x1b[0m\n")
    assert "Letter number 299" in paged


def test_the_page_about_queries_is_typeset(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kbarchive.cli.search", "--help-query"]
    with Terminal(command, {**os.environ, "TERM": "xterm", "PAGER": f"cat > {tmp_path}/paged"}) as terminal:
        assert terminal.end()[0] == 0
    paged = (tmp_path / "paged").read_text()
    assert "NEAR/" in paged
    assert "|---|" not in paged
    assert "|---|" in kbsearch("--help-query").stdout.decode()


@pytest.mark.skipif(shutil.which("less") is None, reason="less is not installed here: it is not tried")
def test_less_is_the_usual_one(show: Show) -> None:
    code, shown = show(ready="Letter number 1 ", typed="q")
    assert (code, b"Letter number 299" in shown) == (0, False)
    assert show("--revisions")[0] == 0  # where one screen is enough nothing has to be typed


def test_every_form_is_paged(show: Show) -> None:
    for form in ("--text", "--json", "--markdown", "--html", "--ftp", "--source", "--revisions"):
        assert show(form, PAGER="wc -l >&2; echo paged", LESS="-R")[1].endswith(b"paged\r\n")


@pytest.mark.parametrize("environment", [{"PAGER": ""}, {"PAGER": "cat"}, {"PAGER": "no-such-pager"}, {"TERM": "dumb"}])
def test_no_pager_or_a_broken_one(show: Show, environment: dict[str, str]) -> None:
    code, shown = show(**environment)
    assert (code, shown.count(b"Letter number")) == (0, 300)


def test_no_pager_is_asked_for(show: Show) -> None:
    code, shown = show("--no-pager", PAGER="echo paged")
    assert (code, shown.count(b"Letter number"), b"paged" in shown) == (0, 300, False)


@pytest.mark.parametrize("pager", ["head -n 1", "true", "false"])
def test_a_pager_may_end_early(show: Show, pager: str) -> None:
    code, shown = show(PAGER=pager)
    assert (code, b"Letter number" in shown, b"Traceback" in shown) == (0, False, False)


def test_an_interrupt_is_for_the_pager(show: Show) -> None:
    pager = "trap 'echo trapped' INT; echo ready; cat > /dev/null; sleep 1; echo done"
    assert show(PAGER=pager, ready="ready", typed="\x03") == (0, b"\r\n^Ctrapped\r\ndone\r\n")


def test_no_color(show: Show) -> None:
    assert b"\x1b[1m" in show("--no-pager")[1]
    assert b"\x1b" not in show("--no-pager", NO_COLOR="1")[1]
    assert b"\x1b" not in show("--no-pager", "--color", "never")[1]


def test_a_pipe_gets_neither_pager_nor_color(folder: str) -> None:
    done = kbarchive("show", "Q930001", "--index", folder, PAGER="echo paged")
    assert done.stdout.startswith(b"Counting Letters\n----------------\n")
    assert b"paged" not in done.stdout
    assert kbarchive("show", "Q930001", "--index", folder, "--color", "always").stdout.startswith(b"\x1b[1mCounting")


def test_what_stands_out() -> None:
    text = "A Long\nTitle\n------\n\nCAUSE\n=====\n\nSee Q910002, not Q910003.\n\nname   value\n------------\n"
    assert styled(text, {"Q910002"}) == (
        "\x1b[1mA Long\x1b[0m\n\x1b[1mTitle\x1b[0m\n------\n\n\x1b[1mCAUSE\x1b[0m\n=====\n\n"
        "See \x1b[36mQ910002\x1b[0m, not Q910003.\n\n\x1b[1mname   value\x1b[0m\n------------\n"
    )
