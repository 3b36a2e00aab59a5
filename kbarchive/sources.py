"""Where articles come from: files, folders, archives and standard input, as one lazy stream of documents."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from io import BufferedReader, FileIO
from typing import Any, TypeAlias, overload

from kbarchive.archives import HEAD, archive_entries, contents, document, is_hidden, is_packed, stream_entries
from kbarchive.document import Document, Entry, Failure, Skipped, Unread, clean, reason
from kbarchive.errors import SourceError
from kbarchive.limits import MAX_BYTES
from kbarchive.remote import place_at, place_entries
from kbarchive.repositories import tree_at, tree_entries
from kbarchive.states import KnownFiles, state_of

__all__ = ["Document", "Failure", "Identity", "Skipped", "SourcePath", "documents", "entries", "identity"]

SourcePath: TypeAlias = str | os.PathLike[str]
Identity: TypeAlias = tuple[int, int]
"""What makes a file the same under any name: device and inode."""

STDIN = "-"

_NOWHERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)  # what a link leads to that leads to nothing

_USUAL_BYTES = 2**16  # nearly every file is smaller, and read whole by the one read that tells its kind


def documents(
    *sources: SourcePath,
    on_skip: Callable[[Skipped], object] | None = None,
    on_failure: Callable[[Failure], object] | None = None,
) -> Iterator[Document]:
    """The documents of all sources, lazily, in stable order: sources as given, folders by name, archives as packed.

    A source is a file, a folder, a zip, a tar, a WARC, a compressed file, ``REPO@REV`` (a git repository at a revision, see
    `kbarchive.repositories`), an address (``s3://bucket/txt``, see `kbarchive.remote`), or "-" for standard input (text or an
    archive). What a file is tells its content, not its name.

    A folder is read with all folders in it; archives in it, and in archives, are read too (see `kbarchive.limits`); hidden
    files and folders are left out, also in archives; of links in it those are followed that lead to files elsewhere. An archive
    is never unpacked to disk (a zip on standard input or in another archive is kept in a temporary file while it is read).

    on_skip is told of links and special files. on_failure is told of each file or member that cannot be read, and the
    work goes on behind it; without on_failure that raises SourceError. A source that does not exist raises SourceError
    at once, before anything is read.
    """
    stream = entries(*sources)

    def dispatch() -> Iterator[Document]:
        for entry in stream:
            if isinstance(entry, Document):
                yield entry
            elif isinstance(entry, Skipped):
                if on_skip:
                    on_skip(entry)
            elif on_failure:
                on_failure(entry)
            else:
                raise SourceError(str(entry))

    return dispatch()


class Meter:
    """How much has been read of files, in bytes as they lie on the disk, packed or not."""

    def __init__(self) -> None:
        self.read = 0


def size_of(sources: Iterable[SourcePath]) -> int:
    """The bytes of all files of the sources; 0 where that cannot be told."""
    size = 0
    for source in [os.fspath(source) for source in sources]:
        if not os.path.isdir(source):
            if source == STDIN or not os.path.isfile(source):
                return 0
            size += os.path.getsize(source)
            continue
        for folder, folders, names in os.walk(source):
            folders[:] = [name for name in folders if not is_hidden(name)]
            for name in names:
                with suppress(OSError):
                    size += 0 if is_hidden(name) else os.stat(os.path.join(folder, name)).st_size
    return size


@overload
def entries(
    *sources: SourcePath, exclude: Collection[Identity] = (), meter: Meter | None = None, known: None = None
) -> Iterator[Entry]: ...
@overload
def entries(
    *sources: SourcePath, exclude: Collection[Identity] = (), meter: Meter | None = None, known: KnownFiles | None
) -> Iterator[Entry | Unread]: ...
def entries(
    *sources: SourcePath, exclude: Collection[Identity] = (), meter: Meter | None = None, known: KnownFiles | None = None
) -> Iterator[Any]:
    """As `documents`, with failures and what is skipped in their places in the stream.

    Files and folders in `exclude` are not read when they are met in a folder: a target is no source. The `meter` counts what
    is read. Files in folders that are `known` in the state in which they are found are not read, but for archives; the others
    get a state by which they can be known.
    """
    if not sources:
        raise SourceError("no source is given")
    paths = [os.fspath(source) for source in sources]
    if paths.count(STDIN) > 1:
        raise SourceError('"-" (standard input) can be read only once')
    for path in paths:
        if path == STDIN:
            if sys.stdin is None:
                raise SourceError("standard input is closed")
        elif tree_at(path) is None and place_at(path) is None:
            try:
                os.stat(path)
            except (OSError, ValueError) as error:  # ValueError: a NUL in the path
                raise SourceError(f"{clean(path)}: {reason(error)}") from error
    return (entry for path in paths for entry in _source_entries(path, exclude, meter or Meter(), known))


def read_now(unread: Unread) -> Document | Failure:
    """The document that was not read, which is needed after all."""
    try:
        with open(unread.path, "rb", buffering=0) as stream:
            return document(unread.file, None, stream.read(MAX_BYTES + 1), unread.state)
    except OSError as error:
        return Failure(unread.file, None, reason(error))


def refuse_once_only(sources: Iterable[SourcePath], purpose: str) -> None:
    """Raises SourceError where one of the sources cannot be read a second time, as the purpose needs."""
    for source in [os.fspath(source) for source in sources]:
        if is_once_only(source):
            name = "standard input" if source == STDIN else clean(source)
            raise SourceError(f"cannot read {name} twice, as {purpose} does; save it to a file first")


def is_once_only(source: SourcePath) -> bool:
    """Whether a source can be read only once: standard input, a pipe, a device."""
    source = os.fspath(source)
    return source == STDIN or not (os.path.isfile(source) or os.path.isdir(source) or not os.path.exists(source))


def identity(path: SourcePath) -> Identity | None:
    """The identity of a file or folder; None where there is none of that name."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _source_entries(
    path: str, exclude: Collection[Identity], meter: Meter, known: KnownFiles | None
) -> Iterator[Entry | Unread]:
    if path == STDIN:
        yield from stream_entries(sys.stdin.buffer, STDIN)
        return
    tree = tree_at(path)
    if tree is not None:
        yield from tree_entries(tree)
        return
    place = place_at(path)
    if place is not None:
        yield from place_entries(place)
        return
    file = clean(path).replace(os.sep, "/")
    try:
        found = os.stat(path)
    except OSError as error:  # gone since the check
        yield Failure(file, None, reason(error))
        return
    if stat.S_ISDIR(found.st_mode):
        yield from _folder_entries(path, exclude, meter, known)
    else:  # also a pipe by name, as the shell's <(command) gives
        yield from _file_entries(path, file, meter)


