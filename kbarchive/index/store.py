"""Where an index lives on disk, and how a new one takes the place of the old.

An index folder holds generations, each complete in a folder of its own, and the small file `current` that names the one
in use. A build writes a fresh generation and replaces `current` as its last step: until then readers see the old index,
and what a killed build leaves behind is removed by the next one.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from kbarchive._version import __version__
from kbarchive.errors import SearchIndexError

# Counts up with every change of the schema, the analysis or the files.
FORMAT = 8

_POINTER = "current"
_LOCK = "lock"
_METADATA = "index.json"
_GENERATION = re.compile(r"generation-(\d{6})\Z")
_LOCK_SECONDS = 10.0


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside the shards of a generation, as JSON."""

    format: int = FORMAT
    made_by: str = f"kbarchive {__version__}"
    shards: tuple[str, ...]
    articles: int
    revisions: int
    identical: int
    sources: tuple[str, ...]
    counts: dict[str, dict[str, int]]
    files: dict[str, int]


def rebuild_hint(index_dir: Path) -> str:
    """The command that mends an index, for messages."""
    return f"make it anew with: kbarchive index SOURCE... --index {index_dir}"


def holds_index(index_dir: Path) -> bool:
    """Whether a folder has an index in use, sound or not; that of a build which was killed is none."""
    return (index_dir / _POINTER).exists()


def current_generation(index_dir: Path) -> tuple[Path, Metadata]:
    """The folder and the metadata of the generation in use.

    Raises SearchIndexError where there is no index, or one that this version cannot read, or one with files missing.
    """
    try:
        name = (index_dir / _POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise SearchIndexError(
            f"{index_dir} holds no index of kbarchive; make one with: kbarchive index SOURCE... --index {index_dir}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SearchIndexError(f"cannot read the index {index_dir}: {error}; {rebuild_hint(index_dir)}") from error
    if not _GENERATION.match(name):
        raise SearchIndexError(f"the index {index_dir} is damaged: {_POINTER} is unreadable; {rebuild_hint(index_dir)}")
    folder = index_dir / name
    metadata = _read_metadata(index_dir, folder / _METADATA)
    for file, size in metadata.files.items():
        try:
            found = (folder / file).stat().st_size
        except OSError:
            found = -1
        if found != size:
            raise SearchIndexError(
                f"the index {index_dir} is damaged: {name}/{file} is missing or cut; {rebuild_hint(index_dir)}"
            )
    return folder, metadata


def leftovers(index_dir: Path) -> list[Path]:
    """What the next build of an index will remove: what builds that were killed left, or what one that runs is writing."""
    try:
        used = (index_dir / _POINTER).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        used = ""
    return list(_others(index_dir, used)) if index_dir.is_dir() else []


@contextlib.contextmanager
def new_generation(index_dir: Path) -> Iterator[Path]:
    """A fresh generation folder, to be filled and ended with `write_metadata`.

    It is published when the block ends, and removed when the block raises. One builder at a time.
    Raises SearchIndexError where the folder holds anything but an index of ours, cannot be written, or is being written.
    """
    # Whoosh is not imported to read an index.
    from whoosh.filedb.filestore import FileStorage
    from whoosh.util.filelock import try_for

    _refuse_foreign(index_dir)
    try:
        index_dir.mkdir(parents=True, exist_ok=True)
        lock = FileStorage(str(index_dir)).lock(_LOCK)
        if not try_for(lock.acquire, timeout=_LOCK_SECONDS, delay=0.1):
            raise SearchIndexError(f"another kbarchive is writing the index {index_dir}; wait until it is done")
    except OSError as error:
        raise SearchIndexError(f"cannot write the index {index_dir}: {error}; choose another --index folder") from error
    try:
        folder = _make_generation(index_dir)
        try:
            yield folder
            _publish(index_dir, folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        _remove_others(index_dir, folder.name)
    except OSError as error:
        raise SearchIndexError(f"cannot write the index {index_dir}: {error}") from error
    finally:
        lock.release()


def write_metadata(folder: Path, metadata: Metadata) -> None:
    """Writes the metadata of a complete generation, with the sizes of the files that are in it."""
    files = {path.relative_to(folder).as_posix(): path.stat().st_size for path in sorted(folder.rglob("*")) if path.is_file()}
    encoded = msgspec.json.encode(msgspec.structs.replace(metadata, files=files))
    (folder / _METADATA).write_bytes(msgspec.json.format(encoded) + b"\n")


def _read_metadata(index_dir: Path, path: Path) -> Metadata:
    try:
        data = path.read_bytes()
        version = msgspec.json.decode(data).get("format")
        if version == FORMAT:
            return msgspec.json.decode(data, type=Metadata)
    except (OSError, ValueError, msgspec.MsgspecError, AttributeError) as error:
        raise SearchIndexError(f"the index {index_dir} is damaged: {error}; {rebuild_hint(index_dir)}") from error
    raise SearchIndexError(
        f"the index {index_dir} has format {version}, this kbarchive reads format {FORMAT}; {rebuild_hint(index_dir)}"
    )


def _refuse_foreign(index_dir: Path) -> None:
    try:
        names = os.listdir(index_dir)
    except FileNotFoundError:
        return
    except OSError as error:
        raise SearchIndexError(f"cannot write the index {index_dir}: {error.strerror}") from error
    foreign = sorted(name for name in names if not _is_ours(name))
    if foreign:
        raise SearchIndexError(
            f"{index_dir} holds something else than an index ({foreign[0]}); choose an empty or a new folder"
        )


def _is_ours(name: str) -> bool:
    return name == _LOCK or name.startswith(_POINTER) or _GENERATION.match(name) is not None


def _make_generation(index_dir: Path) -> Path:
    try:
        used = (index_dir / _POINTER).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        used = ""
    _remove_others(index_dir, used)
    match = _GENERATION.match(used)
    folder = index_dir / f"generation-{(int(match[1]) + 1 if match else 1) % 1_000_000:06}"
    folder.mkdir()
    return folder


def _remove_others(index_dir: Path, kept: str) -> None:
    for path in _others(index_dir, kept):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _others(index_dir: Path, kept: str) -> Iterator[Path]:
    """What is in an index folder but the generation in use: older ones, and what builds that were killed left."""
    for name in sorted(os.listdir(index_dir)):
        if (_GENERATION.match(name) and name != kept) or (name.startswith(_POINTER) and name != _POINTER):
            yield index_dir / name


def _publish(index_dir: Path, folder: Path) -> None:
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)
    import tempfile  # imports OpenSSL, which a search needs not

    handle, temporary = tempfile.mkstemp(prefix=_POINTER, dir=index_dir)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(folder.name + "\n")
        file.flush()
        os.fsync(file.fileno())
    # mkstemp makes files for their owner alone; an index may be read by whom its folder lets in.
    os.chmod(temporary, (folder / _METADATA).stat().st_mode & 0o777)
    os.replace(temporary, index_dir / _POINTER)
    _sync(index_dir)


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open a folder for that
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
