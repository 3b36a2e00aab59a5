"""An index made again of sources that changed: only what changed is read, and it answers as one that is made anew."""

from __future__ import annotations

import os
import random
import re
import shutil
import tarfile
from pathlib import Path

import pytest

from kbarchive.errors import SourceError
from kbarchive.index import IndexReport, build_index, earlier, store
from kbarchive.index.verify import check_index
from kbarchive.search import open_index
from tests.commands import kbarchive, kbsearch
from tests.faults.states import answers, made_up
from tests.packing import UNREADABLE
from tests.searching import article

_QUERIES = [
    "the",
    "error -file",
    "title:setting",
    '"in the"',
    "win*",
    "modified:1995..1999",
    "wombat",
    "printr",
    "server error",
]
_BASE = 940000


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return made_up(tmp_path / "articles", 60)


@pytest.fixture(autouse=True)
def _settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as settled at once, that a test need not wait."""
    monkeypatch.setattr("kbarchive.states._RACY_NS", 0)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files of sources that are opened, by name."""
    names: list[str] = []
    from kbarchive import sources

    class Watched(sources._Metered):
        def __init__(self, path: str, meter: sources.Meter) -> None:
            names.append(Path(path).name)
            super().__init__(path, meter)

    monkeypatch.setattr(sources, "_Metered", Watched)
    return names


def indexed(source: Path, folder: Path, jobs: int = 1, **settings: bool) -> IndexReport:
    """Indexes a source again, and holds the index against one that is made anew."""
    report = build_index(source, folder, jobs, **settings)
    fresh = folder.with_name("fresh")
    whole = build_index(source, fresh, 1, rebuild=True)
    for name in (
        "articles",
        "documents",
        "bytes",
        "indexed",
        "revisions",
        "identical",
        "skipped",
        "skipped_first",
        "failures",
        "fingerprint",
        "diagnostics",
        "dialects",
    ):
        assert getattr(report, name) == getattr(whole, name), name
    with open_index(folder) as one, open_index(fresh) as other:
        assert one.metadata.counts == other.metadata.counts
        assert one.dates() == other.dates()
        assert answers(one, _QUERIES) == answers(other, _QUERIES)
    assert check_index(folder).ok
    shutil.rmtree(fresh)
    return report


def test_only_what_changed_is_opened(source: Path, tmp_path: Path, opened: list[str]) -> None:
    index_dir = tmp_path / "index"
    assert indexed(source, index_dir).reused == 0
    opened.clear()
    changed, removed, added = source / "Q940003-3.TXT", source / "Q940004-4.TXT", source / "Q949999.TXT"
    changed.write_bytes(changed.read_bytes().replace(b"error", b"wombat"))
    removed.unlink()
    added.write_bytes(article(949999, "A Wombat in the Printer", {"SUMMARY": "It is asleep."}))
    report = build_index(source, index_dir, 2)
    assert sorted(opened) == [changed.name, added.name]
    assert report.reused == report.articles - 2
    indexed(source, index_dir)


def test_nothing_is_written_where_nothing_changed(source: Path, tmp_path: Path, opened: list[str]) -> None:
    index_dir = tmp_path / "index"
    first = build_index(source, index_dir)
    before = sorted(os.listdir(index_dir))
    opened.clear()
    again = build_index(source, index_dir)
    assert not opened
    assert sorted(os.listdir(index_dir)) == before
    assert again.reused == again.articles == first.articles
    assert (again.indexed, again.revisions, again.fingerprint) == (first.indexed, first.revisions, first.fingerprint)


def test_rebuild_reads_all(source: Path, tmp_path: Path, opened: list[str]) -> None:
    build_index(source, tmp_path / "index")
    opened.clear()
    assert build_index(source, tmp_path / "index", rebuild=True).reused == 0
    assert len(opened) == 60


