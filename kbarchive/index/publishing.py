"""How a new generation of an index takes the place of the old one.

A build writes a fresh generation beside the one in use, and replaces the file `current` as its last step. Until then readers
see the old index; those that have it open go on with it. What a killed build leaves behind is removed by the next one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from kbarchive.errors import SearchIndexError
from kbarchive.index.lock import locked
from kbarchive.index.reader import open_generation
from kbarchive.index.store import (
    GENERATION,
    METADATA,
    POINTER,
    Generation,
    pointing_at,
    read_generation,
    write_metadata,
)

_LOCK = "lock"


@contextlib.contextmanager
def new_generation(index_dir: Path) -> Iterator[Path]:
    """A fresh generation folder, to be filled and ended with `complete`.

    It is published when the block ends, and removed where it is not complete then, or the block raises. One builder at a time.
    Raises SearchIndexError where the folder holds anything but an index of ours, cannot be written, or is being written.
    """
    with writing(index_dir):
        folder = _make_generation(index_dir)
        try:
            yield folder
            if not (folder / METADATA).exists():
                shutil.rmtree(folder)
                return
            publish(index_dir, folder)
        except BaseException:
            # It may be in use already, where what failed is the last thing of all.
            if _used(index_dir) != folder.name:
                shutil.rmtree(folder, ignore_errors=True)
            raise
        _remove_others(index_dir, {folder.name})


def complete(generation: Generation) -> None:
    """Writes the metadata of a generation whose shards are there, and opens it as a search will, before it is published.

    Raises SearchIndexError where that fails, as on a disk that does not keep what is written to it.
    """
    for path in generation.folder.iterdir():
        if path.is_dir() and path.name not in generation.metadata.shards:
            shutil.rmtree(path)  # no article came to it
    write_metadata(*generation)
    try:
        with contextlib.closing(open_generation(read_generation(generation.folder))) as reader:
            found = reader.documents
    except OSError:
        raise
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        raise SearchIndexError(
            f"{generation.folder} cannot be read back as it was written ({why}): is the disk sound?"
        ) from error
    if found != generation.metadata.articles:
        raise SearchIndexError(f"{generation.folder} has {found:,} articles of {generation.metadata.articles:,} written to it")


@contextlib.contextmanager
def writing(index_dir: Path) -> Iterator[None]:
    """Holds the lock of an index folder, which is made where it is not there. Raises as `new_generation` does."""
    try:
        _refuse_foreign(index_dir)
        if not index_dir.is_dir():
            index_dir.mkdir(parents=True, exist_ok=True)
            _sync(index_dir.parent)
        with locked(index_dir / _LOCK):
            yield
    except OSError as error:
        advice = "make room" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "choose another folder with --index"
        raise SearchIndexError(f"cannot write the index {index_dir}: {error.strerror or error}; {advice}") from error


def publish(index_dir: Path, folder: Path) -> None:
    """Makes a complete generation the one in use, when all of it is on the disk."""
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)
    handle, temporary = tempfile.mkstemp(prefix=POINTER, dir=index_dir)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pointing_at(folder))
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files for their owner alone; an index may be read by whom its folder lets in.
        os.chmod(temporary, (folder / METADATA).stat().st_mode & 0o777)
        os.replace(temporary, index_dir / POINTER)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _sync(index_dir)


def leftovers(index_dir: Path) -> list[Path]:
    """What nobody needs of an index: what builds that were killed left, or what one that runs is writing. No generation while
    `current` is missing or damaged: an index may be mended from any of them.
    """
    if not index_dir.is_dir():
        return []
    found = _others(index_dir, {_used(index_dir)})
    return sorted(found if _is_pointed_at(index_dir) else (path for path in found if not GENERATION.match(path.name)))


def _refuse_foreign(index_dir: Path) -> None:
    try:
        names = os.listdir(index_dir)
    except FileNotFoundError:
        return
    foreign = sorted(name for name in names if not _is_ours(name))
    if foreign:
        raise SearchIndexError(
            f"{index_dir} holds something else than an index ({foreign[0]}); choose an empty or a new folder"
        )


def _is_ours(name: str) -> bool:
    return name == _LOCK or name.startswith(POINTER) or GENERATION.match(name) is not None


def _used(index_dir: Path) -> str:
    """The name of the generation in use; "" where there is none."""
    try:
        return (index_dir / POINTER).read_bytes().decode("latin-1").split(" ")[0].strip()
    except OSError:
        return ""


def _is_pointed_at(index_dir: Path) -> bool:
    """Whether `current` is what was written of the generation that it names."""
    try:
        return pointing_at(index_dir / _used(index_dir)) == (index_dir / POINTER).read_bytes()
    except (OSError, ValueError):
        return False


def _make_generation(index_dir: Path) -> Path:
    used = _used(index_dir)
    if _is_pointed_at(index_dir):
        _remove_others(index_dir, {used})
    else:  # all that are complete may be what an index can be mended from, until there is a new one
        _remove_others(index_dir, {used, *(name for name in os.listdir(index_dir) if (index_dir / name / METADATA).exists())})
    numbers = [int(match[1]) for name in (used, *os.listdir(index_dir)) if (match := GENERATION.match(name))]
    folder = index_dir / f"generation-{(max(numbers, default=0) + 1) % 1_000_000:06}"
    folder.mkdir()
    return folder


def _remove_others(index_dir: Path, kept: Collection[str]) -> None:
    """Removes what no reader will open any more. What cannot be removed, as on Windows what a reader has open, the next build
    removes.
    """
    for path in _others(index_dir, kept):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink()


def _others(index_dir: Path, kept: Collection[str]) -> Iterator[Path]:
    """Other generations than some, and files that were to become `current`."""
    for name in os.listdir(index_dir):
        if (GENERATION.match(name) and name not in kept) or (name.startswith(POINTER) and name != POINTER):
            yield index_dir / name


def _sync(path: Path) -> None:
    windows = os.name == "nt"
    if windows and path.is_dir():
        return  # Windows cannot open a folder for that, and wants files to be writable
    handle = os.open(path, os.O_RDWR if windows else os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL or not path.is_dir():  # there are file systems that cannot do it for folders
            raise
    finally:
        os.close(handle)
