"""From the bytes of a file to text, and from the text to its lines.

Two texts are kept apart. The *original* is the decoded file, and can be encoded back to the very bytes. The *readable* text
is what the grammar sees and values are taken from: LF for every line end, odd bytes as the characters they were meant to be,
no margin that stands before every line. They have the same lines, so a place in one is a place in the other.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from kbarchive.article import Diagnostic
from kbarchive.dialects import SIGN
from kbarchive.markup.tags import without_tags
from kbarchive.parsing.encoding import detect

# The C1 range of latin-1 read as CP1252; the five bytes that CP1252 leaves undefined stay as they are.
_CP1252 = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}
_CP437 = {byte: bytes([byte]).decode("cp437") for byte in range(0x80, 0x100)}
_TABLES = {"cp1252": _CP1252, "cp437": _CP437}
_LINE_END = re.compile("\r\n|\r|\n")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARK = "\ufeff"
_SIGN = re.compile(rf"[ \t]{{0,12}}+{SIGN}")
_FAR = 16_000  # how much of a text is looked at for a margin
_MOST_SIGNS = 8
_TOLD = 8  # signs behind a cut within a line, by which it is found in the original
_HALF = "\ud800"  # with a byte as a low surrogate behind it: half a sign of UTF-16, where such a pair is one character


class Text(NamedTuple):
    """A decoded file, or the part of it that holds one article."""

    original: str
    readable: str
    encoding: str | None
    newline: str
    undecodable: int
    """The place of the first character that had to be guessed in the readable text, or -1."""
    line: int = 1
    """The number of the first line."""
    folded: bool = False
    """Whether line ends were put into the readable text in the place of blanks: then all of it is one line of the file."""


def decode(data: bytes | str, *, old: bool = False) -> Text:
    """Decodes a file; text that is decoded already stays as it is. `old` is as in `encoding.detect`."""
    undecodable = -1
    name: str | None = None
    if isinstance(data, str):
        original = readable = data
    else:
        name, certain = detect(data, old=old)
        if name.startswith("utf-16"):
            half = _HALF + chr(0xDC00 + data[-1]) if len(data) % 2 else ""
            original = readable = data[: len(data) - len(data) % 2].decode(name, "surrogatepass") + half
        elif name in ("ascii", "utf-8"):
            original = readable = data.decode(name, "surrogateescape")
        else:
            original = data.decode("latin-1")
            readable = original.translate(_TABLES[name]) if name in _TABLES else data.decode(name)
            if not certain:
                undecodable = next(place for place, byte in enumerate(data) if byte > 0x7F)
    if name is None or name.startswith("utf"):
        match = _SURROGATE.search(readable)
        if match:
            undecodable = match.start()
            readable = _SURROGATE.sub(_as_cp1252, readable)
        if readable.startswith(_MARK):
            readable = readable[1:]
    newline = "lf"
    if "\r" in readable:
        kinds = set(_LINE_END.findall(readable))
        newline = {"\r\n": "crlf", "\r": "cr", "\n": "lf"}[kinds.pop()] if len(kinds) == 1 else "mixed"
        readable = readable.replace("\r\n", "\n").replace("\r", "\n")
    if not readable.endswith("\n"):
        readable += "\n"
    return Text(original, readable, name, newline, undecodable)


def undecodable(text: Text) -> list[Diagnostic]:
    """The diagnostic of a text of which a character had to be guessed."""
    if text.undecodable < 0:
        return []
    line = text.line + sum(1 for _ in _LINE_END.finditer(text.original, 0, text.undecodable))
    return [Diagnostic("undecodable", line, f"bytes that are no {text.encoding} for certain; read as CP1252")]


def encode(original: str, encoding: str | None) -> bytes:
    """The bytes of an original text again."""
    if encoding is None:
        return original.encode("utf-8", "surrogatepass")
    if encoding == "utf-8":
        return original.encode("utf-8", "surrogateescape")
    if encoding.startswith("utf-16"):
        half = b""
        if original[-2:-1] == _HALF and "\udc00" <= original[-1] <= "\udcff":
            original, half = original[:-2], bytes([ord(original[-1]) & 0xFF])
        return original.encode(encoding, "surrogatepass") + half
    return original.encode("latin-1")


def common_margin(text: str) -> str:
    """What stands before nearly all lines of a text, such as "> ": signs of comments or quotations, and a blank or tab."""
    lines = [line for line in text[:_FAR].split("\n") if line.strip()]
    margin = ""
    for _ in range(_MOST_SIGNS):
        found = (_SIGN.match(line, len(margin)) for line in lines if line.startswith(margin))
        usual = Counter(match[0] for match in found if match).most_common(1)
        if not usual or usual[0][1] * 10 < len(lines) * 9:
            break
        margin += usual[0][0]
    behind = {line[len(margin) :][:1] for line in lines if margin and line.startswith(margin)} - {""}
    return margin + behind.pop() if behind in ({" "}, {"\t"}) else margin


def without_margin(text: Text, margin: str) -> Text:
    """The text without what stands before its lines, where it does; the sign of a comment may stand alone."""
    signs = margin.rstrip(" \t")
    blanks = margin[len(signs) :]
    behind = "".join(f"(?:{blank}" for blank in blanks) + ")?" * len(blanks)
    pattern = re.compile(rf"^{re.escape(signs)}{behind}", re.MULTILINE)
    return text._replace(readable=pattern.sub("", text.readable))


def without_markup(text: Text) -> Text:
    """The text without the tags of HTML, and with entities resolved; none becomes a line end."""
    return text._replace(readable=without_tags(text.readable))


def cut(text: Text, places: list[int]) -> list[Text]:
    """The text in parts, from each place in the readable text to the next; the first is its begin, the last its end.

    A place within a line is found in the original by what follows it there, since a margin may have stood before the line.
    """
    original, readable = text.original, text.readable
    starts = line_starts(original)
    parts = []
    line = start = 0
    for begin, end in pairwise(places):
        last = line + readable.count("\n", begin, end)
        if end == len(readable):
            stop = len(original)
        elif readable[end - 1] == "\n":
            stop = starts[last]
        else:
            told = readable[end : min(end + _TOLD, readable.index("\n", end))]
            stop = max(original.rfind(told, starts[last], starts[last + 1]), starts[last])
        piece = readable[begin:end]
        place = text.undecodable - start
        parts.append(
            text._replace(
                original=original[start:stop],
                readable=piece if piece.endswith("\n") else piece + "\n",
                undecodable=place if text.undecodable >= 0 and 0 <= place < stop - start else -1,
                line=text.line + line,
            )
        )
        line, start = last, stop
    return parts


def line_starts(text: str) -> list[int]:
    """Where the lines of a text start; a line ends at LF, CRLF or a lone CR, at nothing else. The last is the text's end."""
    starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    if starts[-1] != len(text):
        starts.append(len(text))
    return starts


def sign_finder(text: Text) -> Callable[[int], int]:
    """A function from a place in the readable text to that of the same sign in the original, where no margin was taken off.

    The first sign has the byte-order mark with it.
    """
    mark = len(_MARK) if text.original.startswith(_MARK) else 0
    ends = [match.start() - mark - number for number, match in enumerate(re.finditer("\r\n", text.original))]
    whole = len(text.original)
    if whole - mark - len(ends) not in (len(text.readable), len(text.readable) - 1):  # tags were taken off: all is one piece
        return lambda place: whole if place else 0
    return lambda place: place + mark + bisect_left(ends, place) if place else 0


def _as_cp1252(match: re.Match[str]) -> str:
    """A byte that is no UTF-8 is read as CP1252; a lone surrogate that is no byte cannot be written anywhere."""
    code = ord(match[0]) - 0xDC00
    return _CP1252.get(code, chr(code)) if 0x80 <= code <= 0xFF else "\ufffd"
