"""What shells complete: asked of an index, of the commands, and of real shells on a terminal."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kbarchive.search import Index, open_index
from tests.commands import kbarchive, kbsearch
from tests.searching import index_of
from tests.terminal import Terminal

LINE = "KBARCHIVE_COMPLETE_LINE"

PROMPT = "ready> "

# A command that is not asked for completions says what it was given.
FUNCTION = """
%(name)s() { if [ -n "$_%(variable)s_COMPLETE" ]; then %(command)s; else printf '<%%s>' "$@"; echo '<end>'; fi; }
"""
FISH_FUNCTION = """
function %(name)s
    if set -q _%(variable)s_COMPLETE; %(command)s; else; printf '<%%s>' $argv; echo '<end>'; end
end
"""


OPTIONS_OF_FILES = (
    *("kbsearch --queries q", "kbarchive convert --ids i", "kbarchive convert --errors=", "kbarchive convert --report "),
    "kbarchive stats --plot ",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("completion")
    index_of(place).close()
    return str(place / "index")


@pytest.fixture(scope="module")
def index(folder: str) -> Iterator[Index]:
    with open_index(folder) as opened:
        yield opened


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("tit", ["title:"]),
        ("relay -tit", ["relay -title:"]),
        ("(prod", ["(product:"]),
        ("s", ["symptoms:", "status:", "summary:", "solution:"]),
        ("nothing", []),
        ("", []),
        ("product:ex", ["product:exchange"]),
        ("relay product:vi", ["relay product:visual"]),
        ("title:co", ["title:compiling", "title:connector"]),
        ("title:c", []),
        ("collection:", ["collection:exchange", "collection:visualc"]),
        ("keyword:kbm", ["keyword:kbmadeup"]),
        ("keyword:mad", ["keyword:madeup"]),
        ("platform:w", ["platform:winnt"]),
        ("version:>=5", ["version:>=5.5"]),
        ("has:w", ["has:workaround"]),
        ("modified:", ["modified:1995", "modified:1999", "modified:2001"]),
        ("modified:1995..1999", ["modified:1995..1999-05"]),
        ("modified:1999-05", ["modified:1999-05-12"]),
        ("cites:Q91000", ["cites:Q910001", "cites:Q910002", "cites:Q910003"]),
        ("Q910001", ["Q910001"]),
        ("word:re", []),
    ],
)
def test_a_query_goes_on(index: Index, typed: str, completed: list[str]) -> None:
    assert index.completions(typed) == completed


@pytest.mark.parametrize("begun", ["Q", "q", "KB", "kb", "", "Q0"])
def test_keys_in_the_way_they_are_begun(index: Index, begun: str) -> None:
    head = "" if begun == "" else begun
    assert index.keys(head + "91000") == [f"{head}91000{number}" for number in (1, 2, 3)]
    assert index.keys("Q7") == index.keys("title") == []


def test_all_keys_where_they_are_few(index: Index) -> None:
    assert index.keys("") == index.keys("q") == ["Q910001", "Q910002", "Q910003"]


def answer(program: str, line: str, **environment: str) -> list[str]:
    run = {"kbarchive": kbarchive, "kbsearch": kbsearch}[program]
    done = run(**{LINE: line, f"_{program.upper()}_COMPLETE": "fish_complete", **environment})
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode().splitlines()


def test_answers_have_help(folder: str) -> None:
    title = "Compiling With C++ and Win32s"
    assert answer("kbsearch", f"kbsearch --index {folder} Q910003") == [f"plain\tQ910003\t{title}"]
    assert answer("kbsearch", f"kbsearch --index {folder} 'relay Q910003") == [f"plain\trelay Q910003\t{title}"]
    assert answer("kbsearch", "kbsearch --json cit", KBARCHIVE_INDEX=folder) == ["open\tcites:\t", "open\tcitedby:\t"]
    assert answer("kbsearch", f"kbsearch --index {folder} --like Q910003") == [f"plain\tQ910003\t{title}"]
    assert answer("kbsearch", f"kbsearch --index {folder} --like=Q910003") == [f"plain\t--like=Q910003\t{title}"]
    assert answer("kbsearch", f"kbsearch --index {folder} relay -ti") == ["open\t-title:\t"]
    assert answer("kbsearch", f"kbsearch relay --index {folder} -title:con") == ["plain\t-title:connector\t"]
    assert answer("kbsearch", f"kbsearch --index {folder} -ti") == [""]  # no query begins so
    assert "plain\t--limit\tHow many hits." in answer("kbsearch", f"kbsearch --index {folder} relay --li")
    assert answer("kbarchive", "kbarchive sta") == ["plain\tstats\tCount what the index holds."]
    assert answer("kbarchive", "kbarchive completion z") == ["plain\tzsh\t"]


def test_files_are_left_to_the_shell() -> None:
    for line in (
        "kbarchive convert ",
        "kbarchive convert txt/ out",
        "kbarchive check ",
        "kbarchive index ",
        "kbsearch --queries q",
    ):
        assert [entry.split("\t")[0] for entry in answer(line.split()[0], line)] == ["file"], line
    assert [entry.split("\t")[:2] for entry in answer("kbsearch", "kbsearch --index=sa")] == [
        ["plain", "--index=sample"],
        ["dir", "--index=sa"],
    ]


@pytest.mark.parametrize(
    "line", ["kbsearch title:re", "kbsearch -smtp title:re", "kbsearch --help-query title:re", 'kbsearch "', ""]
)
def test_errors_are_silent(line: str, tmp_path: Path) -> None:
    assert answer("kbsearch", line, KBARCHIVE_INDEX=str(tmp_path)) == []


def test_a_damaged_index_is_silent(tmp_path: Path) -> None:
    index_of(tmp_path).close()
    for path in (tmp_path / "index").rglob("*"):
        if path.is_file() and path.name not in ("current", "index.json"):
            path.write_bytes(b"?" * path.stat().st_size)
    assert answer("kbsearch", "kbsearch title:re", KBARCHIVE_INDEX=str(tmp_path / "index")) == []


# ---- Real shells ------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["bash", "zsh", "fish"])
def shell(request: pytest.FixtureRequest, tmp_path: Path, folder: str) -> Iterator[Terminal]:
    """A shell at its prompt, with the script that `kbarchive completion` prints."""
    name = request.param
    if os.name != "posix" or shutil.which(name) is None:
        pytest.skip(f"{name} is not installed here, or there are no terminals: its completion is not tested")
    script = kbarchive("completion", name).stdout.decode()
    for program, module in (("kbarchive", "main"), ("kbsearch", "search")):
        function = FISH_FUNCTION if name == "fish" else FUNCTION
        command = f"{sys.executable} -m kbarchive.cli.{module}"
        script += function % {"name": program, "variable": program.upper(), "command": command}
    (tmp_path / "bashrc").write_text(f"{script}\nPS1='{PROMPT}'\n")
    (tmp_path / ".zshrc").write_text(f"autoload -Uz compinit; compinit -u -D\n{script}\nPS1='{PROMPT}'\n")
    (tmp_path / "fish").mkdir()
    (tmp_path / "fish" / "config.fish").write_text(
        f"{script}\nfunction fish_prompt; echo -n '{PROMPT}'; end\nset fish_greeting\n"
    )
    (tmp_path / "letters").mkdir()
    start = {"bash": ["bash", "--noprofile", "--rcfile", str(tmp_path / "bashrc"), "-i"]}.get(name, [name, "-i"])
    places = {"ZDOTDIR": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "KBARCHIVE_INDEX": folder}
    python_path = str(Path(__file__).parents[1])
    environment = {**os.environ, "TERM": "xterm", "PYTHONPATH": python_path, **places}
    with Terminal(start, environment, cwd=tmp_path, seconds=60) as terminal:
        terminal.wait_for(PROMPT)
        yield terminal


def test_real_shells(shell: Terminal) -> None:
    for typed, given in {
        "kbsearch tit\tcomp\t": "<title:compiling>",
        "kbsearch relay product:vis\t": "<relay><product:visual>",
        "kbsearch 'relay product:vis\t": "<relay product:visual>",
        'kbsearch title:"relay product:vis\t': "<title:relay product:visual>",
        "kbsearch modified:1999-05-\t": "<modified:1999-05-12>",
        "kbsearch --json Q910003\t": "<--json><Q910003>",
        "kbsearch --index samp\t": "<--index><sample>",
        "kbarchive show kb910003\t": "<show><kb910003>",
        "kbarchive sho\t--markd\t": "<show><--markdown>",
        "kbarchive refs --format do\t": "<refs><--format><dot>",
        "kbarchive refs --format=do\t": "<refs><--format=dot>",
        "kbarchive index lett\t": "<index><letters/?>",
    }.items():
        shell.type(typed + "\r")
        shell.wait_for(f"{given}<end>")
        shell.wait_for(PROMPT)


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_scripts_are_sound(name: str, tmp_path: Path) -> None:
    script = kbarchive("completion", name).stdout
    assert (b"kbsearch" in script, b"kbarchive" in script) == (True, True)
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed here: its script is not read")
    (tmp_path / "script").write_bytes(script)
    assert subprocess.run([name, "-n", tmp_path / "script"], capture_output=True, check=False).stderr == b""
