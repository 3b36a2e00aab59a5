"""The words of a shard, in one text that a regular expression looks through in a moment.

Wildcards and fuzzy words ask which terms there are. Whoosh's dictionary of terms answers only by handing on one after
another, field by field, which takes seconds for a large archive.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection
from typing import Any, NamedTuple

from kbarchive.index.files import OpenFile, Storage

_NAME = "vocabulary"
_LENGTHS = struct.Struct("<II")
_LEVEL = 1


class Vocabulary(NamedTuple):
    """Lines in order: the terms of all text fields, and words as they are written, whose stems are terms."""

    terms: str
    words: str


def write(storage: Any, terms: Collection[bytes], words: Collection[bytes]) -> None:
    """Writes the vocabulary of a shard beside its segment."""
    parts = [b"\n".join(sorted(part)) for part in (terms, words)]
    file = storage.create_file(_NAME)
    file.write(_LENGTHS.pack(*map(len, parts)) + zlib.compress(b"".join(parts), _LEVEL))
    file.close()


def open_file(storage: Storage) -> OpenFile:
    """The file, to be read later."""
    return OpenFile(storage, _NAME)


def read(file: OpenFile) -> Vocabulary:
    """The vocabulary of a file; raises zlib.error or struct.error on damaged bytes."""
    data = file.read()
    first, second = _LENGTHS.unpack_from(data)
    text = zlib.decompress(data[_LENGTHS.size :])
    if len(text) != first + second:
        raise struct.error("the vocabulary is cut")
    return Vocabulary(text[:first].decode(), text[first:].decode())
