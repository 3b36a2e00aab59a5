"""Files and folders that appear whole or not at all: written beside their place under a hidden name, then renamed."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import FileIO
from typing import BinaryIO, Literal

from kbarchive.document import clean, reason
from kbarchive.errors import TargetError

# How the name ends that a folder has while another takes its place.
_OLD = ".old"


@contextmanager
def writing(target: str) -> Iterator[None]:
    """Turns each OSError into a TargetError that names the target; a broken pipe stays one, for the caller to end."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        name = "standard output" if target == "-" else clean(target)
        raise TargetError(f"cannot write {name}: {reason(error)}") from error


@contextmanager
def output_file(target: str) -> Iterator[BinaryIO]:
    """A new file that takes the target's place at the end; a pipe or device, and "-" (standard output), as it is.

    Raises TargetError where the target is a folder or cannot be written.
    """
    if target == "-":
        if sys.stdout is None:
            raise TargetError("standard output is closed")
        yield sys.stdout.buffer
        with writing(target):
            sys.stdout.buffer.flush()
        return
    mode = _mode(target)
    if mode is not None and stat.S_ISDIR(mode):
        raise TargetError(f"cannot write {clean(target)}: it is a folder; name a file in it, or give --format json-dir")
    if mode is not None and not stat.S_ISREG(mode):
        with _opened(target, "wb", target) as special:
            yield special
        return
    with output_path(target) as path, _opened(path, "xb", target) as stream:
        yield stream


@contextmanager
def output_path(target: str) -> Iterator[str]:
    """The name under which to make the file that takes the target's place at the end.

    Raises TargetError where the target is anything but a file, or cannot be written.
    """
    mode = _mode(target)
    if target == "-" or (mode is not None and not stat.S_ISREG(mode)):
        name = "standard output" if target == "-" else clean(target)
        raise TargetError(f"cannot write {name}: this format needs a file of its own; name one")
    path = os.path.realpath(target)  # so that a link stays, and what it names is replaced
    temporary = _temporary_name(path)
    try:
        yield temporary
        with writing(target):
            with open(temporary, "r+b") as stream:
                os.fsync(stream.fileno())
            if mode is not None:
                os.chmod(temporary, stat.S_IMODE(mode))
            os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


@contextmanager
def output_folder(target: str, overwrite: bool, why_not: Callable[[str], str | None]) -> Iterator[str]:
    """The path of a new folder that takes the target's place at the end.

    An existing folder must be empty, or, with `overwrite`, one that may be replaced: `why_not` says why one is not, and gives
    None where it is. Raises TargetError where that is not so, or the target cannot be written.
    """
    if target == "-":
        raise TargetError("standard output cannot take a folder; name one, or give --format jsonl")
    path = os.path.realpath(target)
    with writing(target):
        _check_replaceable(target, path, overwrite, why_not)
        temporary = _temporary_name(path)
    try:
        with writing(target):
            os.mkdir(temporary)  # an interrupt may come at once
        yield temporary
        with writing(target):
            if hasattr(os, "sync"):
                os.sync()  # once for all: an fsync for each of tens of thousands of files takes minutes
            _swap(temporary, target, path, overwrite, why_not)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


@contextmanager
def _opened(path: str, mode: Literal["wb", "xb"], target: str) -> Iterator[BinaryIO]:
    with writing(target):
        stream = open(path, mode)  # noqa: SIM115 - closed below
    try:
        yield stream
    except BaseException:
        with contextlib.suppress(OSError):  # it would tell once more that the disk is full
            stream.close()
        raise
    with writing(target):
        stream.close()


def _check_replaceable(target: str, path: str, overwrite: bool, why_not: Callable[[str], str | None]) -> None:
    mode = _mode(path)
    if mode is None:
        return
    name = clean(target)
    if os.path.commonpath((path, os.getcwd())) == path:
        raise TargetError(f"cannot write {name}: it is the current folder, or holds it; go to another folder first")
    if not stat.S_ISDIR(mode):
        raise TargetError(f"cannot write {name}: a folder is to be written, and it is a file; name another")
    _check_contents(target, path, overwrite, why_not)


def _check_contents(target: str, path: str, overwrite: bool, why_not: Callable[[str], str | None]) -> None:
    name = clean(target)
    if not os.listdir(path):
        return
    if not overwrite:
        raise TargetError(f"cannot write {name}: the folder is not empty; name another, or replace it with --overwrite")
    if (problem := why_not(path)) is not None:
        raise TargetError(f"cannot replace {name}: {problem}; remove it yourself, or name another")


def _swap(new: str, target: str, path: str, overwrite: bool, why_not: Callable[[str], str | None]) -> None:
    if not os.path.isdir(path):
        os.rename(new, path)
        return
    old = _temporary_name(path, _OLD)
    os.rename(path, old)
    try:
        _check_contents(target, old, overwrite, why_not)  # others may have written there since the conversion began
        os.rename(new, path)
    except BaseException:
        os.rename(old, path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def write_all(stream: FileIO, data: bytes) -> None:
    """Writes all of `data` to a file without a buffer, which may take a part of it at a time; raises OSError."""
    left = memoryview(data)
    while left:
        left = left[stream.write(left) :]


def clear_leftovers(target: str) -> None:
    """Removes what conversions to a target left that were killed outright; none must be at work. A folder that was to be
    replaced, and whose place is empty, goes back there.
    """
    path = os.path.realpath(target)
    for name in sorted(os.listdir(os.path.dirname(path))):
        if name.startswith(_temporary_prefix(path)):
            left = os.path.join(os.path.dirname(path), name)
            if name.endswith(_OLD) and not os.path.lexists(path):
                os.rename(left, path)
            elif os.path.isdir(left):
                shutil.rmtree(left, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    os.unlink(left)


def _temporary_name(path: str, suffix: str = ".tmp") -> str:
    return os.path.join(os.path.dirname(path), f"{_temporary_prefix(path)}{secrets.token_hex(8)}{suffix}")


def _temporary_prefix(path: str) -> str:
    name = hashlib.sha256(os.path.basename(path).encode("utf-8", "surrogateescape")).hexdigest()
    return f".kbarchive-{name[:8]}-"


def _mode(path: str) -> int | None:
    try:
        return os.stat(path).st_mode
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # now, and not when all is converted
            raise TargetError(f"cannot write {clean(path)}: {reason(error)}") from error
        return None
