"""The output formats: a table of small writers, each in a module of its own that is imported when it is asked for.

To add a format, write a module with a class that follows `kbarchive.writers.writer.Writer`, and add its row to FORMATS.
`kbarchive.writers.jsonl` is the smallest example.
"""

from __future__ import annotations

import importlib
import os
from typing import Any, NamedTuple

from kbarchive.errors import FormatError
from kbarchive.writers.writer import Writer

STDOUT = "-"


class Format(NamedTuple):
    """A format: where its writer is, the suffixes a target's name may have, and a line for the help."""

    home: str
    suffixes: tuple[str, ...]
    help: str


FORMATS = {
    "jsonl": Format("kbarchive.writers.jsonl:JsonLinesWriter", (".jsonl", ".ndjson"), "one file, a record a line"),
    "json-dir": Format("kbarchive.writers.json_dir:JsonFolderWriter", (), "a folder, a record a file"),
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
    Raises FormatError where no format is known by the name or by the target's.
    """
    name = format_name or _format_by_target(target)
    if name not in FORMATS:
        raise FormatError(f'unknown format "{name}"; known are {_known()}')
    module, _, class_name = FORMATS[name].home.partition(":")
    writer: Writer[Any] = getattr(importlib.import_module(module), class_name)()
    return writer


def _format_by_target(target: str) -> str:
    if target == STDOUT:
        return _STREAM_FORMAT
    suffix = os.path.splitext(target)[1].lower()
    if os.path.isdir(target) or target.endswith(("/", os.sep)) or not suffix:
        return _FOLDER_FORMAT
    for name, known in FORMATS.items():
        if suffix in known.suffixes:
            return name
    raise FormatError(f'no format goes by "{suffix}" (of {target}); give one of {_known()}')


def _known() -> str:
    return ", ".join(f"{name} ({', '.join(known.suffixes) or 'a folder'})" for name, known in FORMATS.items())
