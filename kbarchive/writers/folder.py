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

_File = tuple[str, str, bytes]
"""Folder, name without suffix, content."""


class FolderWriter(ABC):
    """A file for each article; articles without an id stand in ``_`` under a safe form of their key.

    A second article of the same name gets ``~2`` behind it, a third ``~3``, in input order. A format gives the suffix of
    its files, and renders one article.
    """

    suffix: ClassVar[str]
    replaceable: ClassVar[bool] = True
    """Whether a folder of such files can be told for an earlier conversion, which may be replaced."""

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
        is_ours = partial(_is_ours, suffix=self.suffix if self.replaceable else "")
        with output_folder(target, overwrite, is_ours) as root:
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


def _is_ours(folder: str, suffix: str) -> bool:
    """Whether a folder holds nothing but what is made here with a suffix; where there is none, it cannot be told."""
    if not suffix:
        return False
    with os.scandir(folder) as found:
        return all(entry.is_dir(follow_symlinks=False) and _holds_ours(entry, suffix) for entry in found)


def _holds_ours(folder: os.DirEntry[str], suffix: str) -> bool:
    with os.scandir(folder) as found:
        for entry in found:
            stem = entry.name.removesuffix(suffix)
            if stem == entry.name or not entry.is_file(follow_symlinks=False):
                return False
            article = _OUR_NAME.fullmatch(stem)
            if folder.name != _NO_ID and not (article and folder.name == folder_of(article[1])):
                return False
    return True
