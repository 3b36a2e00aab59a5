"""Which folder an index lives in, where none is named."""

from __future__ import annotations

import os
from pathlib import Path

from kbarchive._version import __version__
from kbarchive.errors import SearchIndexError
from kbarchive.index.store import FORMAT
from kbarchive.resources import resource_folder

VARIABLE = "KBARCHIVE_INDEX"
SAMPLE = "sample"
"""What names the index of the bundled corpus where a folder could be named. kbarchive makes it itself."""


def default_folder() -> Path:
    """KBARCHIVE_INDEX where it is set, else the folder of the user's default index (which need not exist)."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    import platformdirs  # only where no folder is named

    return platformdirs.user_data_path("kbarchive", appauthor=False) / "index"


def folder_to_build(index_dir: str | os.PathLike[str] | None = None) -> Path:
    """The folder named, else the default one; raises SearchIndexError where that is the sample."""
    chosen = default_folder() if index_dir is None else index_dir
    if os.fspath(chosen) == SAMPLE:
        raise SearchIndexError(
            f'"{SAMPLE}" is the index of the bundled corpus and read-only; name another folder with --index or {VARIABLE} '
            f"(./{SAMPLE} would be a folder of that name)"
        )
    return Path(chosen)


def sample_folder() -> Path:
    """Where the index of the bundled corpus is kept: in the user's cache, apart for each corpus and version."""
    import hashlib

    import platformdirs

    digest = hashlib.sha256(f"{__version__} {FORMAT}".encode())
    corpus = resource_folder("corpus")
    # What Python keeps beside its modules comes and goes, also while it is looked at.
    for path in sorted(path for path in corpus.rglob("*") if "__pycache__" not in path.parts):
        status = path.stat()
        digest.update(f"\n{path.relative_to(corpus)} {status.st_size} {status.st_mtime_ns}".encode())
    return platformdirs.user_cache_path("kbarchive", appauthor=False) / f"sample-{digest.hexdigest()[:16]}"
