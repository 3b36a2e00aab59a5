"""The guides that change kbarchive itself: what they say is done, to a copy, and the copy is used."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_DIFF = re.compile(r"^```diff\n--- (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def apply_changes(page: str, folder: Path) -> int:
    """Makes the changes that a page shows to the files of a folder; each must fit at one place. Gives how many there were.

    The last line of a change may be the beginning of a line.
    """
    changes = _DIFF.findall(page)
    for name, shown in changes:
        lines = shown.removesuffix("\n").split("\n")
        old = "\n".join(line[1:] for line in lines if line[:1] != "+")
        new = "\n".join(line[1:] for line in lines if line[:1] != "-")
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(f"\n{old}") == 1, f"the change of {name} fits at {text.count(old)} places:\n{shown}"
        (folder / name).write_text(text.replace(f"\n{old}", f"\n{new}"), encoding="utf-8")
    return len(changes)


def test_how_to_add_a_field(tmp_path: Path, make_article: Callable[..., bytes]) -> None:
    copy = tmp_path / "copy"
    for name in ("kbarchive", "grammar", "corpus", "docs"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    assert apply_changes((ROOT / "docs" / "howto" / "field.md").read_text(encoding="utf-8"), copy) >= 10

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    (copy / "txt").mkdir()
    (copy / "txt" / "Q900001.TXT").write_bytes(make_article(900001, "How to Hang a Lamp (Part 2 of 3)"))
    (copy / "txt" / "Q900002.TXT").write_bytes(make_article(900002))
    page = "---\ntitle: How to Hang a Lamp (Part 3 of 3)\n---\n_Original KB number:_ &nbsp; 900003\n\n## Cause\n\nDark.\n"
    (copy / "txt" / "lamp.md").write_text(page, encoding="utf-8")
    main = "kbarchive.cli.main"
    assert '"part":"2/3"' in run(main, "convert", "txt/Q900001.TXT", "-")
    assert '"part":null' in run(main, "convert", "txt/Q900002.TXT", "-")
    assert '"part"' in run(main, "schema")
    run(main, "convert", "txt", "o.csv")
    assert (copy / "o.csv").read_text(encoding="utf-8").split("\n")[0].endswith(",part")
    run(main, "index", "txt", "--index", "idx", "--jobs", "1")
    assert run("kbarchive.cli.search", "--index", "idx", "--ids", "part:2/3") == "Q900001\n"
    assert run("kbarchive.cli.search", "--index", "idx", "--ids", "part:3/3") == "Q900003\n"
