"""Every block of code in the documentation is run: Python as it stands, commands in a shell, both in the order of the page.

A page is a reader: it has one folder, one home and one Python session. What cannot be run here stands below a comment
that says why, `<!-- not run: ... -->`; in a console what programs of others do (see OTHERS) is not run.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import kbarchive
from tests.commands import MAINS, PATIENCE
from tests.commands import run as run_command

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the examples are written for a POSIX shell")

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("grammar/*.md"), *ROOT.glob("corpus/README.md")]
    if "```" in path.read_text(encoding="utf-8")
)

# Programs of others, which examples call by themselves, or may hand what ours gave; and that take long, or change the machine.
OTHERS = frozenset(
    ". apt-get cd datasette docker dot duckdb git gunicorn jq man mypy nginx nox npm parallel pip pre-commit pytest ruff "
    "sphinx-build sqlite-utils sudo twine uvicorn xdg-open zcat".split()
)
# What runs until it is stopped is asked for its help instead, which refuses unknown options all the same.
SERVERS = ("kbarchive serve", "kbarchive mcp", "python -m http.server")
# What stands in a command that other tests run with what it needs.
ELSEWHERE = {
    "tcp://": "a cluster: tests/test_cluster.py",
    ".git@": "a repository: tests/test_places.py",
}
# 1 is an answer of these: nothing found, not the same, not all well.
ANSWERING = ("kbsearch", "kbarchive diff", "kbarchive check", "kbarchive validate")

LANGUAGES = {
    "python",
    "console",
    "diff",
    "json",
    "text",
    "sh",
    "toml",
    "yaml",
    "ini",
    "html",
    "css",
    "xml",
    "bibtex",
    "lark",
    "",
}

# The commands need no shell where no sign in them is one for it, outside quotation marks.
_SHELLS = re.compile(r"[|&;<>$`*?~\\\n]")
_QUOTED = re.compile(r"'[^']*'|\"[^\"$`\\]*\"")

_BLOCK = re.compile(
    r"(?:<!-- not run: (?P<reason>[^>]+) -->\n+)?^(?P<fence>[ ]*```+)(?P<language>\w*)\n(?P<code>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """A block of code: the line of its page that it begins on, and why it is not run, if so."""

    line: int
    language: str
    code: str
    reason: str | None


def blocks(page: str) -> Iterator[Block]:
    for match in _BLOCK.finditer(page):
        line = page.count("\n", 0, match.start("code")) + 1
        yield Block(line, match["language"], textwrap.dedent(match["code"]), match["reason"])


class Step(NamedTuple):
    """A command that is typed, and the lines shown as its answer."""

    command: str
    answer: tuple[str, ...]


def steps(console: str) -> Iterator[Step]:
    """The commands of a console: lines that begin with a dollar, with their here-documents and continued lines."""
    command, answer, end = "", [], ""
    for line in console.splitlines():
        if end:
            command += f"\n{line}"
            end = "" if line == end else end
        elif command.endswith("\\"):
            command += f"\n{line}"
        elif line.startswith("$ "):
            if command:
                yield Step(command, tuple(answer))
            command, answer = line[2:], []
            here = re.search(r"<<'?(\w+)'?$", command)
            end = here[1] if here else ""
        else:
            answer.append(line)
    if command:
        yield Step(command, tuple(answer))


def own_part(command: str) -> str:
    """The command without its comment, and without what programs of others that are not here would do behind its pipes."""
    bare = re.split(r"\s+#\s", command)[0] if "<<" not in command else command
    for server in SERVERS:
        bare = re.sub(rf"{server}\b", f"{server} --help", bare)
    links = [link.strip() for link in bare.split(" && ")]
    kept = [link for link in links if _program(link) not in OTHERS and not link.startswith("python -m venv")]
    return " && ".join(map(_piped, kept))


def _program(link: str) -> str:
    words = re.sub(r"^(?:\w+=\S+ )+", "", link).split()
    return words[0] if words else ""


def _piped(link: str) -> str:
    first, *others = re.split(r" \| (?=\w)", link)
    for number, other in enumerate(others):
        if shutil.which(_program(other)) is None:
            return " | ".join([first, *others[:number], "cat > /dev/null"])
    return link


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All readers have one, so that the index of the sample is made once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def folder(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a reader has at hand: the sample as if it were the archive, packed and unpacked, and some questions."""
    place = tmp_path / "reader"
    shutil.copytree(ROOT / "corpus", place / "archive" / "txt")
    for name in ("corpus", "grammar", "docs", "benchmarks", "tests", "examples"):
        if (ROOT / name).exists():
            (place / name).symlink_to(ROOT / name)
    for name in ("txt", "more", "1999"):
        (place / name).symlink_to(ROOT / "corpus")
    shutil.make_archive(str(place / "2001"), "zip", ROOT / "corpus" / "older")
    with tarfile.open(place / "archive.tar.xz", "w:xz") as archive:
        archive.add(ROOT / "corpus", "txt")
    (place / "questions.txt").write_text("relay not allowed\nlamp hums\n", encoding="utf-8")
    (Path.home() / ".config" / "fish" / "conf.d").mkdir(parents=True)  # fish makes it
    monkeypatch.chdir(place)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    return place


