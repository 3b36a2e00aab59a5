"""From the bytes of a file to text, and from the text to its lines.

Two texts are kept apart. The *original* is the decoded file, and can be encoded back to the very bytes. The *readable* text
is what the grammar sees and values are taken from: LF for every line end, odd bytes as the characters they were meant to be.
They have the same lines, so a place in one is a place in the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

# The C1 range of latin-1 read as CP1252; the five bytes that CP1252 leaves undefined stay as they are.
_CP1252 = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}
_LINE_END = re.compile("\r\n|\r|\n")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Text(NamedTuple):
    """A decoded file."""

    original: str
    readable: str
    encoding: str | None
    newline: str
    undecodable: int
    """The place of the first character that had to be guessed in the readable text, or -1."""


def decode(data: bytes | str, encoding: str) -> Text:
    """Decodes a file of a dialect. `encoding` is "single-byte" or "utf-8"; text that is decoded already stays as it is."""
    undecodable = -1
    name: str | None
    if isinstance(data, str):
        original = readable = data
        name = None
    elif data.isascii():
        original = readable = data.decode("ascii")
        name = "ascii"
    elif encoding == "utf-8":
        original = readable = data.decode("utf-8", "surrogateescape")
        name = "utf-8"
    else:
        original = data.decode("latin-1")
        readable = original.translate(_CP1252)
        name = "cp1252"
    if name is None or name == "utf-8":
        match = _SURROGATE.search(readable)
        if match:
            undecodable = match.start()
            readable = _SURROGATE.sub(_as_cp1252, readable)
    newline = "lf"
    if "\r" in readable:
        kinds = set(_LINE_END.findall(readable))
        newline = {"\r\n": "crlf", "\r": "cr", "\n": "lf"}[kinds.pop()] if len(kinds) == 1 else "mixed"
        readable = readable.replace("\r\n", "\n").replace("\r", "\n")
    if not readable.endswith("\n"):
        readable += "\n"
    return Text(original, readable, name, newline, undecodable)


def encode(original: str, encoding: str | None) -> bytes:
    """The bytes of an original text again."""
    if encoding in ("ascii", "cp1252"):
        return original.encode("latin-1")
    return original.encode("utf-8", "surrogateescape")


def line_starts(text: str) -> list[int]:
    """Where the lines of a text start; a line ends at LF, CRLF or a lone CR, at nothing else. The last is the text's end."""
    starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    if starts[-1] != len(text):
        starts.append(len(text))
    return starts


def line_finder(readable: str) -> Callable[[int], int]:
    """A function from a place in a readable text to its line, from 1. It counts on from the last place asked for."""
    last, line = 0, 1

    def line_at(place: int) -> int:
        nonlocal last, line
        if place < last:
            last, line = 0, 1
        line += readable.count("\n", last, place)
        last = place
        return line

    return line_at


def _as_cp1252(match: re.Match[str]) -> str:
    """A byte that is no UTF-8 is read as CP1252; a lone surrogate that is no byte cannot be written anywhere."""
    code = ord(match[0]) - 0xDC00
    return _CP1252.get(code, chr(code)) if 0x80 <= code <= 0xFF else "\ufffd"
