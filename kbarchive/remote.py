"""Articles at an address of fsspec (https://filesystem-spec.readthedocs.io): ``s3://bucket/archive.tar.xz``, ``https://...``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple, cast

from kbarchive.archives import archive_entries, is_hidden, stream_entries
from kbarchive.document import Entry, Failure, clean, reason
from kbarchive.errors import SourceError
from kbarchive.extras import fsspec


class Place(NamedTuple):
    """A file or folder of a file system of fsspec's, and the address that it was given as."""

    address: str
    system: Any
    path: str
    is_folder: bool


def place_at(source: str) -> Place | None:
    """What a source names as an address; None where it is the name of a file or folder.

    Raises SourceError where nothing is there, or it cannot be reached; MissingExtraError where fsspec is not installed.
    """
    if "://" not in source or os.path.lexists(source):
        return None
    url_to_fs = fsspec("fsspec.core").url_to_fs
    try:
        system, path = url_to_fs(source)
        found = system.info(path)
    except Exception as error:  # each file system has its own; ImportError names the package that one of them needs
        raise SourceError(f"{clean(source)}: {reason(error)}") from error
    return Place(source, system, path, found["type"] == "directory")


def place_entries(place: Place) -> Iterator[Entry]:
    """The documents of a file, or of a folder and all that is in it, in the order in which a local folder is read."""
    if not place.is_folder:
        yield from _file_entries(place.system, place.path, place.address)
        return
    root = place.path.rstrip("/")
    try:
        paths = sorted(place.system.find(root), key=lambda path: path.split("/"))
    except Exception as error:  # as above
        yield Failure(place.address, None, reason(error))
        return
    for path in paths:
        file = clean(path.removeprefix(root).lstrip("/"))
        if not is_hidden(file):
            yield from _file_entries(place.system, path, file)


def _file_entries(system: Any, path: str, file: str) -> Iterator[Entry]:
    try:
        with system.open(path, "rb") as stream:
            # A server that gives no parts of a file has a stream that cannot go back.
            read = archive_entries if stream.seekable() else stream_entries
            yield from read(cast(BinaryIO, stream), file)
    except Exception as error:  # as above
        yield Failure(file, None, f"{reason(error)} (what follows is lost)")
