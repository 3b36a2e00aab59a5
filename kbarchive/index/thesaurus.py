"""What people call things, and what the articles call them: `thesaurus.txt`, told there.

Names of one thing are one term of the index, so that a query for any of them reads one posting list. Phrases of several
words that stand for others have a term of their own, too. So both are part of the index's format.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import msgspec

from kbarchive.index.analysis import Stems, stems
from kbarchive.index.files import DamagedFileError, OpenFile, Storage

Names = Mapping[Stems, Sequence[bytes]]
"""For the stems of one or several words the terms that they are found as."""

_NAME = "thesaurus"
_CHECK = struct.Struct("<I")

LONGEST = 5
"""How many words the longest phrase has."""


_Pairs = tuple[tuple[Stems, tuple[bytes, ...]], ...]
_Tables = tuple[tuple[tuple[Stems, bytes], ...], _Pairs, _Pairs]


class Thesaurus(NamedTuple):
    """`named` are the terms to be indexed, each with the stems of the words that it stands for; `names` and `words` give for
    the stems of one or several words of a query the terms that mean the same, and those that may be meant.
    """

    named: Sequence[tuple[Stems, bytes]]
    names: Names
    words: Names


@cache
def thesaurus() -> Thesaurus:
    """The thesaurus that is part of kbarchive, for building an index; one that is there has its own (see `read`)."""
    named: dict[tuple[Stems, bytes], None] = {}
    names: dict[Stems, list[bytes]] = {}
    words: dict[Stems, list[bytes]] = {}
    for part, phrases in _lines():
        if part == "names":
            term = b"=" + b" ".join(phrases[-1])
            for phrase in phrases:
                named[phrase, term] = None
                names.setdefault(phrase, []).append(term)
        else:
            first, *others = phrases
            for phrase in others:
                term = b" ".join(phrase)
                if len(phrase) > 1:
                    named[phrase, term] = None
                words.setdefault(first, []).append(term)
    return Thesaurus(tuple(named), names, words)


def write(storage: Any) -> None:
    """Writes the thesaurus beside a shard, as MessagePack of its three tables behind their CRC-32.

    To make it of the text again, which stems five thousand words, would take a search from the command line 25 ms.
    """
    made = thesaurus()
    tables = msgspec.msgpack.encode((made.named, list(made.names.items()), list(made.words.items())))
    file = storage.create_file(_NAME)
    file.write(_CHECK.pack(zlib.crc32(tables)) + tables)
    file.close()


def open_file(storage: Storage) -> OpenFile:
    """The file, to be read later."""
    return OpenFile(storage, _NAME)


def read(file: OpenFile) -> Thesaurus:
    """The thesaurus that an index was built with; raises DamagedFileError."""
    tables = file.get(_CHECK.size, file.size - _CHECK.size)
    if file.get(0, _CHECK.size) != _CHECK.pack(zlib.crc32(tables)):
        raise DamagedFileError("the thesaurus fails its checksum")
    named, names, words = msgspec.msgpack.decode(tables, type=_Tables)
    return Thesaurus(named, dict(names), dict(words))


def spellings(known: Thesaurus) -> dict[bytes, list[Stems]]:
    """For each term of a thesaurus all that it is spelled as."""
    found: dict[bytes, list[Stems]] = {}
    for phrase, term in known.named:
        found.setdefault(term, []).append(phrase)
    return found


def is_name(term: bytes) -> bool:
    """Whether a term is one of the thesaurus, not of a word."""
    return term.startswith(b"=") or b" " in term


def _lines() -> Iterator[tuple[str, list[Stems]]]:
    from importlib.resources import files  # only to build an index

    part = ""
    for line in files("kbarchive.index").joinpath("thesaurus.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            part = line.strip("[]")
        elif line and not line.startswith("#"):
            yield part, [found for phrase in line.split(",") if (found := stems(phrase))]
