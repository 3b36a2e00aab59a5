"""Checking an index, and mending one that is damaged."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kbarchive.doctor import examine
from kbarchive.errors import DamagedIndexError, SearchIndexError
from kbarchive.index import build_index, publishing
from kbarchive.index.dictionary import DictionaryWriter
from kbarchive.index.files import RECORDS
from kbarchive.index.publishing import leftovers
from kbarchive.index.repair import repair_index
from kbarchive.index.store import Metadata, pointing_at, read_generation, repair_hint, write_metadata
from kbarchive.index.verify import check_index
from kbarchive.search import open_index
from tests.commands import kbarchive, kbsearch
from tests.searching import ARTICLES, article, write_articles

OLDER = {
    "a": article(930001, "Old Stalebread", {"SUMMARY": "Once."}, date="1-JAN-1995"),
    "b": article(930001, "New", {"SUMMARY": "Now."}, date="1-JAN-1999"),
    "c": article(930001, "Old Stalebread", {"SUMMARY": "Once."}, date="1-JAN-1995"),
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_articles(tmp_path / "articles", {**ARTICLES, **OLDER})


@pytest.fixture
def folder(tmp_path: Path, source: Path) -> Iterator[Path]:
    """The folder of an index of four articles, an older revision and a copy; made in another folder than this one."""
    build_index(source, tmp_path / "index", jobs=1)
    return tmp_path / "index"


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x55
    path.write_bytes(data)


def file_of(folder: Path, name: str) -> Path:
    (path,) = folder.glob(f"generation-*/{name}")
    return path


def said(folder: Path) -> object:
    with open_index(folder) as index:
        hits = [msgspec.to_builtins(hit) for hit in index.search("relay not allowed").hits]
        texts = [[index.article(key, n + 1) for n, _ in enumerate(index.revisions(key))] for key in sorted(index.dates())]
        return hits, texts, [index.source_bytes(key) for key in sorted(index.dates())], index.metadata.counts


def test_a_sound_index_is_counted(folder: Path) -> None:
    check = check_index(folder)
    assert (check.ok, check.articles, check.records, check.mend) == (True, 4, 5, "")
    assert check.files == len([path for path in folder.rglob("*") if path.is_file()]) - 3  # but for current, lock, index.json
    assert check.terms > 100
    assert check.postings >= check.terms
    done = kbarchive("check", "--index", str(folder))
    assert done.returncode == 0
    assert b"is sound: 4 articles, 5 texts with sources" in done.stdout
    assert json.loads(kbarchive("check", "--index", str(folder), "--json").stdout)["records"] == 5


def test_damage_is_named_with_what_mends_it(folder: Path) -> None:
    flip(file_of(folder, "shard-0/postings"), 7)
    done = kbarchive("check", "--index", str(folder))
    assert done.returncode == 1
    assert done.stdout == b"shard-0/postings: is not what was written\n"
    assert done.stderr.decode().splitlines() == [
        f"kbarchive: checking all of {folder}",
        f"kbarchive: {folder} is damaged; mend it with: kbarchive index --repair --index {folder}",
    ]


def test_what_fits_the_checksums_and_yet_not_together_is_found(folder: Path) -> None:
    def rewritten(**changed: object) -> list[str]:
        generation = next(folder.glob("generation-*"))
        metadata = read_generation(generation).metadata
        (generation / "index.json").unlink()
        write_metadata(generation, msgspec.structs.replace(metadata, **changed))
        (folder / "current").write_bytes(pointing_at(generation))
        return [str(finding) for finding in check_index(folder).findings]

    assert rewritten() == []
    assert rewritten(articles=5) == ["index.json: counts 5 articles and 1 revisions, but there are 4 and 1"]
    with open_index(folder) as index:
        terms = list(index._reader.shards[0]._dictionary.terms("key"))
    assert len(terms) == 4
    # The postings of an article's key go to another's.
    shard = _Shard(file_of(folder, "shard-0/dictionary").parent)
    _write_dictionary(shard, folder)
    assert any("is not found by its key" in finding for finding in rewritten(articles=4))


class _Shard:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create_file(self, name: str) -> object:
        return open(self._folder / name, "wb")


def _write_dictionary(shard: _Shard, folder: Path) -> None:
    """Writes a dictionary anew in which each key is spelled otherwise."""
    with open_index(folder) as index:
        held = index._reader.shards[0]._dictionary
        terms = [(field, [(term, place.length) for term, place in held.terms(field)]) for field in held.fields]
    writer = DictionaryWriter(shard)
    for field, found in terms:
        writer.start_field(field)
        for term, length in found:
            writer.add([b"x" + term if field == "key" else term], [length])
    writer.close()


@pytest.mark.parametrize("name", ["index.json", "shard-0/dictionary", "shard-0/records"])
def test_an_index_is_made_anew_from_its_sources(folder: Path, name: str) -> None:
    before = said(folder)
    path = file_of(folder, name)
    flip(path, path.stat().st_size // 2)
    done = kbarchive("index", "--repair", "--index", str(folder))
    assert done.returncode == 0, done.stderr
    assert said(folder) == before
    assert check_index(folder).ok


def test_sources_given_by_a_relative_path_are_found_again(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(source.parent)
    build_index("articles", "index", jobs=1)
    folder = tmp_path / "index"
    monkeypatch.chdir("/")
    flip(file_of(folder, "shard-0/layout"), 0)
    assert repair_index(folder).how == "sources"


def test_without_sources_an_index_is_made_anew_from_its_records(folder: Path, source: Path) -> None:
    before = said(folder)
    shutil.rmtree(source)
    for name in ("dictionary", "postings", "layout", "columns", "forms", "vocabulary", "keys"):
        flip(file_of(folder, f"shard-0/{name}"), 3)
    done = kbarchive("index", "--repair", "--index", str(folder))
    assert done.returncode == 0, done.stderr
    assert b"made anew from what it stores of each article: 4 articles" in done.stderr
    assert said(folder) == before
    assert check_index(folder).ok


def test_what_is_lost_is_named(folder: Path, source: Path) -> None:
    shutil.rmtree(source)
    flip(file_of(folder, "shard-0/records"), 40)
    done = kbarchive("index", "--repair", "--index", str(folder))
    assert done.returncode == 1
    assert b"lost: Q910001\n" in done.stderr
    with open_index(folder) as index:
        assert sorted(index.dates()) == ["Q910002", "Q910003", "Q930001"]


def test_records_are_found_without_their_table_and_without_metadata(folder: Path, source: Path) -> None:
    shutil.rmtree(source)
    records = file_of(folder, f"shard-0/{RECORDS}")
    flip(records, records.stat().st_size - 20)
    file_of(folder, "index.json").write_bytes(b"{")
    repair = repair_index(folder)
    assert (repair.how, repair.indexed, repair.lost) == ("records", 4, ("an unknown number of shard-0",))
    assert check_index(folder).records == 5


def test_a_generation_that_is_whole_is_used_again(folder: Path) -> None:
    before = said(folder)
    for damage in (lambda path: path.write_bytes(b"\0"), Path.unlink):
        damage(folder / "current")
        assert repair_index(folder).how == "generation"
        assert said(folder) == before
    assert repair_index(folder).how == "sound"


def test_a_build_removes_nothing_that_may_be_mended(folder: Path, tmp_path: Path, source: Path) -> None:
    (folder / "current").unlink()
    (tmp_path / "empty").mkdir()
    with pytest.raises(SearchIndexError, match="no article found"):
        build_index(tmp_path / "empty", folder)
    assert repair_index(folder).how == "generation"
    (folder / "current").write_bytes(b"?")
    build_index(source, folder, jobs=1)
    assert sorted(path.name for path in folder.iterdir()) == ["current", "generation-000002", "lock"]


def test_sources_that_hold_nothing_any_more_are_none(folder: Path, source: Path) -> None:
    shutil.rmtree(source)
    source.mkdir()
    flip(file_of(folder, "shard-0/postings"), 7)
    assert repair_index(folder).how == "records"


def test_it_is_told_where_the_sources_have_less(folder: Path, source: Path) -> None:
    (source / "Q910001.TXT").unlink()
    flip(file_of(folder, "shard-0/postings"), 7)
    done = kbarchive("index", "--repair", "--index", str(folder))
    assert b"is made anew from its sources: 3 articles, where there were 4\n" in done.stderr


def test_what_cannot_be_mended_is_told(tmp_path: Path, folder: Path, source: Path) -> None:
    with pytest.raises(SearchIndexError, match="holds no index"):
        repair_index(tmp_path / "nowhere")
    shutil.rmtree(source)
    file_of(folder, "shard-0/records").unlink()
    with pytest.raises(SearchIndexError, match="nothing can be read of"):
        repair_index(folder)
    assert (folder / "generation-000001").exists()


@pytest.mark.parametrize(
    "pointer", [None, b"", b"no pointer", b"generation-000001 00000000\n", b"generation-000007 00000000\n"]
)
def test_no_generation_can_be_removed_where_current_is_missing_or_damaged(
    folder: Path, source: Path, pointer: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`doctor` named the only whole generation as what a killed build had left."""
    shutil.copytree(folder / "generation-000001", folder / "generation-000002")
    (folder / "generation-000003").mkdir()
    (folder / "current").unlink()
    if pointer is not None:
        (folder / "current").write_bytes(pointer)
    assert leftovers(folder) == []
    monkeypatch.setenv("KBARCHIVE_INDEX", str(folder))
    health = examine()
    assert health.removable == ()
    assert [problem.partition("; ")[2] for problem in health.problems] == [repair_hint(folder)]
    with publishing.writing(folder):
        kept = publishing._make_generation(folder)
    assert sorted(path.name for path in folder.glob("gen*")) == ["generation-000001", "generation-000002", kept.name]
    done = kbarchive("index", "--repair", "--index", str(folder))
    assert (done.returncode, open_index(folder).close()) == (0, None)
    (folder / "generation-000009").mkdir()
    assert folder / "generation-000009" in leftovers(folder)


