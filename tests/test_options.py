"""Every option of every command is in the docs, is completed, and is used by a test."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from kbarchive.cli.main import COMMANDS
from kbarchive.cli.shells import Shell
from tests.reference import PAGE, commands, options, reference

OPTIONS = [(name, max(option.opts, key=len)) for name, command in commands().items() for option in options(command, name)]


def test_the_reference_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "write it anew with: python -m tests.reference"


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_every_option(command: str, option: str) -> None:
    assert option.startswith("--")
    assert option in documented(command)
    assert option in completed(command)
    assert option in used(command)


def documented(command: str) -> set[str]:
    """The options in a command's list on the page of reference."""
    chapter = PAGE.read_text(encoding="utf-8").split(f"## {command}\n")[1].split("\n## ")[0]
    lists = [line.split("`")[1] for line in chapter.splitlines() if line.startswith("- `-")]
    return {word for names in lists for word in names.replace(",", " ").split() if word.startswith("--")}


@cache
def completed(command: str) -> frozenset[str]:
    """What is completed behind a command and two dashes."""
    program, *arguments = command.split()
    items = Shell(commands()[program], {}, program, "").get_completions(arguments, "--")
    return frozenset(item.value for item in items)


@cache
def used(command: str) -> frozenset[str]:
    """The options that some test calls a command with."""
    return frozenset(word.partition("=")[0] for name, words in all_calls() if name == command for word in words)


@cache
def all_calls() -> list[tuple[str, list[str]]]:
    return [call for path in sorted(Path(__file__).parent.glob("test_*.py")) for call in _calls(path)]


def _calls(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The calls of commands in a file, and the lists of arguments of such: the command, and the texts that it is given."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(name) | ast.Attribute(attr=name), args=arguments):
                pass
            case ast.Tuple(elts=arguments) | ast.List(elts=arguments):
                name = ""
            case _:
                continue
        words = [part.value for part in arguments if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        if name == "kbsearch":
            yield name, words
        elif command := next((word for word in (name, *words[:1]) if word in COMMANDS), None):
            yield f"kbarchive {command}", words
        elif name in ("kbarchive", "run"):
            yield "kbarchive", words
