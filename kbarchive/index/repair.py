"""Mends an index that is damaged, by the least that does it: an older or newer generation that is whole, its sources, or the
records that can still be read.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from kbarchive.article import Article
from kbarchive.errors import SearchIndexError, SourceError
from kbarchive.index import records
from kbarchive.index.build import IndexReport, build_from_records, build_index
from kbarchive.index.columns import Columns
from kbarchive.index.fates import GONE
from kbarchive.index.files import FATES, KEYS, RECORDS, DamagedFileError, Folder, OpenFile
from kbarchive.index.folders import folder_to_build
from kbarchive.index.publishing import publish, writing
from kbarchive.index.rows import Rows
from kbarchive.index.store import FORMAT, GENERATION, POINTER, Metadata, current_generation, read_generation, rebuild_hint
from kbarchive.index.verify import IndexCheck, check_generation, check_index
from kbarchive.report import Report
from kbarchive.sources import STDIN, SourcePath, entries

_CHUNK = 2**14


class IndexRepair(msgspec.Struct, kw_only=True):
    """What was done about an index.

    `how`: it was "sound"; another "generation" of it is whole, and in use now; it was made anew from its "sources", whose
    report is there, or from its "records". `lost` are the texts that could not be read any more, by their keys where these are
    known; `indexed` is how many articles there are now, `before` how many there were, where that is known.
    """

    location: str
    how: Literal["sound", "generation", "sources", "records"]
    indexed: int
    before: int | None = None
    report: Report | None = None
    lost: tuple[str, ...] = ()


class _Row(NamedTuple):
    """A stored text: its place among all (see `_place`), and how to have it back."""

    place: tuple[list[str], str, int]
    read: Callable[[], bytes]


def repair_index(
    index_dir: SourcePath | None = None, jobs: int | None = None, *, on_progress: Callable[[Report], object] | None = None
) -> IndexRepair:
    """Checks an index (see `check_index`), and mends it where it is damaged.

    Where another generation is whole, that is used. Else the index is made anew: from its sources as they are now, if all of
    them are still there; from the records in it otherwise, which hold all that was read. The folder is as in `build_index`,
    and so are `jobs` and `on_progress`, which are for reading sources. Until the last step nothing is changed or removed.

    Raises SearchIndexError where there is no index, or one of another format, where the folder cannot be written, or where
    nothing can be mended.
    """
    folder = folder_to_build(index_dir)
    generations = _generations(folder)
    if ((folder / POINTER).exists() or not generations) and check_index(folder).ok:
        return IndexRepair(location=str(folder), how="sound", indexed=current_generation(folder).metadata.articles)
    whole = next((generation for generation in generations if _is_whole(generation)), None)
    if whole:
        with writing(folder):
            publish(folder, whole)
        return IndexRepair(location=str(folder), how="generation", indexed=read_generation(whole).metadata.articles)
    known = _metadata(generations)
    report = _from_sources(folder, known, jobs, on_progress)
    repair = (
        IndexRepair(location=str(folder), how="sources", indexed=report.indexed, report=report)
        if report
        else _from_records(folder, generations, known)
    )
    repair.before = known.articles if known else None
    return repair


def _generations(folder: Path) -> list[Path]:
    """The generations in an index folder, the newest first."""
    try:
        names = sorted(filter(GENERATION.match, os.listdir(folder)), reverse=True)
    except OSError:
        return []
    return [folder / name for name in names]


def _is_whole(folder: Path) -> bool:
    try:
        generation = read_generation(folder)
    except (OSError, ValueError, msgspec.MsgspecError):
        return False
    check = IndexCheck(location=str(folder))
    check_generation(generation, check)
    return check.ok and generation.metadata.format == FORMAT


def _metadata(generations: list[Path]) -> Metadata | None:
    """The newest metadata that can be read."""
    for folder in generations:
        try:
            return read_generation(folder).metadata
        except (OSError, ValueError, msgspec.MsgspecError):
            continue
    return None


def _from_sources(
    folder: Path, metadata: Metadata | None, jobs: int | None, on_progress: Callable[[Report], object] | None
) -> IndexReport | None:
    """Makes the index anew from its sources; None where they are not all there, or hold nothing any more."""
    if metadata is None or not metadata.sources or STDIN in metadata.sources:
        return None
    sources = [os.path.join(metadata.given_in, source) for source in metadata.sources]
    try:
        entries(*sources)
        return build_index(sources, folder, jobs, rebuild=True, on_progress=on_progress)
    except (SourceError, SearchIndexError):  # where nothing can be written, that is told once more
        return None


def _from_records(folder: Path, generations: list[Path], metadata: Metadata | None) -> IndexRepair:
    rows: list[_Row] = []
    lost: list[str] = []
    for generation in generations:
        for shard in sorted(generation.glob("shard-*")):
            found, missing = _rows(shard)
            rows += found
            lost += missing
        if rows:
            break
    if not rows:
        raise SearchIndexError(f"nothing can be read of the index {folder}; {rebuild_hint(folder)}")
    rows.sort(key=lambda row: row.place)
    texts = (records.unpack(row.read()) for row in rows)
    articles = build_from_records(texts, folder, metadata)
    return IndexRepair(location=str(folder), how="records", indexed=articles, lost=tuple(lost))


def _rows(shard: Path) -> tuple[list[_Row], list[str]]:
    """The texts of a shard that can be had back, and the keys of those that cannot."""
    found: list[_Row] = []
    lost: list[str] = []
    try:
        stored = Rows(Folder(shard), RECORDS)
    except OSError:
        return [], [f"all of {shard.name}"]
    except DamagedFileError:
        return _scanned(shard), [f"an unknown number of {shard.name}"]
    gone = _gone(shard)
    for number in range(len(stored)):
        try:
            row = stored[number]
            if row and number not in gone:  # else a copy of another, or removed from the sources
                found.append(_Row(_place(records.unpack(row)[0]), partial(stored.__getitem__, number)))
        except (DamagedFileError, OSError, ValueError, zlib.error, msgspec.MsgspecError):
            lost.append(_key(shard, number))
    return found, lost


def _gone(shard: Path) -> set[int]:
    """The texts that are there no more; where that cannot be read, none: rather one too many than one lost."""
    try:
        with closing(Columns(Folder(shard), FATES)) as fates:
            return set(fates.numbers(GONE))
    except (DamagedFileError, OSError, ValueError, msgspec.MsgspecError):
        return set()


def _scanned(shard: Path) -> list[_Row]:
    """The texts of a shard whose table of rows is damaged, up to the first that is damaged itself: each tells its own end."""
    with closing(OpenFile(Folder(shard), RECORDS)) as file:
        data = file.read()
    found: list[_Row] = []
    start = 0
    while start < len(data):
        stream = zlib.decompressobj()
        end = start
        try:
            while not stream.eof and end < len(data):
                chunk = data[end : end + _CHUNK]
                stream.decompress(chunk)
                end += len(chunk)
            stored = data[start : end - len(stream.unused_data)]
            found.append(_Row(_place(records.unpack(stored)[0]), partial(bytes, stored)))
        except (ValueError, zlib.error, msgspec.MsgspecError):
            break
        start += len(stored)
    return found


def _key(shard: Path, number: int) -> str:
    try:
        with closing(Rows(Folder(shard), KEYS)) as keys:
            return keys[number].decode("utf-8", "replace")
    except (DamagedFileError, OSError):
        return f"document {number} of {shard.name}"


def _place(article: Article) -> tuple[list[str], str, int]:
    """By what texts stand in the order in which they were read: folders are read by name."""
    source = article.source
    return (source.file or "").split("/"), source.member or "", source.number