class Said(NamedTuple):
    """What a command did: its exit code, and what it printed, the errors first."""

    code: int
    text: str


def in_a_shell(command: str) -> Said:
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],  # noqa: S607 - whichever bash there is
        env={**os.environ, "PATH": binaries, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return Said(done.returncode, done.stderr + done.stdout)


def alone(program: str, words: list[str]) -> Said:
    done = run_command(program, words)
    return Said(done.returncode, (done.stderr + done.stdout).decode())


def run(step: Step) -> None:
    command = own_part(step.command)
    if not command or any(sign in command for sign in ELSEWHERE):
        return
    simple = not _SHELLS.search(_QUOTED.sub("", command))
    words = shlex.split(command) if simple else command.split()
    said = alone(words[0], words[1:]) if simple and words[0] in MAINS else in_a_shell(command)
    good = {0} | ({1} if command.startswith(ANSWERING) else set()) | ({141} if "| head" in command else set())
    assert said.code in good, f"$ {command}\n{said.text}"
    assert "Traceback" not in said.text
    if step.answer:
        shown = "\n".join(step.answer).strip()
        pattern = ".*".join(map(re.escape, re.split(r"\.\.\.", shown)))
        assert re.fullmatch(pattern, said.text.strip(), re.DOTALL), f"$ {command}\n{said.text}\n-- but the page shows\n{shown}"


@pytest.mark.parametrize("page", PAGES)
def test_examples(page: str, folder: Path) -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks((ROOT / page).read_text(encoding="utf-8")):
        assert block.language in LANGUAGES, f"{page}:{block.line}: which language is {block.language}?"
        if block.reason:
            continue
        if block.language == "python":
            code = "\n" * (block.line - 1) + block.code
            exec(compile(code, page, "exec"), names)  # noqa: S102 - our own page
        elif block.language == "console":
            for step in steps(block.code):
                run(step)


def test_examples_of_docstrings() -> None:
    modules = {
        kbarchive,
        *(sys.modules[getattr(kbarchive, name).__module__] for name in kbarchive.__all__ if name != "__version__"),
    }
    tried = sum(doctest.testmod(module, raise_on_error=True).attempted for module in modules)
    assert tried >= 3


def test_how_a_console_is_read() -> None:
    console = "$ one # why\nanswer\n$ two <<'END'\n$ three\nEND\n$ four \\\n  five | jq-that-nobody-has .id\n"
    assert list(steps(console)) == [
        Step("one # why", ("answer",)),
        Step("two <<'END'\n$ three\nEND", ()),
        Step("four \\\n  five | jq-that-nobody-has .id", ()),
    ]
    assert own_part("one | jq-that-nobody-has .id  # why") == "one | cat > /dev/null"
    assert own_part("git clone it && kbarchive serve --port 1") == "kbarchive serve --help --port 1"


@pytest.mark.parametrize("code", ["$ kbsearch --no-such-option", "$ kbarchive stats --index sample\nlies", "$ false"])
def test_a_wrong_example_is_seen(code: str, folder: Path) -> None:
    with pytest.raises(AssertionError):
        run(next(steps(code)))
