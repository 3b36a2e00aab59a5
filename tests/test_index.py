"""Building and opening indexes, and what happens to those that are damaged."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh.filedb.filestore import RamStorage
from whoosh.index import open_dir
from whoosh.query import Phrase, Term

from kbarchive import parse, reading
from kbarchive.document import Document
from kbarchive.errors import DamagedIndexError, SearchIndexError, SourceError, UnknownArticleError
from kbarchive.index import build_index, columns, store, workers
from kbarchive.index.files import DamagedFileError
from kbarchive.index.folders import sample_folder
from kbarchive.index.pool import InvertedPool
from kbarchive.index.postings import Postings
from kbarchive.index.schema import SHARD
from kbarchive.index.store import FORMAT
from kbarchive.parsing import parse_document
from kbarchive.pipeline import WorkerError
from kbarchive.reading import own_bytes
from kbarchive.search import Index, open_index
from tests.searching import ARTICLES, article, from_one_and_two_processes, index_of, write_articles


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A folder of enough articles for several batches."""
    return write_articles(
        tmp_path / "many",
        {
            f"Q{number}": article(number, f"Title {number % 7}", {"SUMMARY": f"Word{number % 11} and thing {number % 3}."})
            for number in range(920000, 920600)
        },
    )


def test_the_full_record_and_the_source_come_back(tmp_path: Path) -> None:
    with index_of(tmp_path) as index:
        assert len(index) == len(ARTICLES)
        for key, data in ARTICLES.items():
            (expected,) = parse_document(data, file=f"{key}.TXT")
            assert index.article(key) == expected
            assert index.source_bytes(key) == data
        assert sorted(article.key for article in index.articles()) == sorted(ARTICLES)


@pytest.mark.parametrize("key", ["Q910001", "q910001", "910001", "KB910001", " kb0910001 "])
def test_an_article_has_many_names(tmp_path: Path, key: str) -> None:
    with index_of(tmp_path) as index:
        assert index.article(key).id == "Q910001"


def test_unknown_articles_are_an_error(tmp_path: Path) -> None:
    with index_of(tmp_path) as index:
        for key in ("Q1", "nonsense", "", "Q910001#2"):
            with pytest.raises(UnknownArticleError, match="no article"):
                index.article(key)


def test_the_newest_of_an_id_is_kept(tmp_path: Path) -> None:
    folder = write_articles(
        tmp_path / "articles",
        {
            "a": article(930001, "Old Stalebread", {"SUMMARY": "Once."}, date="1-JAN-1995"),
            "b": article(930001, "New", {"SUMMARY": "Now."}, date="1-JAN-1999"),
            "c": article(930001, "Middle", {"SUMMARY": "Then."}, date="1-JAN-1997"),
        },
    )
    report = build_index(folder, tmp_path / "index")
    assert (report.articles, report.indexed, report.revisions, report.identical) == (3, 1, 2, 0)
    with open_index(tmp_path / "index") as index:
        assert index.article("Q930001").title == "New"
        assert [hit.title for hit in index.search("930001").hits] == ["New"]
        assert index.search("stalebread").total == 0
        assert index.metadata.counts["year"] == {"1999": 1}


def test_answers_do_not_depend_on_the_number_of_processes(tmp_path: Path, many: Path) -> None:
    answers = []
    for jobs in (1, 2, 3):
        report = build_index(many, tmp_path / f"index{jobs}", jobs)
        assert report.indexed == 600
        with open_index(tmp_path / f"index{jobs}") as index:
            queries = ("word3", "title 5 thing", "920017", '"and thing 2" word1')
            answers.append([index.search(query, limit=50) for query in queries])
            assert index.metadata.articles == len(index) == 600
    assert answers[0] == answers[1] == answers[2]


