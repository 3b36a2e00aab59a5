"""docs/commands.md, made from the commands themselves: `python -m tests.reference` writes it anew."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from kbarchive.cli.main import COMMANDS, kbarchive
from kbarchive.cli.search import search

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"

_INTRODUCTION = """\
# Commands

What `kbsearch --help` and `kbarchive COMMAND --help` say, on one page. It is made from the commands: after a change there
`python -m tests.reference` writes it anew. Options may stand anywhere; `kbarchive completion` makes your shell complete them.
"""


def commands() -> dict[str, click.Command]:
    """Every command by what is typed."""
    context = click.Context(kbarchive, info_name="kbarchive")
    found: dict[str, click.Command] = {"kbsearch": search, "kbarchive": kbarchive}
    for name in COMMANDS:
        command = kbarchive.get_command(context, name)
        assert command is not None
        found[f"kbarchive {name}"] = command
    return found


def options(command: click.Command, name: str) -> list[click.Option]:
    """The options of a command, --help among them."""
    context = click.Context(command, info_name=name, **command.context_settings)
    return [parameter for parameter in command.get_params(context) if isinstance(parameter, click.Option)]


def reference() -> str:
    """The page."""
    return "\n".join([_INTRODUCTION, *(_chapter(name, command) for name, command in commands().items())])


def _chapter(name: str, command: click.Command) -> str:
    arguments = [str(parameter.metavar) for parameter in command.params if isinstance(parameter, click.Argument)]
    if isinstance(command, click.Group):
        arguments = ["COMMAND ..."]
    usage = " ".join([name, "[OPTIONS]", *arguments])
    listed = "\n".join(_line(option) for option in options(command, name))
    return "\n\n".join([f"## {name}", f"```\n{usage}\n```", *_paragraphs(command), listed]) + "\n"


def _paragraphs(command: click.Command) -> Iterator[str]:
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        if paragraph.startswith("\b"):
            _, label, *lines = paragraph.split("\n")
            language, prompt = ("console", "$ ") if label == "Examples:" else ("", "")
            yield f"{label}\n\n```{language}\n" + "\n".join(prompt + line.removeprefix("  ") for line in lines) + "\n```"
        else:
            yield paragraph


def _line(option: click.Option) -> str:
    value = option.metavar or ("|".join(option.type.choices) if isinstance(option.type, click.Choice) else "")
    names = ", ".join(sorted(option.opts, key=len))
    default = f" Default: {option.default}." if option.show_default else ""
    return f"- `{f'{names} {value}'.strip()}`: {option.help}{default}"


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
