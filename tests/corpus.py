"""The files of the bundled corpus."""

from __future__ import annotations

from pathlib import Path

from kbarchive.resources import resource_folder


def corpus_files() -> list[Path]:
    """Every article of the sample archive, FTP form and page form, in order."""
    folder = resource_folder("corpus")
    return sorted([*folder.glob("txt/*/*.TXT"), *folder.glob("page/*.txt")])


def dialect_files() -> list[Path]:
    """The files of the sample archive in the other forms, in order; some hold many articles."""
    folder = resource_folder("corpus")
    return sorted(path for path in folder.glob("*/*") if path.is_file() and path.parent.name not in ("page", "txt", "older"))