def test_files_that_are_no_articles_are_named(tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles")
    (folder / "readme.md").write_text("Nothing here.\n")
    report = build_index(folder, tmp_path / "index")
    assert (report.indexed, report.skipped, report.skipped_first[0].file) == (3, 1, "readme.md")


def test_a_rebuild_replaces_and_removes_the_old(tmp_path: Path) -> None:
    with index_of(tmp_path) as old:
        build_index(write_articles(tmp_path / "one", {"Q910002": ARTICLES["Q910002"]}), tmp_path / "index")
        assert old.search("relay not allowed").total == 2
    with open_index(tmp_path / "index") as new:
        assert len(new) == 1
    assert sorted(os.listdir(tmp_path / "index")) == ["current", "generation-000002", "lock"]


def test_a_build_that_finds_nothing_leaves_the_old_index(tmp_path: Path) -> None:
    index_of(tmp_path).close()
    (tmp_path / "empty").mkdir()
    with pytest.raises(SearchIndexError, match="no article found"):
        build_index(tmp_path / "empty", tmp_path / "index")
    with pytest.raises(SourceError):
        build_index(tmp_path / "nowhere", tmp_path / "index")
    with open_index(tmp_path / "index") as index:
        assert len(index) == 3


def test_forms_count_the_same_in_whatever_shard_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One article alone, so in one shard of two, has the form that is not the stem."""
    monkeypatch.setattr(reading, "_BATCH_DOCUMENTS", 1)
    texts = {
        f"Q{number}": article(
            number, f"Title {number}", {"SUMMARY": f"A {'dashes' if number == 940007 else 'dash'} reversed {number}."}
        )
        for number in range(940001, 940021)
    }
    one, two = from_one_and_two_processes(tmp_path, texts, lambda index: index.search("dashes reversed", limit=20))
    assert len({hit.score for hit in one.hits}) == 2
    assert one == two


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_build_leaves_the_old_index_and_no_processes(tmp_path: Path, many: Path) -> None:
    index_of(tmp_path).close()
    folder = tmp_path / "index"
    command = [sys.executable, "-m", "kbarchive.cli.main", "index", "-", "--index", str(folder), "--jobs", "2"]
    articles = io.BytesIO()
    with tarfile.open(fileobj=articles, mode="w") as tar:
        for path in sorted(many.iterdir()):
            tar.add(path, path.name)
        without_end = articles.getvalue()  # so that the build waits for more for ever
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(without_end)
        process.stdin.flush()
        while not (folder / "generation-000002" / "shard-1").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
        process.stderr.read()  # to its end, which is that of all processes
    with open_index(folder) as index:
        assert len(index) == 3
    build_index(many, folder, jobs=1)
    assert len([name for name in os.listdir(folder) if name.startswith("generation")]) == 1
    with open_index(folder) as index:
        assert len(index) == 600


def test_a_worker_that_dies_is_told(tmp_path: Path, many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers.ProcessWorker, "send", lambda self, *_: self._process.kill())
    with pytest.raises(WorkerError, match="--jobs 1"):
        build_index(many, tmp_path / "index", jobs=2)
    assert sorted(os.listdir(tmp_path / "index")) == ["lock"]


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles")
    with pytest.raises(SearchIndexError, match="something else"):
        build_index(folder, folder)
    assert len(os.listdir(folder)) == len(ARTICLES)


def test_the_sample_is_not_built_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_articles(tmp_path / "articles")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SearchIndexError, match="read-only"):
        build_index(source, "sample")
    monkeypatch.setenv("KBARCHIVE_INDEX", "sample")
    with pytest.raises(SearchIndexError, match="read-only"):
        build_index(source)
    assert os.listdir(tmp_path) == ["articles"]
    assert build_index(source, "./sample").indexed == len(ARTICLES)


def test_an_index_inside_its_source_is_not_read(tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "articles")
    for _ in range(2):
        report = build_index(folder, folder / "index")
        assert (report.indexed, report.skipped) == (3, 0)


def test_what_is_no_index_is_told_with_what_mends_it(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere", write_articles(tmp_path / "articles")):
        with pytest.raises(SearchIndexError, match="kbarchive index SOURCE"):
            open_index(place)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_source_whose_name_is_no_text_is_indexed(tmp_path: Path) -> None:
    source = write_articles(tmp_path / os.fsdecode(b"art\xefcles"))
    build_index(source, tmp_path / "index", jobs=1)
    with open_index(tmp_path / "index") as index:
        assert index.name == f"art\ufffdcles ({tmp_path / 'index'})"


def test_metadata_that_are_none_are_told(tmp_path: Path) -> None:
    index_of(tmp_path).close()
    (metadata,) = (tmp_path / "index").glob("generation-*/index.json")
    shards = metadata.read_text().replace('"shard-0"', '"../shard-0"')
    for text in ("[]", "{", f'{{"format": {FORMAT}}}', "", shards):
        metadata.write_text(text)
        (tmp_path / "index" / "current").write_bytes(store.pointing_at(metadata.parent))
        with pytest.raises(DamagedIndexError):
            open_index(tmp_path / "index")


def test_an_index_of_another_format_is_told(tmp_path: Path) -> None:
    index_of(tmp_path).close()
    (metadata,) = (tmp_path / "index").glob("generation-*/index.json")
    metadata.write_text(metadata.read_text().replace(f'"format": {FORMAT}', '"format": 999'))
    (tmp_path / "index" / "current").write_bytes(store.pointing_at(metadata.parent))
    with pytest.raises(SearchIndexError, match=r"format 999.*kbarchive index SOURCE"):
        open_index(tmp_path / "index")
    (tmp_path / "index" / "current").write_text("generation-000001\n")
    with pytest.raises(SearchIndexError, match="format 7 or less"):
        open_index(tmp_path / "index")


@pytest.mark.parametrize(
    "pattern",
    ["current", "*/index.json", "*/*/postings", "*/*/dictionary", "*/*/records", "*/*/columns", "*/*/layout", "*/*/forms"],
)
def test_damage_is_told_and_never_a_traceback(tmp_path: Path, pattern: str) -> None:
    index_of(tmp_path).close()
    (path,) = (tmp_path / "index").glob(pattern)
    data = path.read_bytes()
    for damaged in (b"", data[: len(data) // 2], bytes(byte ^ 0xFF for byte in data)):
        path.write_bytes(damaged)
        with pytest.raises(SearchIndexError, match="kbarchive index --repair"), open_index(tmp_path / "index") as index:
            index.search("relay not allowed", facets=True)
    path.write_bytes(data)
    with open_index(tmp_path / "index") as index:
        assert index.search("relay not allowed").total == 2


def test_stock_whoosh_reads_our_postings(tmp_path: Path) -> None:
    with index_of(tmp_path) as index:
        (folder,) = (tmp_path / "index").glob("*/shard-0")
        with open_dir(folder, indexname=SHARD).searcher() as searcher:
            keys = {
                query: sorted(index._reader.key(document) for document in searcher.docs_for_query(query))
                for query in (
                    Term("text", "relai"),
                    Term("text", "createwindowex"),
                    Phrase("text", ["relai", "not", "allow"]),
                    Phrase("text", ["relai", "allow"]),
                )
            }
    assert list(keys.values()) == [["Q910001", "Q910002"], ["Q910002"], ["Q910001"], []]


def test_a_damaged_posting_list_is_told() -> None:
    pool = InvertedPool()
    pool.add_values(3, {"has": [b"table"]})
    ((_, lists),) = pool.pop("has")
    data = bytes(lists.data)
    assert list(Postings(data).documents) == [3]
    assert list(Postings(data).positions(3)) == []
    for damaged in (data[:-1] + bytes([data[-1] ^ 1]), data[:8], b""):
        with pytest.raises(DamagedFileError):
            Postings(damaged)


@given(st.lists(st.lists(st.text(max_size=5), max_size=3).map(tuple), max_size=20), st.lists(st.integers(0, 2**32 - 1)))
def test_columns_come_back(values: list[tuple[str, ...]], numbers: list[int]) -> None:
    storage = RamStorage()
    columns.write(storage, "columns", {"facet": values}, {"number": numbers})
    read = columns.Columns(storage, "columns")
    facet = read.facet("facet")
    assert [facet.sets[number] for number in facet.documents] == values
    assert list(read.numbers("number")) == numbers
    counted = Counter(value for found in values for value in found)
    both = columns.Facet.joined([facet, facet])
    assert both.count(range(len(values), 2 * len(values))) == counted
    assert both.count(range(2 * len(values))) == {value: 2 * count for value, count in counted.items()}
    with pytest.raises(DamagedFileError):
        read.numbers("size")


def test_each_article_of_a_file_has_its_own_bytes() -> None:
    alone = ARTICLES["Q910001"]
    assert list(own_bytes([parse(alone)], alone)) == [alone]
    assert own_bytes([], b"") == []
    text = "".join(article.decode() for article in ARTICLES.values())
    for joined in (text.encode(), text.replace("\n\nDOC", "DOC").encode(), f"\ufeff{text}".encode("utf-16-be")):
        articles = parse_document(joined, file="joined.txt")
        assert len(articles) == len(ARTICLES)
        own = own_bytes(articles, joined)
        assert b"".join(own) == joined
        assert [hashlib.sha256(data).hexdigest() for data in own] == [article.source.sha256 for article in articles]


def test_documents_are_pickled_for_other_processes(tmp_path: Path) -> None:
    worker_folder = tmp_path / "shard"
    worker_folder.mkdir()
    worker = workers.ProcessWorker(worker_folder)
    worker.send(0, [(0, Document("a.txt", None, ARTICLES["Q910001"]))])
    assert [written.facts.id for written in worker.written()] == ["Q910001"]
    worker.commit(bytearray(1), bytearray(1))
    assert worker.counts()["dialect"] == {"ftp": 1}
    worker.stop()


def test_the_sample_is_the_last_resort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def first_hit(index: Index) -> str:
        with index:
            return index.search("relay not allowed").hits[0].key

    assert first_hit(open_index()) == "Q206968"
    assert first_hit(open_index("sample")) == "Q206968"
    build_index(write_articles(tmp_path / "articles"))
    assert first_hit(open_index()) == "Q910001"
    monkeypatch.setenv("KBARCHIVE_INDEX", "sample")
    assert first_hit(open_index()) == "Q206968"
    monkeypatch.setenv("KBARCHIVE_INDEX", str(tmp_path / "nowhere"))
    with pytest.raises(SearchIndexError):
        open_index()


def test_the_samples_of_others_are_kept_while_they_are_used() -> None:
    days = 24 * 60 * 60.0
    sample = sample_folder()
    for name, age in (("sample-used", 29), ("sample-left", 31)):
        sample.with_name(name).mkdir(parents=True)
        os.utime(sample.with_name(name), (0, time.time() - age * days))
    open_index("sample").close()  # which makes it
    assert sorted(path.name for path in sample.parent.glob("sample-*")) == sorted([sample.name, "sample-used"])
    os.utime(sample, (0, time.time() - 29 * days))
    open_index("sample").close()
    assert time.time() - sample.stat().st_mtime < days


def test_the_sample_is_held_in_memory_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))  # two processes once met in a folder there
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with open_index("sample") as index:
        assert index.location is None
        assert index.article("Q206968").id == "Q206968"
        assert index.search('"relay not allowed"').hits[0].key == "Q206968"


def test_an_index_does_not_hang_on_what_is_remembered_of_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(folder: Path) -> list[object]:
        with index_of(folder) as index:
            counts = [index.search(f"product:{name}").total for name in ("exchange", "visual", "exchange")]
            return [*counts, *((hit.key, hit.score) for hit in index.search("relay connector").hits), index.facets()]

    usual = answers(tmp_path / "usual")
    for name in ("analysis._REMEMBERED_TEXTS", "analysis._REMEMBERED_WORDS", "values._MOST_FOLDED", "reader._KEPT_COUNTS"):
        monkeypatch.setattr(f"kbarchive.index.{name}", 1)
    assert answers(tmp_path / "forgetful") == usual
