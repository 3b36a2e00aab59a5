"""A folder with a file for each article, laid out like the archive itself: ``206/Q206968.json``, the number divided by 1000."""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import ClassVar

from kbarchive.article import Article
from kbarchive.report import Report
from kbarchive.writers.atomic import output_folder, write_all
from kbarchive.writers.writer import Renamed

_NO_ID = "_"
_UNSAFE = re.compile(r"^\.|[^A-Za-z0-9_#.-]")
# Windows has devices of these names in every folder, whatever the suffix:
# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_LONGEST_NAME = 150  # file systems end at 255 bytes
_OUR_NAME = re.compile(r"(Q\d{1,30})(?:~\d+)?")

_RECORD_BEGIN = b'{"schema":'
_RECORDS = ".json"

_File = tuple[str, str, bytes]
"""Folder, name without suffix, content."""


class FolderWriter(ABC):
    """A file for each article; articles without an id stand in ``_`` under a safe form of their key.

    A second article of the same name gets ``~2`` behind it, a third ``~3``, in input order. A format gives the suffix of
    its files, and renders one article.
    """

    suffix: ClassVar[str]
    replaceable: ClassVar[bool] = True
    """Whether a folder of such files may be taken for an earlier conversion, which may be replaced."""

    @abstractmethod
    def render(self, article: Article) -> bytes:
        """The file of an article."""

    def encode(self, articles: Sequence[Article]) -> list[_File]:
        return [(*_place(article), self.render(article)) for article in articles]

    @contextmanager
    def open(
        self,
        target: str,
        overwrite: bool,
        report: Report | None = None,  # noqa: ARG002 - for others
    ) -> Iterator[Callable[[list[_File]], object]]:
        why_not = partial(_why_not, suffix=self.suffix, replaceable=self.replaceable)
        with output_folder(target, overwrite, why_not) as root:
            yield _Folder(root, os.path.realpath(target), self.suffix).write


class _Folder:
    def __init__(self, root: str, replaced: str, suffix: str) -> None:
        self._root = root
        self._replaced = replaced if os.path.isdir(replaced) else None
        self._suffix = suffix
        self._folders: set[str] = set()
        self._copies: dict[str, int] = {}

    def write(self, files: list[_File]) -> Renamed:
        renamed = 0
        for folder, name, content in files:
            if folder not in self._folders:
                os.makedirs(os.path.join(self._root, folder))
                self._folders.add(folder)
            stem = os.path.join(self._root, folder, name)
            path = stem + self._suffix
            taken = False
            while not self._write_new(path, content):
                taken = True
                self._copies[stem] = self._copies.get(stem, 1) + 1
                path = f"{stem}~{self._copies[stem]}{self._suffix}"
            renamed += taken
        return Renamed(renamed)

    def _write_new(self, path: str, content: bytes) -> bool:
        if self._replaced is not None:
            old = os.path.join(self._replaced, os.path.relpath(path, self._root))
            if _holds(old, content):  # a file that does not change stays the same file
                try:
                    os.link(old, path)
                    return True
                except FileExistsError:
                    return False
                except OSError:  # a file system without links
                    pass
        return _write_new(path, content)


def folder_of(article: str) -> str:
    """The folder of the file of an article, by its id."""
    return f"{int(article[1:]) // 1000:03}"


def _holds(path: str, content: bytes) -> bool:
    try:
        with open(path, "rb", buffering=0) as stream:
            return os.fstat(stream.fileno()).st_size == len(content) and stream.read() == content
    except OSError:
        return False


def _write_new(path: str, content: bytes) -> bool:
    # The file system itself is asked whether a name is taken: it knows, also where case does not count.
    try:
        stream = open(path, "xb", buffering=0)  # noqa: SIM115 - closed below; only this call may find the name taken
    except FileExistsError:
        return False
    with stream:
        write_all(stream, content)
    return True


def _place(article: Article) -> tuple[str, str]:
    if article.id and article.id[1:].isdecimal():
        return folder_of(article.id), article.id
    name = _UNSAFE.sub("_", article.key)[-_LONGEST_NAME:]
    return _NO_ID, f"_{name}" if _DEVICE.match(name) else name


def _why_not(folder: str, suffix: str, replaceable: bool) -> str | None:
    """Why a folder is not replaced by one whose files have a suffix; None where it holds nothing but an earlier conversion.

    Of other formats only records are taken for one: archives came as text, as Markdown and as pages.
    """
    suffixes = _suffixes(folder, suffix)
    if suffixes is None or len(suffixes) > 1:
        return "it holds other files than those of a conversion"
    if suffixes <= ({suffix, _RECORDS} if replaceable else {_RECORDS}):
        return None
    (found,) = suffixes
    if found == suffix:
        return "it has the form of the archive itself, which is never replaced"
    return (
        f"its files end in {found}, not in {suffix}, and may be somebody's archive: only a folder of the same format, "
        "or of json-dir, is replaced"
    )


def _suffixes(folder: str, expected: str) -> set[str] | None:
    """How the names of all files end, as expected or otherwise; None where some are not named as here, whatever the format."""
    suffixes: set[str] = set()
    with os.scandir(folder) as found:
        for entry in found:
            if not entry.is_dir(follow_symlinks=False) or not _are_named_as_here(entry, expected, suffixes):
                return None
    return suffixes


def _are_named_as_here(folder: os.DirEntry[str], expected: str, suffixes: set[str]) -> bool:
    """Whether the files of a folder are named as here; adds how their names end."""
    with os.scandir(folder) as found:
        for entry in found:
            name = entry.name
            stem, suffix = (name.removesuffix(expected), expected) if name.endswith(expected) else os.path.splitext(name)
            if not suffix or not entry.is_file(follow_symlinks=False):
                return False
            # Any name may stand where there is no id, so there what is to give way to another format must be a record.
            if folder.name == _NO_ID and suffix == _RECORDS != expected and not _is_record(entry.path):
                return False
            article = _OUR_NAME.fullmatch(stem)
            if folder.name != _NO_ID and not (article and folder.name == folder_of(article[1])):
                return False
            suffixes.add(suffix)
    return True


def _is_record(path: str) -> bool:
    """Whether a file begins as the JSON of a record does."""
    with open(path, "rb") as stream:
        return stream.read(len(_RECORD_BEGIN)) == _RECORD_BEGIN
