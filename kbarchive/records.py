"""Records as JSON, and back: what was written is read as equal Articles; what is wrong in others is told with its place."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from functools import cache
from typing import IO, BinaryIO, TypeAlias, cast

import msgspec

from kbarchive.archives import decompressed
from kbarchive.article import SCHEMA, Article
from kbarchive.document import clean, reason
from kbarchive.errors import RecordError, SourceError
from kbarchive.limits import LONGEST_LINE

RecordSource: TypeAlias = str | os.PathLike[str] | IO[bytes] | IO[str]
"""A file by its name ("-" is standard input), or an open one."""

STDIN = "-"
_AT = " - at `"


def dumps(article: Article) -> str:
    """The article as JSON, in one line."""
    return msgspec.json.encode(article).decode()


def loads(data: str | bytes) -> Article:
    """The article of a JSON object. Raises RecordError with the path to the wrong value where it is not of the schema."""
    try:
        article = _decoder().decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise RecordError(_what(error)) from error
    if article.modified is not None:
        try:
            date.fromisoformat(article.modified)  # a pattern does not know how long February is
        except ValueError:
            raise RecordError(f"$.modified: there is no day {article.modified}") from None
    return article


def read_jsonl(source: RecordSource, *, on_error: Callable[[RecordError], object] | None = None) -> Iterator[Article]:
    """The articles of JSON Lines, or of a JSON array with a record a line as `kbarchive.convert` writes it, lazily.

    A compressed file is told by its content: gzip, bzip2, xz, and zstd with Python 3.14 or the extra `zstd`. Blank lines are
    nothing. `on_error` is told of each line that is no record, and the work goes on behind it; without it that raises
    RecordError, which names file and line.

    Raises SourceError where the source cannot be read: at once where there is no such file.
    """
    name, stream, ours = _opened(source)
    return _articles(name, stream, ours, on_error)


def _articles(
    name: str, stream: BinaryIO, ours: ExitStack, on_error: Callable[[RecordError], object] | None
) -> Iterator[Article]:
    def tell(number: int, message: str, cause: Exception | None = None) -> None:
        told = RecordError(f"{name}:{number}: {message}")
        if on_error is None:
            raise told from cause
        on_error(told)

    begun = in_array = False
    number = 0
    with ours:
        for number, line in _lines(name, stream):
            text = line.strip()
            if not text:
                continue
            if text == b"]" if in_array else text == b"[" and not begun:
                begun, in_array = True, not in_array
                continue
            begun = True
            try:
                article = loads(text.removesuffix(b",") if in_array else text)
            except RecordError as error:
                tell(number, str(error), error)
            else:
                yield article
    if in_array:
        tell(number, "the array has no end: the file is cut short")


def _lines(name: str, stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number = 1
    content: BinaryIO | None = None
    while True:
        try:
            content = content or decompressed(stream)
            line = content.readline(LONGEST_LINE + 1)
        except Exception as error:  # the decompressors raise half a dozen kinds on damaged input
            raise SourceError(f"{name}:{number}: cannot read on: {reason(error)}") from error
        if len(line) > LONGEST_LINE:
            raise SourceError(f"{name}:{number}: a line of more than {LONGEST_LINE // 2**20} MB, so no record")
        if not line:
            return
        yield number, line
        number += 1


def _opened(source: RecordSource) -> tuple[str, BinaryIO, ExitStack]:
    """Name and content, and what closes the file where it was opened here."""
    ours = ExitStack()
    if not isinstance(source, str | os.PathLike):
        name = clean(str(getattr(source, "name", "records")))
        if isinstance(source, io.TextIOBase):
            return name, getattr(source, "buffer", None) or io.BytesIO(source.read().encode()), ours
        return name, cast(BinaryIO, source), ours
    path = os.fspath(source)
    if path == STDIN:
        if sys.stdin is None:
            raise SourceError("standard input is closed")
        return path, sys.stdin.buffer, ours
    try:
        stream = ours.enter_context(open(path, "rb"))  # noqa: SIM115 - `ours` closes it
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise SourceError(f"{clean(path)}: {reason(error)}") from error
    return clean(path), stream, ours


@cache
def _decoder() -> msgspec.json.Decoder[Article]:
    return msgspec.json.Decoder(Article)


def _what(error: Exception) -> str:
    """The path to the value, and what is wrong with it: ``$.sections[0].kind: invalid enum value 'x'``."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    message, _, path = str(error).partition(_AT)
    path = path.removesuffix("`") or "$"
    if path == "$.schema":
        message += f"; this version of kbarchive reads schema {SCHEMA}"
    return f"{path}: {message if message.startswith('JSON') else message[:1].lower() + message[1:]}"
