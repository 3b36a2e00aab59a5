"""Man pages of both commands, by click-man: `python -m tests.manuals [FOLDER]` writes them, usually to build/man."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from click_man.core import generate_man_page

from kbarchive import __version__
from tests.reference import commands


def write(folder: Path) -> None:
    """A page for each command and sub-command: kbsearch.1, kbarchive.1, kbarchive-convert.1 ..."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, command in commands().items():
        page = generate_man_page(click.Context(command, info_name=name, **command.context_settings), version=__version__)
        (folder / f"{name.replace(' ', '-')}.1").write_text(page + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "build/man"))
