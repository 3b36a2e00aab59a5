"""The files of the bundled corpus."""

from __future__ import annotations

from pathlib import Path

from kbarchive.resources import resource_folder


def corpus_files() -> list[Path]:
    """Every article of the sample archive, FTP form and page form, in order."""
    folder = resource_folder("corpus")
    return sorted([*folder.glob("txt/*/*.TXT"), *folder.glob("page/*.txt")])