def _folder_entries(
    root: str, exclude: Collection[Identity], meter: Meter, known: KnownFiles | None
) -> Iterator[Entry | Unread]:
    place = os.path.abspath(root)
    # A stack: path, name relative to the folder given, and whether it is a link.
    pending: list[tuple[str, str, bool]] = [(root, "", False)]
    while pending:
        path, name, is_link = pending.pop()
        file = clean(name)
        try:
            found = os.stat(path)
            if (found.st_dev, found.st_ino) in exclude:
                continue
            if is_link and stat.S_ISDIR(found.st_mode):
                yield Skipped(file, None, "a symbolic link to a folder")
            elif is_link and _is_met(path, root):
                yield Skipped(file, None, "a symbolic link to a file of the same folder")
            elif stat.S_ISDIR(found.st_mode):
                with os.scandir(path) as listed:
                    inner = [(each.name, each.is_symlink()) for each in listed if not is_hidden(each.name)]
                prefix = f"{name}/" if name else ""
                pending.extend(
                    (os.path.join(path, each), prefix + each, linked) for each, linked in sorted(inner, reverse=True)
                )
            elif stat.S_ISREG(found.st_mode):
                state = b"" if known is None else state_of(f"{place}/{name}", found)
                digest = None if known is None else known.get(state)
                if digest is None:
                    yield from _file_entries(path, file, meter, state)
                else:
                    meter.read += found.st_size
                    yield Unread(file, path, found.st_size, digest, state)
            else:
                yield Skipped(file, None, "a device, pipe or other special file")
        except OSError as error:
            if is_link and error.errno in _NOWHERE:
                yield Skipped(file, None, "a symbolic link that leads nowhere")
            else:
                yield Failure(file or clean(root), None, reason(error))


def _is_met(link: str, root: str) -> bool:
    """Whether a link leads to a file that is met in the folder by its own name."""
    top, file = os.path.realpath(root), os.path.realpath(link)
    return file.startswith(os.path.join(top, "")) and not is_hidden(os.path.relpath(file, top).replace(os.sep, "/"))


def _file_entries(path: str, file: str, meter: Meter, state: bytes = b"") -> Iterator[Entry]:
    try:
        stream = _Metered(path, meter)
    except OSError as error:
        yield Failure(file, None, reason(error))
        return
    with stream:
        if not stream.seekable():
            with BufferedReader(stream) as buffered:
                yield from stream_entries(buffered, file)
            return
        try:
            data = stream.read(_USUAL_BYTES)
            packed = is_packed(data[:HEAD])
            if not packed and len(data) == _USUAL_BYTES:
                # So much is set apart beforehand, so not as much as a file may have.
                while len(data) <= MAX_BYTES and (more := stream.read(min(len(data), MAX_BYTES + 1 - len(data)))):
                    data += more
        except (OSError, MemoryError) as error:
            yield Failure(file, None, reason(error))
            return
        if packed:
            stream.seek(0)
            stream.is_packed = True
            with BufferedReader(stream) as buffered:
                yield from archive_entries(buffered, file)
        else:
            meter.read += len(data)
            yield from contents(file, None, data, state)


class _Metered(FileIO):
    """A file whose bytes are counted when it is packed, and so read little by little."""

    def __init__(self, path: str, meter: Meter) -> None:
        super().__init__(path, "rb")
        self._meter = meter
        self.is_packed = False

    def readinto(self, buffer: Any) -> int | None:
        size = super().readinto(buffer)
        if self.is_packed:
            self._meter.read += size or 0
        return size
