"""Where an index lives on disk, and which of its generations is in use.

An index folder holds generations, each complete in a folder of its own, and the small file `current`, which names the one in
use and the CRC-32 of its metadata. The metadata have the length and the CRC-32 of each file; the files have checksums of their
own in each part that is read at once. `publishing` tells how a generation is made.
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import NamedTuple

import msgspec

from kbarchive._version import __version__
from kbarchive.errors import DamagedIndexError, SearchIndexError

# Counts up with every change of the schema, the analysis or the files.
FORMAT = 13

MADE_BY = f"kbarchive {__version__}"
"""What makes indexes: of another version the records may be others."""

POINTER = "current"
METADATA = "index.json"
GENERATION = re.compile(r"generation-(\d{6})\Z")
SHARD = re.compile(r"shard-\d+\Z")
_POINTED = re.compile(r"(generation-\d{6}) ([0-9a-f]{8})\n\Z")
_CHUNK = 2**20


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside the shards of a generation, as JSON.

    `sources` are what was read, as given in the folder `given_in`; both are empty where nothing of the kind is known. `files`
    has for each file, by its path in the generation, its length in bytes and its CRC-32. `code` is the version of the code that
    made it (see `resources.code_version`).
    """

    format: int = FORMAT
    made_by: str = MADE_BY
    code: str = ""
    shards: tuple[str, ...]
    articles: int
    revisions: int
    identical: int
    sources: tuple[str, ...] = ()
    given_in: str = ""
    counts: dict[str, dict[str, int]]
    files: dict[str, tuple[int, int]] = {}
    fingerprint: str = ""


class Generation(NamedTuple):
    """A generation of an index: its folder, and its metadata."""

    folder: Path
    metadata: Metadata


def shard_name(number: int) -> str:
    """The folder of a shard in that of its generation."""
    return f"shard-{number}"


def rebuild_hint(index_dir: Path) -> str:
    """The command that makes an index anew, for messages."""
    return f"make it anew with: kbarchive index SOURCE... --index {index_dir}"


def repair_hint(index_dir: Path) -> str:
    """The command that mends an index, for messages."""
    return f"mend it with: kbarchive index --repair --index {index_dir}"


def damaged(index_dir: Path, what: str) -> DamagedIndexError:
    """The error of an index that is not what was written."""
    return DamagedIndexError(f"the index {index_dir} is damaged: {what}; {repair_hint(index_dir)}", what)


def holds_index(index_dir: Path) -> bool:
    """Whether a folder has an index, sound or not; what a build left that was killed before all was written is none."""
    return (index_dir / POINTER).exists() or _has_generations(index_dir)


def _has_generations(index_dir: Path) -> bool:
    """Whether a folder has generations that are complete, or were."""
    return any(GENERATION.match(path.parent.name) for path in index_dir.glob(f"*/{METADATA}"))


def current_generation(index_dir: Path) -> Generation:
    """The generation in use.

    Raises SearchIndexError where there is no index, or one that this version cannot read, or one whose metadata is damaged or
    has files missing or cut.
    """
    while True:
        folder, check = _pointed(index_dir)
        try:
            return _generation(index_dir, folder, check)
        except FileNotFoundError as error:
            # A build may just have replaced the generation.
            if _pointed(index_dir) == (folder, check):
                raise damaged(index_dir, f"{error.filename} is missing") from error
        except OSError as error:
            raise SearchIndexError(f"cannot read the index {index_dir}: {error}") from error
        except (ValueError, msgspec.MsgspecError, AttributeError) as error:
            raise damaged(index_dir, f"{folder}/{METADATA} is unreadable ({error})") from error


def read_generation(folder: Path) -> Generation:
    """A generation by its folder, whether it is in use or not; raises ValueError, msgspec.MsgspecError or OSError."""
    return Generation(folder, msgspec.json.decode((folder / METADATA).read_bytes(), type=Metadata))


def pointing_at(folder: Path) -> bytes:
    """What `current` says of a generation whose metadata is written."""
    return f"{folder.name} {zlib.crc32((folder / METADATA).read_bytes()):08x}\n".encode()


def write_metadata(folder: Path, metadata: Metadata) -> None:
    """Writes the metadata of a complete generation, with the lengths and checksums of the files that are in it."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    files = {path.relative_to(folder).as_posix(): checksum(path) for path in paths}
    encoded = msgspec.json.encode(msgspec.structs.replace(metadata, files=files))
    (folder / METADATA).write_bytes(msgspec.json.format(encoded) + b"\n")


def checksum(path: Path) -> tuple[int, int]:
    """The length and the CRC-32 of a file; raises OSError."""
    length = check = 0
    with open(path, "rb") as file:
        while data := file.read(_CHUNK):
            length += len(data)
            check = zlib.crc32(data, check)
    return length, check


def _pointed(index_dir: Path) -> tuple[str, str]:
    """The name of the generation in use, and the checksum of its metadata."""
    try:
        pointer = (index_dir / POINTER).read_bytes().decode("latin-1")
    except (FileNotFoundError, NotADirectoryError):
        if _has_generations(index_dir):
            raise damaged(index_dir, f"{POINTER} is missing") from None
        raise SearchIndexError(
            f"{index_dir} holds no index of kbarchive; make one with: kbarchive index SOURCE... --index {index_dir}"
        ) from None
    except OSError as error:
        raise SearchIndexError(f"cannot read the index {index_dir}: {error}") from error
    if match := _POINTED.match(pointer):
        return match[1], match[2]
    if GENERATION.match(pointer.strip()):
        raise _of_another_format(index_dir, "7 or less")  # which have no checksum there
    raise damaged(index_dir, f"{POINTER} is unreadable")


def _generation(index_dir: Path, name: str, check: str) -> Generation:
    folder = index_dir / name
    data = (folder / METADATA).read_bytes()
    if f"{zlib.crc32(data):08x}" != check:
        raise damaged(index_dir, f"{name}/{METADATA} fails its checksum")
    version = msgspec.json.decode(data).get("format")
    if version != FORMAT:
        raise _of_another_format(index_dir, str(version))
    metadata = msgspec.json.decode(data, type=Metadata)
    if not all(map(SHARD.match, metadata.shards)):
        raise damaged(index_dir, f"{name}/{METADATA} names a shard that is none")
    for file, (length, _) in metadata.files.items():
        if (folder / file).stat().st_size != length:
            raise damaged(index_dir, f"{name}/{file} is cut, or longer than it was")
    return Generation(folder, metadata)


def _of_another_format(index_dir: Path, version: str) -> SearchIndexError:
    return SearchIndexError(
        f"the index {index_dir} has format {version}, this kbarchive reads format {FORMAT}; {rebuild_hint(index_dir)}"
    )
