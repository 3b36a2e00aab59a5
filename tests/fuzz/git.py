"""Articles in a git repository, a file of which is anything: damage is told, and nothing of the repository is run."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from kbarchive.document import Document, Failure, Skipped
from kbarchive.errors import SourceError
from kbarchive.sources import entries
from tests.fuzz.seeds import small
from tests.fuzz.target import BrokenError, Target

_WORDS = [
    b"ref: refs/heads/main\n", b"tree ", b"parent ", b"blob 12\x00", b"40000 txt\x00", b"120000 a\x00", b"160000 a\x00",
    b"PACK",
    b"[remote \"a\"]\n", b"\tpromisor = true\n", b"\tuploadpack = touch ran;\n", b"[core]\n", b"\tfsmonitor = touch ran\n",
    b"[include]\n\tpath = ../a\n", b"repositoryformatversion = 1\n", b"[extensions]\n\tpartialClone = a\n", b"\xfftOc", b"../",
]  # fmt: skip


@cache
def _repository() -> tuple[Path, list[str]]:
    """A bare repository of a few articles, with loose objects and a pack, and the files of it, by name."""
    folder = Path(tempfile.mkdtemp(prefix="kbarchive-fuzz-"))
    work = folder / "work"
    (work / "txt").mkdir(parents=True)
    _git(work, "init", "-q", "-b", "main")
    for number, data in enumerate(small()):
        (work / "txt" / f"Q90000{number}.TXT").write_bytes(data)
        _git(work, "add", "txt")
        _git(work, "commit", "-q", "-m", "x")
        if number == 2:
            _git(work, "gc", "-q")
    shutil.copytree(work / ".git", folder / "a")
    shutil.rmtree(work)
    shutil.rmtree(folder / "a" / "hooks", ignore_errors=True)
    files = sorted(str(path.relative_to(folder / "a")) for path in (folder / "a").rglob("*") if path.is_file())
    for name in files:
        os.chmod(folder / "a" / name, 0o644)
    return folder / "a", files


def holds(data: bytes) -> None:
    """The first byte says which file; the others are what stands in it."""
    repository, files = _repository()
    path = repository / files[data[0] % len(files)] if data else repository / "HEAD"
    before = path.read_bytes()
    path.write_bytes(data[1:])
    try:
        found = list(entries(f"{repository}@main"))
    except SourceError as error:
        found = []
        if not str(error):
            raise BrokenError("a message is none") from error
    finally:
        path.write_bytes(before)
    for entry in found:
        if not isinstance(entry, Document | Failure | Skipped):
            raise BrokenError("neither a document nor why there is none", entry)
    if any(name == "ran" for _, _, names in os.walk(repository.parent) for name in names) or os.path.exists("ran"):
        raise BrokenError("the repository ran a program")


def seeds() -> dict[str, list[bytes]]:
    repository, files = _repository()
    named = {name: bytes([number]) + (repository / name).read_bytes() for number, name in enumerate(files)}
    groups: dict[str, list[bytes]] = {}
    for name, data in named.items():
        groups.setdefault(name.partition("/")[0], []).append(data)
    return groups


def _git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@a.example", "-c", "commit.gpgsign=false"]
    dated = {f"GIT_{role}_DATE": "1999-05-12T10:00:00Z" for role in ("AUTHOR", "COMMITTER")}  # so that ids are always the same
    command = ["git", *who, *arguments]
    subprocess.run(command, cwd=folder, env=os.environ | dated, check=True, capture_output=True)


TARGET = Target(seeds, holds, _WORDS, seconds=4.0)
