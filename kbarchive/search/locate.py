"""Which index is searched."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from kbarchive.errors import SearchIndexError
from kbarchive.index.folders import SAMPLE, VARIABLE, default_folder, sample_folder
from kbarchive.index.reader import IndexReader, open_reader
from kbarchive.index.store import holds_index
from kbarchive.search.index import Index
from kbarchive.search.settings import Settings

_SAMPLE_NAME = "the bundled sample"
_KEPT = 30 * 24 * 60 * 60.0  # seconds


def open_index(index_dir: str | os.PathLike[str] | None = None, *, settings: Settings | None = None) -> Index:
    """Opens an index: a folder, or "sample" for that of the bundled corpus.

    None means what KBARCHIVE_INDEX names, else the user's default index if there is one, else the sample. The sample's
    index is made when it is first used, in the user's cache, or in memory where nothing can be written there. `settings` are
    the weights of ranking, for experiments.

    Raises SearchIndexError where an index cannot be opened, with the command that mends it.
    """
    chosen = os.environ.get(VARIABLE) if index_dir is None else os.fspath(index_dir)
    if chosen == SAMPLE:
        return _open_sample(settings)
    if chosen:
        return _open(Path(chosen), settings)
    folder = default_folder()
    return _open(folder, settings) if holds_index(folder) else _open_sample(settings)


def _open(folder: Path, settings: Settings | None) -> Index:
    reader = open_reader(folder)
    names = ", ".join(os.path.basename(os.path.normpath(source)) for source in reader.metadata.sources)
    return Index(reader, f"{names} ({folder})", settings)


def _open_sample(settings: Settings | None) -> Index:
    folder = sample_folder()
    try:
        index = Index(open_reader(folder), _SAMPLE_NAME, settings)
    except SearchIndexError:
        pass  # not made yet, or damaged
    else:
        with suppress(OSError):  # it may be somebody else's
            os.utime(folder)  # it was used now
        return index
    # What builds an index is imported only here.
    from kbarchive.index.build import build_sample, build_sample_in_memory

    try:
        build_sample(folder)
        _remove_unused(folder)
        return Index(open_reader(folder), _SAMPLE_NAME, settings)
    except SearchIndexError:
        storage, metadata = build_sample_in_memory()
        return Index(IndexReader([storage], metadata, None), _SAMPLE_NAME, settings)


def _remove_unused(made: Path) -> None:
    """Removes the samples' indexes of other versions and checkouts that were last used long before this one was made."""
    for other in made.parent.glob("sample-*"):
        with suppress(OSError):  # gone meanwhile
            if made.stat().st_mtime - other.stat().st_mtime > _KEPT:
                shutil.rmtree(other, ignore_errors=True)