def test_an_index_without_current_is_called_damaged(
    folder: Path, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All said that there was no index, and to make one anew."""
    before = said(folder)
    (folder / "current").unlink()
    hint = f"the index {folder} is damaged: current is missing; {repair_hint(folder)}"
    with pytest.raises(DamagedIndexError, match=re.escape(hint)):
        open_index(folder)
    assert kbsearch("--index", str(folder), "relay").stderr.decode() == f"kbsearch: error: {hint}\n"
    monkeypatch.setenv("KBARCHIVE_INDEX", str(folder))
    assert examine().problems == (hint,)
    check = check_index()
    assert [finding.message for finding in check.findings] == ["current is missing"]
    shutil.rmtree(source)
    assert repair_index(folder).how == "generation"
    assert said(folder) == before


def test_what_a_build_left_that_was_killed_is_no_index(tmp_path: Path) -> None:
    (tmp_path / "index" / "generation-000001" / "shard-0").mkdir(parents=True)
    with pytest.raises(SearchIndexError, match="holds no index"):
        open_index(tmp_path / "index")


def test_repair_and_sources_do_not_go_together(folder: Path, source: Path) -> None:
    for arguments in (
        ("index", str(source), "--repair", "--index", str(folder)),
        ("check", str(source), "--index", str(folder)),
        ("index", "--index", str(folder)),
        ("check",),
    ):
        done = kbarchive(*arguments)
        assert done.returncode == 2
        assert b"SOURCE" in done.stderr


def test_metadata_say_what_was_read_and_where(folder: Path, source: Path) -> None:
    (path,) = folder.glob("generation-*")
    metadata: Metadata = read_generation(path).metadata
    assert metadata.sources == (str(source),)
    assert metadata.given_in == str(Path.cwd())
