"""Checks an index: every byte of every file, every posting, every record, and the counts of them."""

from __future__ import annotations

import hashlib
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import msgspec

from kbarchive.errors import DamagedIndexError
from kbarchive.index import records
from kbarchive.index.facets import DATE, FACETS
from kbarchive.index.fates import ALIKE
from kbarchive.index.folders import SAMPLE, default_folder, sample_folder
from kbarchive.index.reader import IndexReader, ShardReader, open_generation
from kbarchive.index.store import METADATA, Generation, checksum, current_generation, holds_index, repair_hint
from kbarchive.index.values import TEXT
from kbarchive.sources import SourcePath


class IndexFinding(msgspec.Struct, frozen=True):
    """Something wrong: in which file or shard of an index, and what."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class IndexCheck(msgspec.Struct, kw_only=True):
    """What came of checking an index: how much was checked, and what was found to be wrong.

    `records` are all texts that can be had back, older revisions among them; `postings` are those of all `terms`. What the
    files hold is only looked at where all files are what was written. `mend` is the command that mends the index; "" where
    nothing is wrong.
    """

    location: str
    files: int = 0
    bytes: int = 0
    articles: int = 0
    records: int = 0
    terms: int = 0
    postings: int = 0
    findings: list[IndexFinding] = msgspec.field(default_factory=list)
    mend: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def add(self, place: str, problem: str | Exception) -> None:
        """Adds a finding."""
        self.findings.append(IndexFinding(place, str(problem) or type(problem).__name__))


def check_index(index_dir: SourcePath | None = None) -> IndexCheck:
    """Reads all of an index, and tells what is wrong with it; changes nothing.

    `index_dir` is a folder, or "sample"; None means KBARCHIVE_INDEX, else the user's default index. That the files are those
    that were written is told by checksums; that they fit together by reading what is in them: every posting's document
    exists, every text can be had back with the bytes it was read from, there are as many as were counted.

    Raises SearchIndexError where there is no index, or one of another format, or one that may not be read.
    """
    folder = default_folder() if index_dir is None else Path(index_dir)
    if str(folder) == SAMPLE:
        folder = sample_folder()
        if not holds_index(folder):
            from kbarchive.index.build import build_sample  # imports Whoosh, which reading does not need

            build_sample(folder)
    check = IndexCheck(location=str(folder))
    try:
        generation = current_generation(folder)
    except DamagedIndexError as error:
        check.add(str(folder), error.what)
    else:
        check_generation(generation, check)
    check.mend = "" if check.ok else repair_hint(folder)
    return check


def check_generation(generation: Generation, check: IndexCheck) -> None:
    """Checks a generation, whether it is in use or not."""
    _check_files(generation, check)
    if check.ok:
        try:
            with closing(open_generation(generation)) as reader:
                _check_contents(reader, check)
        except Exception as error:
            check.add(generation.folder.name, error)


def _check_files(generation: Generation, check: IndexCheck) -> None:
    """That all files are there as they were written, and no other file."""
    folder, metadata = generation
    for name, expected in metadata.files.items():
        try:
            found = checksum(folder / name)
        except OSError as error:
            check.add(name, error.strerror or error)
            continue
        check.files += 1
        check.bytes += found[0]
        if found != expected:
            check.add(name, "is not what was written")
    known = {METADATA, *metadata.files}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in known:
            check.add(name, "is no file of the index")


def _check_contents(reader: IndexReader, check: IndexCheck) -> None:
    """That what the files hold fits together."""
    revisions = 0
    for name, shard in zip(reader.metadata.shards, reader.shards, strict=True):
        revisions += _check_records(name, shard, check)
        _check_terms(name, shard, check)
    documents = sum(shard.documents for shard in reader.shards)
    columns = {name: reader.facet(name).documents for name in FACETS} | {DATE: reader.dates, ALIKE: reader.alike}
    for name, column in columns.items():
        if len(column) != documents:
            check.add("columns", f"{name} is not there for every document")
    check.articles = reader.documents
    counted = reader.metadata
    if (reader.documents, revisions) != (counted.articles, counted.revisions):
        check.add(
            METADATA,
            f"counts {counted.articles:,} articles and {counted.revisions:,} revisions, "
            f"but there are {reader.documents:,} and {revisions:,}",
        )


def _check_records(name: str, shard: ShardReader, check: IndexCheck) -> int:
    """That each text can be had back, by its key too, and its zones; returns how many are revisions."""
    revisions = 0
    for document in range(shard.documents):
        place = f"{name}, document {document}"
        try:
            stored = shard.record(document)
            if document in shard.gone:
                continue
            revisions += document in shard.deleted
            article, source = records.unpack(stored)
            shard.layout.zones(document)
            check.records += 1
            if hashlib.sha256(source).hexdigest() != article.source.sha256:
                check.add(place, f"{article.key}: the source is not the one that was read")
            if document not in shard.deleted and document not in shard.documents_with("key", article.key):
                check.add(place, f"{article.key} is not found by its key")
        except Exception as error:
            check.add(place, error)
    return revisions


def _check_terms(name: str, shard: ShardReader, check: IndexCheck) -> None:
    """That each posting list can be read, and each of its documents is there."""
    for field, term in shard.terms():
        place = f"{name}, {field}:{term.decode('utf-8', 'replace')}"
        try:
            postings = shard.postings(field, term)
        except Exception as error:
            check.add(place, error)
            continue
        documents = postings.documents if postings else ()
        rising = all(before < after for before, after in pairwise(documents))
        if not rising or (documents[-1] >= shard.documents if documents else not shard.passed_over):
            check.add(place, "has postings of documents that are not there")
        elif field == TEXT and not shard.deleted.isdisjoint(documents):
            check.add(place, "is found in texts that are no articles")
        check.terms += 1
        check.postings += len(documents)
