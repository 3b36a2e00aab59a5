"""The output formats: a table of small writers, each in a module of its own that is imported when it is asked for.

To add a format, write a module with a class that follows `kbarchive.writers.writer.Writer`, and add its row to FORMATS;
docs/formats.md shows how.
"""

from __future__ import annotations

import importlib
import os
from typing import Any, NamedTuple

from kbarchive.errors import FormatError
from kbarchive.writers.packing import PACKINGS
from kbarchive.writers.stream import StreamWriter
from kbarchive.writers.writer import Writer

STDOUT = "-"


class Format(NamedTuple):
    """A format: where its writer is, the suffixes a target's name may have, and a line for the help.

    A `kbarchive.writers.stream.StreamWriter` is also compressed by the name (``.jsonl.gz``, ``.csv.zst``).
    """

    home: str
    suffixes: tuple[str, ...]
    help: str


# Of several suffixes that fit a name, the longest counts.
FORMATS = {
    "jsonl": Format("kbarchive.writers.jsonl:JsonLinesWriter", (".jsonl", ".ndjson"), "JSON Lines, a record a line"),
    "json": Format("kbarchive.writers.json_array:JsonArrayWriter", (".json",), "one JSON array of records"),
    "json-dir": Format("kbarchive.writers.json_dir:JsonFolderWriter", (), "a folder, a record a file"),
    "csv": Format("kbarchive.writers.csv:CsvWriter", (".csv",), "a flat row an article; lists joined by bars"),
    "parquet": Format("kbarchive.writers.parquet:ParquetWriter", (".parquet",), "a flat row an article, typed columns"),
    "sqlite": Format(
        "kbarchive.writers.sqlite:SqliteWriter", (".db", ".sqlite", ".sqlite3"), "a database with full-text search"
    ),
    "chunks": Format(
        "kbarchive.writers.chunks:ChunksWriter", (".chunks.jsonl", ".chunks.ndjson"), "JSON Lines, a piece of text a line"
    ),
    "ftp": Format("kbarchive.writers.rendered:FtpFolderWriter", (), "a folder, the text form of the archive itself"),
    "markdown": Format("kbarchive.writers.rendered:MarkdownFolderWriter", (), "a folder, Markdown with front matter"),
    "text": Format("kbarchive.writers.rendered:TextFolderWriter", (), "a folder, plain text"),
    "html": Format("kbarchive.writers.rendered:HtmlFolderWriter", (), "a folder, HTML pages that link to one another"),
}
_FOLDER_FORMAT = "json-dir"
_STREAM_FORMAT = "jsonl"


def writer_for(target: str, format_name: str | None = None) -> Writer[Any]:
    """The writer of a format; without a name, of the format that the target's name tells.

    "-" (standard output) means jsonl; an existing folder, a name that ends in "/" and a name without suffix mean json-dir.
    A name that ends in ".gz" or ".zst" is compressed so.

    Raises FormatError where no format is known by the name or by the target's, or it cannot be compressed, and
    MissingExtraError where it needs a package that is not installed.
    """
    name, packing = os.path.splitext(target)
    if packing.lower() not in PACKINGS or os.path.isdir(target):
        name, packing = target, ""
    format_name = format_name or _format_by_name(name, target)
    if format_name not in FORMATS:
        raise FormatError(f'unknown format "{format_name}"; known are {_known()}')
    module, _, class_name = FORMATS[format_name].home.partition(":")
    writer: type[Writer[Any]] = getattr(importlib.import_module(module), class_name)
    if not packing:
        return writer()
    if not issubclass(writer, StreamWriter):
        raise FormatError(f"{format_name} cannot be compressed as {packing}: leave that off the name {target}")
    return writer(PACKINGS[packing.lower()]())


def _format_by_name(name: str, target: str) -> str:
    if target == STDOUT:
        return _STREAM_FORMAT
    if os.path.isdir(name) or name.endswith(("/", os.sep)) or not os.path.splitext(name)[1]:
        return _FOLDER_FORMAT
    fitting = [
        (len(suffix), known)
        for known, format_ in FORMATS.items()
        for suffix in format_.suffixes
        if name.lower().endswith(suffix)
    ]
    if not fitting:
        raise FormatError(f'no format goes by "{os.path.splitext(name)[1]}" (of {target}); give one of {_known()}')
    return max(fitting)[1]


def _known() -> str:
    return ", ".join(f"{name} ({', '.join(known.suffixes) or 'a folder'})" for name, known in FORMATS.items())
