"""The files of a site, each written whole, and only where it is another; a journal of what is there makes that known.

The journal lies beside the site, which is published as it is. It has a line for each file: the digest of what it was made of,
and its name. It is appended to as files are written, so that a run that was killed loses at most the files that it was at;
where a name stands twice the later line counts.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from kbarchive.errors import TargetError
from kbarchive.journal import lock
from kbarchive.writers.atomic import output_file, writing

_UNFINISHED = ".unfinished"


class Made(NamedTuple):
    """A file of the site, the digest of what it is made of, and its size; -1 where it stood there already."""

    file: str
    digest: str
    size: int


class Writer:
    """Writes files below the folder of a site."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._known = read_journal(target)
        self._folders: set[str] = set()

    def write(self, file: str, digest: str, make: Callable[[], bytes]) -> Made:
        """Writes a file, unless it is there and was made of the same. Raises TargetError."""
        path = os.path.join(self._target, file)
        if self._known.get(file) == digest and os.path.exists(path):
            return Made(file, digest, -1)
        data = make()
        with writing(path):
            folder = os.path.dirname(path)
            if folder not in self._folders:
                os.makedirs(folder, exist_ok=True)
                self._folders.add(folder)
            with open(path + _UNFINISHED, "wb") as stream:
                stream.write(data)
            os.replace(path + _UNFINISHED, path)
        return Made(file, digest, len(data))

    def put(self, file: str, data: bytes) -> Made:
        """Writes a file of which the bytes are known."""
        return self.write(file, hashlib.sha256(data).hexdigest(), lambda: data)


class Journal:
    """Keeps the journal of a site, whose folder it makes. Raises TargetError where another process keeps it."""

    def __init__(self, target: Path) -> None:
        self.files: dict[str, str] = {}
        self._before = read_journal(target)
        self._target = target
        with writing(str(target)):
            target.mkdir(parents=True, exist_ok=True)
            self._stream = open(journal_path(target), "a", encoding="utf-8")  # noqa: SIM115 - closed by `close`
        try:
            lock(self._stream, str(target))
        except BaseException:
            self.close()
            raise

    def add(self, made: Iterable[Made]) -> None:
        """Notes files that are there now."""
        for file, digest, size in made:
            self.files[file] = digest
            if size >= 0:
                self._stream.write(f"{digest} {file}\n")
        self._stream.flush()

    def remove_others(self) -> int:
        """Removes the files of earlier runs that are no longer of the site; gives how many."""
        gone = [file for file in self._before if file not in self.files]
        for file in gone:
            path = self._target / file
            with writing(str(path)), contextlib.suppress(FileNotFoundError):
                path.unlink()
            for folder in path.parents:
                if folder == self._target:
                    break
                try:
                    folder.rmdir()
                except OSError:
                    break  # something else is in it
        return len(gone)

    def settle(self) -> None:
        """Writes the journal anew, with what is there now and nothing else, and closes it."""
        self.close()
        with output_file(str(journal_path(self._target))) as stream:
            stream.write("".join(f"{digest} {file}\n" for file, digest in sorted(self.files.items())).encode())

    def close(self) -> None:
        self._stream.close()


def journal_path(target: Path) -> Path:
    """Where the journal of a site lies."""
    place = target.resolve()
    return place.with_name(f".{place.name}.kbarchive-site")


def read_journal(target: Path) -> Mapping[str, str]:
    """The digests of the files of a site; empty where there is none. A line that was cut does not count."""
    try:
        text = journal_path(target).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return {}
    lines = (line.partition(" ") for line in text.split("\n")[:-1])
    return {file: digest for digest, _, file in lines if file}


def check(target: Path) -> None:
    """Raises TargetError where there is something else than a site."""
    with writing(str(target)):
        if target.exists() and not target.is_dir():
            raise TargetError(f"cannot write {target}: a folder is to be written, and it is a file; name another")
        if target.exists() and not journal_path(target).exists() and any(target.iterdir()):
            raise TargetError(f"cannot write {target}: it holds something else than a site; name an empty or a new folder")
