"""Articles in a git repository, as they were at a revision: ``REPO@REV``, of a checkout or a bare clone.

Read through git itself (``git ls-tree``, ``git cat-file --batch``), so that packs and alternates are its concern.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from kbarchive.archives import HEAD, archive_entries, contents, is_hidden, is_packed
from kbarchive.document import TOO_LARGE, Entry, Failure, Skipped, clean, reason
from kbarchive.errors import SourceError
from kbarchive.limits import MAX_BYTES

if TYPE_CHECKING:
    import subprocess

_FOLDER = "txt"
_LINK = "120000"


class Tree(NamedTuple):
    """A folder of a repository at a revision."""

    repository: str
    oid: str


def tree_at(source: str) -> Tree | None:
    """The tree that a source names as ``REPO@REV`` or ``REPO@REV:FOLDER``; None where it is the name of a file or folder.

    Without a folder it is ``txt``, where the revision has it, else all. Raises SourceError where there is no such revision.
    """
    if os.path.lexists(source):
        return None
    # A revision may have the sign itself: HEAD@{1}, @, team@home.
    places = (place for place in range(len(source) - 1, 0, -1) if source[place] == "@")
    at = next((place for place in places if os.path.isdir(source[:place])), None)
    if at is None:
        return None
    repository, revision = source[:at], source[at + 1 :]
    names = [revision] if ":" in revision else [f"{revision}:{_FOLDER}", f"{revision}:"]
    for name in names:
        done = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}")
        oid = done.stdout.decode("ascii", "replace").strip()
        if done.returncode == 0 and _git(repository, "cat-file", "-e", f"{oid}^{{tree}}").returncode == 0:
            return Tree(repository, oid)
    why = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
    raise SourceError(f"{clean(source)}: {why or 'no such revision, or folder in it'}; give REPO@REV or REPO@REV:FOLDER")


def tree_entries(tree: Tree) -> Iterator[Entry]:
    """The documents of a tree, in the order in which a checkout of it is read."""
    listed = _git(tree.repository, "ls-tree", "-r", "-z", "-l", "--full-tree", tree.oid)
    files = [line.partition(b"\t") for line in listed.stdout.split(b"\0") if line]
    files.sort(key=lambda each: os.fsdecode(each[2]).split("/"))
    import subprocess

    command = ["git", "-C", tree.repository, "cat-file", "--batch"]
    with subprocess.Popen(  # noqa: S603 - no shell
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
    ) as reader:
        if reader.stdin is None:  # for the type checker
            return
        try:
            for told, _, path in files:
                mode, kind, oid, size = told.decode("ascii").split()
                file = clean(os.fsdecode(path))
                if kind != "blob" or is_hidden(file):  # a submodule has its own repository
                    continue
                if mode == _LINK:
                    yield Skipped(file, None, "a symbolic link")
                elif size.isdigit() and int(size) > MAX_BYTES:
                    yield Failure(file, None, TOO_LARGE)
                else:
                    yield from _file_entries(reader, oid, file)
        except (OSError, EOFError) as error:
            yield Failure(clean(tree.repository), None, f"git ended early: {reason(error)} (what follows is lost)")
        finally:
            reader.kill()
            with suppress(OSError):  # what was asked of a git that has ended
                reader.stdin.close()
    if listed.returncode:
        yield Failure(clean(tree.repository), None, "a folder is missing or damaged; it and what follows is lost; try git fsck")


def _file_entries(reader: subprocess.Popen[bytes], oid: str, file: str) -> Iterator[Entry]:
    if reader.stdin is None or reader.stdout is None:  # for the type checker
        raise EOFError(file)
    reader.stdin.write(oid.encode() + b"\n")
    reader.stdin.flush()
    _, _, size = reader.stdout.readline().partition(b" blob ")
    if not size:
        yield Failure(file, None, "missing from the repository, or damaged; try git fsck")
        return
    data = reader.stdout.read(int(size) + 1)[:-1]
    if len(data) != int(size):
        raise EOFError(file)
    yield from archive_entries(BytesIO(data), file) if is_packed(data[:HEAD]) else contents(file, None, data)


def _git(repository: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    import subprocess

    try:
        command = ["git", "-C", repository, *arguments]
        return subprocess.run(command, env=_environment(), capture_output=True, check=False)  # noqa: S603 - no shell
    except OSError as error:
        raise SourceError(f"{clean(repository)}: cannot run git, which reads revisions: {reason(error)}") from error


def _environment() -> dict[str, str]:
    """git fetches nothing: where an object is missing, a repository may name a program of its own that would bring it."""
    return {**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": ""}
