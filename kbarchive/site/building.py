"""Makes a site of an archive: every page, the search, and what crawlers ask for."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import msgspec

from kbarchive.document import Failure
from kbarchive.index.build import build_index, build_sample
from kbarchive.index.folders import SAMPLE
from kbarchive.index.reader import open_reader
from kbarchive.index.store import holds_index
from kbarchive.pipeline import Report, cores, in_order
from kbarchive.search import open_index
from kbarchive.site.fixtures import fixtures
from kbarchive.site.shards import PARTS, Shards, manifest
from kbarchive.site.walk import ways
from kbarchive.site.work import ARTICLES, LINKS, SEARCH, WAYS, Done, Piece, Task
from kbarchive.site.writing import Journal, Writer, check
from kbarchive.web.archive import Archive

# So many articles, or ways to articles, are a piece of work: some tenths of a second.
_ARTICLES, _WAYS, _PAGES = 100, 50, 1000


class SiteReport(msgspec.Struct):
    """What came of a site, or is there so far. `seconds` is wall-clock time.

    `files` are those of the site, `pages` of them; `written` were written, and have so many `bytes`; the others stood there
    already. `removed` are files of an earlier run that are no longer of the site. `broken` has for each page with a link that
    leads nowhere such a link, among so many `links`. `failures` are files of the source that could not be read.
    """

    location: str = ""
    articles: int = 0
    files: int = 0
    pages: int = 0
    written: int = 0
    bytes: int = 0
    removed: int = 0
    links: int = 0
    broken: list[tuple[str, str]] = msgspec.field(default_factory=list)
    failures: list[Failure] = msgspec.field(default_factory=list)
    seconds: float = 0.0


def build_site(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    jobs: int | None = None,
    *,
    base_url: str = "",
    on_progress: Callable[[Report | SiteReport], object] | None = None,
) -> SiteReport:
    """Makes a site of static files, or brings the one in the folder `target` up to date.

    `source` is an archive as `kbarchive.read` takes it, the folder of an index, or "sample". `jobs` processes make the pages,
    None means one for each core; the site does not depend on it. `base_url` is where the site will lie
    (https://example.org/kb/): sitemaps and canonical addresses want it, nothing else does. `on_progress` gets the report of
    the index while that is made, then that of the site. Files that would be made of the same are left as they are, those that
    are no longer of the site are removed, and all others in the folder are left alone.

    Raises SourceError or SearchIndexError where the source cannot be read, TargetError where the target cannot be written or
    holds something else than a site, WorkerError where a worker process dies.
    """
    started = time.monotonic()
    folder = Path(target)
    report = SiteReport(location=str(folder))
    check(folder)
    with ExitStack() as held:
        index_dir = _index_of(source, jobs, held, report, on_progress)
        index = held.enter_context(open_index(index_dir))
        archive = Archive(index)
        report.articles = len(index)
        task = Task(index_dir, folder, base_url)
        journal = held.enter_context(closing(Journal(folder)))

        def take(done: Done) -> None:
            journal.add(done.made)
            report.files = len(journal.files)
            report.written += sum(made.size >= 0 for made in done.made)
            report.bytes += sum(made.size for made in done.made if made.size >= 0)
            report.links += done.links
            report.seconds = time.monotonic() - started
            if on_progress:
                on_progress(report)

        writer = Writer(folder)
        take(Done([writer.put(file, data) for file, data in fixtures(archive, task, base_url)]))
        starts: list[tuple[str, str]] = []
        for _, done in in_order(task, _pieces(len(archive.dates), sum(1 for _ in ways(archive))), jobs or cores()):
            take(done)
            starts += done.starts
        with closing(open_reader(index_dir)) as reader:
            take(Done([writer.put(f"search/{name}", data) for name, data in Shards(reader).columns()]))
            digests = (f"{file} {digest}" for file, digest in sorted(journal.files.items()) if file.startswith("search/"))
            version = hashlib.sha256("\n".join(digests).encode()).hexdigest()[:16]
            take(Done([writer.put("search/manifest.bin", manifest(starts, version, reader))]))
        pages = sorted(file for file in journal.files if file.endswith(".html"))
        report.pages = len(pages)
        for _, done in in_order(task, _looks(pages), jobs or cores()):
            take(done)
            report.broken += [(page, file) for file, page in done.targets.items() if file not in journal.files]
        report.removed = journal.remove_others()
        journal.settle()
    if hasattr(os, "sync"):
        os.sync()  # once for all: an fsync for each of tens of thousands of files takes minutes
    report.seconds = time.monotonic() - started
    return report


def _index_of(
    source: str | os.PathLike[str],
    jobs: int | None,
    held: ExitStack,
    report: SiteReport,
    on_progress: Callable[[Report | SiteReport], object] | None,
) -> Path:
    """The folder of an index of the source: itself, or one that is made and goes with what is `held`."""
    if holds_index(Path(source)):
        return Path(source)
    made = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="kbarchive-site-"))) / "index"
    if os.fspath(source) == SAMPLE:
        build_sample(made)
    else:
        report.failures = build_index([source], made, jobs, on_progress=on_progress).failures
    return made


def _pieces(articles: int, ways: int) -> Iterator[Piece]:
    for part in range(PARTS):
        yield Piece(SEARCH, part)
    for start in range(0, ways, _WAYS):
        yield Piece(WAYS, start, start + _WAYS)
    for start in range(0, articles, _ARTICLES):
        yield Piece(ARTICLES, start, start + _ARTICLES)


def _looks(pages: list[str]) -> Iterator[Piece]:
    for start in range(0, len(pages), _PAGES):
        yield Piece(LINKS, pages=tuple(pages[start : start + _PAGES]))