@pytest.mark.parametrize("seed", range(6))
def test_many_changes_one_after_another_answer_as_one_build(source: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # no secret
    index_dir = tmp_path / "index"
    indexed(source, index_dir, 2)
    for step in range(6):
        for name in chance.sample(sorted(os.listdir(source)), chance.choice([1, 2, 9])):
            _change(source, name, chance, step)
        indexed(source, index_dir, chance.choice([1, 2]))


def _change(source: Path, name: str, chance: random.Random, step: int) -> None:
    path = source / name
    what = chance.choice(["say", "remove", "copy", "rename", "older", "newer", "touch", "add"])
    if not path.exists():
        return
    text = path.read_bytes()
    if what == "say":
        path.write_bytes(text.replace(b"error", chance.choice([b"wombat", b"printer", b"error error"])))
    elif what == "remove":
        path.unlink()
    elif what == "copy":
        (source / f"a{step}-{name}").write_bytes(text)
    elif what == "rename":
        path.rename(source / f"z{step}-{name}")
    elif what in ("older", "newer"):
        year = b"-MAY-1990 " if what == "older" else b"-MAY-2001 "
        (source / f"{what}-{name}").write_bytes(re.sub(rb"-MAY-\d{4} ", year, text))
    elif what == "touch":
        os.utime(path, ns=(step, step))
    else:
        number = 950000 + chance.randrange(50)
        sections = {"SUMMARY": f"A wombat is in the printer {chance.random()}."}
        (source / f"Q{number}.TXT").write_bytes(article(number, "Wombat in the Printer", sections))


def test_older_text_is_the_article_when_the_newest_is_gone(source: Path, tmp_path: Path) -> None:
    old, copy, new = source / "b-old.txt", source / "c-copy.txt", source / "d-new.txt"
    text = article(960001, "Old Wombat", {"SUMMARY": "It sleeps."}, date="1-MAY-1994")
    old.write_bytes(text)
    copy.write_bytes(text)
    new.write_bytes(article(960001, "New Wombat", {"SUMMARY": "It runs."}))
    index_dir = tmp_path / "index"
    report = indexed(source, index_dir)
    assert (report.revisions, report.identical) == (4, 1)
    new.unlink()
    indexed(source, index_dir)
    with open_index(index_dir) as index:
        assert index.article("Q960001").title == "Old Wombat"
        assert index.search("wombat").hits[0].key == "Q960001"
        assert index.search("runs").total == 0
    old.unlink()
    indexed(source, index_dir)
    with open_index(index_dir) as index:
        assert index.article("Q960001").source.file == "c-copy.txt"


def test_members_of_an_archive_that_changed_are_known_by_what_they_hold(source: Path, tmp_path: Path) -> None:
    archive, index_dir = tmp_path / "kb.tar", tmp_path / "index"

    def packed() -> None:
        with tarfile.open(archive, "w") as tar:
            tar.add(source, "txt")

    packed()
    build_index(archive, index_dir)
    (source / "Q940007-7.TXT").unlink()
    (source / "Q949999.TXT").write_bytes(article(949999, "A Wombat", {"SUMMARY": "It is asleep."}))
    packed()
    report = indexed(archive, index_dir)
    assert (report.reused, report.articles) == (59, 60)


def test_shards_stay_few(source: Path, tmp_path: Path) -> None:
    index_dir = tmp_path / "index"
    build_index(source, index_dir, 1)
    most = 0
    for number in range(949000, 949030):
        (source / f"Q{number}.TXT").write_bytes(article(number, f"Wombat {number}", {"SUMMARY": "It is asleep."}))
        build_index(source, index_dir, 1)
        with open_index(index_dir) as index:
            most = max(most, len(index.metadata.shards))
    assert most <= 6
    indexed(source, index_dir)


@pytest.mark.parametrize("what", ["a damaged shard", "no manifest", "another version", "a damaged manifest"])
def test_what_cannot_be_kept_is_read_again(source: Path, tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    index_dir = tmp_path / "index"
    build_index(source, index_dir)
    generation = store.current_generation(index_dir).folder
    if what == "another version":
        monkeypatch.setattr(earlier, "code_version", lambda: "another")
    elif what == "no manifest":
        (generation / "manifest").unlink()
    else:
        path = generation / ("manifest" if what == "a damaged manifest" else "shard-0/postings")
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    assert build_index(source, index_dir).reused == 0
    assert check_index(index_dir).ok


def test_kept_shards_are_the_same_files(source: Path, tmp_path: Path) -> None:
    index_dir = tmp_path / "index"
    build_index(source, index_dir, 1)

    def records() -> list[int]:
        folder = store.current_generation(index_dir).folder
        return sorted(path.stat().st_ino for path in folder.rglob("records"))

    before = records()
    (source / "Q940003-3.TXT").unlink()
    build_index(source, index_dir, 1)
    assert records() == before


def test_file_systems_without_hard_links_do(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    index_dir = tmp_path / "index"
    build_index(source, index_dir, 1)
    monkeypatch.setattr(os, "link", refuse)
    (source / "Q940003-3.TXT").unlink()
    assert indexed(source, index_dir).reused == 59


def test_source_that_changes_while_it_is_read_is_told(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = article(960001, "Old Wombat", {"SUMMARY": "It sleeps."}, date="1-MAY-1994")
    (source / "b-old.txt").write_bytes(text)
    (source / "d-new.txt").write_bytes(article(960001, "New Wombat", {"SUMMARY": "It runs."}))
    index_dir = tmp_path / "index"
    build_index(source, index_dir)
    (source / "d-new.txt").unlink()
    give_up = earlier.Earlier.give_up

    def given_up(self: earlier.Earlier, read: int) -> dict[int, object]:
        (source / "b-old.txt").write_bytes(text + b"more")
        return dict(give_up(self, read))

    monkeypatch.setattr(earlier.Earlier, "give_up", given_up)
    with pytest.raises(SourceError, match="changed while they were read"):
        build_index(source, index_dir)
    with open_index(index_dir) as index:
        assert index.article("Q960001").title == "New Wombat"


def test_file_that_is_no_article_is_remembered(source: Path, tmp_path: Path, opened: list[str]) -> None:
    notes, index_dir = source / "notes.txt", tmp_path / "index"
    notes.write_text("nothing of the kind")
    first = indexed(source, index_dir)
    generations = sorted(os.listdir(index_dir))
    opened.clear()
    again = build_index(source, index_dir)
    assert not opened
    assert sorted(os.listdir(index_dir)) == generations
    assert again.skipped_first == first.skipped_first
    assert first.skipped == 1

    notes.write_bytes(article(949999, "A Wombat in the Printer", {"SUMMARY": "It is asleep."}))
    assert indexed(source, index_dir).skipped == 0
    notes.write_text("nothing of the kind")
    assert indexed(source, index_dir).skipped == 1


def test_what_is_not_even_a_document_is_remembered(source: Path, tmp_path: Path) -> None:
    index_dir, tar = tmp_path / "index", tmp_path / "articles.tar"

    def packed(kind: bytes) -> None:
        with tarfile.open(tar, "w") as archive:
            archive.add(source, "articles")
            info = tarfile.TarInfo("articles/odd")
            info.type, info.linkname = kind, "elsewhere"
            archive.addfile(info)

    packed(tarfile.SYMTYPE)
    first = indexed(tar, index_dir)
    assert first.skipped == 1
    generations = sorted(os.listdir(index_dir))
    again = build_index(tar, index_dir)
    assert sorted(os.listdir(index_dir)) == generations
    assert (again.skipped_first, again.documents) == (first.skipped_first, first.documents)
    packed(tarfile.FIFOTYPE)
    changed = indexed(tar, index_dir)
    assert changed.skipped_first != first.skipped_first
    assert changed.reused == changed.articles


def test_what_cannot_be_read_is_remembered_until_it_heals(source: Path, tmp_path: Path) -> None:
    index_dir, link = tmp_path / "index", source / "B.TXT"
    (tmp_path / "elsewhere").write_bytes(UNREADABLE)
    link.symlink_to(tmp_path / "elsewhere")
    (source / "A.txt").write_text("nothing of the kind")
    (source / "Z.txt").write_text("nor this")
    assert len(indexed(source, index_dir).failures) == 1
    generations = sorted(os.listdir(index_dir))
    assert len(build_index(source, index_dir).failures) == 1
    assert sorted(os.listdir(index_dir)) == generations
    # What is new stands between what was there, in the report, too.
    (source / "M.txt").write_text("nor that")
    (source / "C.TXT").write_bytes(UNREADABLE)
    assert [Path(skipped.file).name for skipped in indexed(source, index_dir).skipped_first] == ["A.txt", "M.txt", "Z.txt"]
    (tmp_path / "elsewhere").write_bytes(article(949999, "A Wombat in the Printer", {"SUMMARY": "It is asleep."}))
    assert [Path(failure.file).name for failure in indexed(source, index_dir).failures] == ["C.TXT"]


def test_command_says_what_was_kept(source: Path, tmp_path: Path) -> None:
    place = str(tmp_path / "index")
    assert kbarchive("index", str(source), "--index", place).returncode == 0
    again = kbarchive("index", str(source), "--index", place)
    assert b"60 articles" in again.stderr
    assert b"of these 60 were done before" in again.stderr
    anew = kbarchive("index", str(source), "--index", place, "--rebuild")
    assert b"done before" not in anew.stderr
    assert kbsearch("--index", place, "printer").returncode == 0
    assert kbarchive("index", "--repair", "--rebuild", "--index", place).returncode == 2
