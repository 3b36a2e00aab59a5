"""Conversion that is broken off, killed or done again: what was done is kept, and the target is that of an unbroken run.

KBARCHIVE_KILLS=20 KBARCHIVE_KILL_SOURCE=path/to/txt kills more often, and while something larger is read.
"""

from __future__ import annotations

import filecmp
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import kbarchive
from kbarchive import encoding, pipeline, reading, recall, sources, states
from kbarchive.conversion import convert
from kbarchive.document import Document, Entry, Unread
from kbarchive.errors import SourceError, TargetError
from kbarchive.journal import journal_path
from kbarchive.report import Report
from kbarchive.resources import resource_folder
from tests.commands import PATIENCE

COMMAND = (sys.executable, "-m", "kbarchive.cli.main", "convert")
KILLS = int(os.environ.get("KBARCHIVE_KILLS", "2"))
NAMES = ["out.jsonl", "out.jsonl.gz", "out.json", "out.csv", "out.parquet", "out.db", "out"]


def content(path: Path) -> object:
    """What a target holds, to be compared."""
    if path.is_dir():
        return {each.relative_to(path): each.read_bytes() for each in path.rglob("*") if each.is_file()}
    if path.suffix == ".db":
        with closing(sqlite3.connect(path)) as database:
            return list(database.iterdump())
    return path.read_bytes()


@pytest.fixture
def source(tmp_path: Path, make_article: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of 40 articles and what is none, read in batches of three."""
    monkeypatch.setattr(reading, "_BATCH_DOCUMENTS", 3)
    folder = tmp_path / "txt"
    folder.mkdir()
    (folder / "Q900010b.TXT").symlink_to("x" * 300)  # no name of a file is as long: it fails, and is not opened
    (folder / "Q900011b.TXT").write_text("no article")
    for number in range(900001, 900041):
        (folder / f"Q{number}.TXT").write_bytes(make_article(number))
    return folder


def broken(report: Report) -> None:
    if report.articles > 20:
        raise KeyboardInterrupt


def break_off(source: Path, target: Path, **options: bool) -> None:
    with pytest.raises(KeyboardInterrupt):
        convert(source, target, jobs=1, on_progress=broken, **options)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("newest", [False, True])
def test_broken_off_and_resumed_is_as_unbroken(source: Path, tmp_path: Path, name: str, newest: bool) -> None:
    (tmp_path / "once").mkdir()
    once = convert(source, tmp_path / "once" / name, newest=newest)
    if newest:  # the first reading counts in the progress, too
        with pytest.raises(KeyboardInterrupt):
            convert(source, tmp_path / name, newest=True, jobs=1, resumable=True, on_progress=_in_second_reading())
    else:
        break_off(source, tmp_path / name, resumable=True)
    assert not (tmp_path / name).exists()
    again = convert(source, tmp_path / name, newest=newest, resume=True)
    assert content(tmp_path / name) == content(tmp_path / "once" / name)
    assert 20 <= again.reused < again.articles == 40
    assert (again.failures, again.skipped_first) == (once.failures, once.skipped_first)
    assert again.fingerprint == once.fingerprint
    assert sorted(os.listdir(tmp_path)) == sorted(["once", name, "txt"])


def _in_second_reading() -> Callable[[Report], None]:
    whole = False

    def told(report: Report) -> None:
        nonlocal whole
        if whole:
            broken(report)
        whole = whole or report.articles == 40

    return told


def test_without_resume_it_starts_anew(source: Path, tmp_path: Path) -> None:
    break_off(source, tmp_path / "out.jsonl", resumable=True)
    assert convert(source, tmp_path / "out.jsonl", resumable=True).reused == 0


def test_nothing_is_kept_if_nothing_was_done(source: Path, tmp_path: Path) -> None:
    with pytest.raises(TargetError):
        convert(source, tmp_path / "txt" / "out.jsonl" / "no.jsonl", resume=True)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    with pytest.raises(TargetError):
        convert(source, tmp_path / "full", resume=True)
    assert sorted(os.listdir(tmp_path)) == ["full", "txt"]


@pytest.mark.parametrize("change", ["new text", "other format", "other ids", "damaged journal", "cut journal"])
def test_what_does_not_fit_is_done_again(source: Path, tmp_path: Path, make_article: Callable[..., bytes], change: str) -> None:
    target = tmp_path / "out.x"
    with pytest.raises(KeyboardInterrupt):
        convert(source, target, "csv" if change == "other format" else "jsonl", jobs=1, resumable=True, on_progress=broken)
    ids = ["Q900001", "Q900039"] if change == "other ids" else None
    journal = journal_path(str(target))
    if change == "new text":
        (source / "Q900002.TXT").write_bytes(make_article(900002, "Another Title"))
    if change == "damaged journal":
        data = bytearray(journal.read_bytes())
        data[200] ^= 1
        journal.write_bytes(data)
    if change == "cut journal":
        journal.write_bytes(journal.read_bytes()[:-100])
    report = convert(source, target, "jsonl", ids=ids, resume=True)
    convert(source, tmp_path / "once.jsonl", ids=ids)
    assert target.read_bytes() == (tmp_path / "once.jsonl").read_bytes()
    assert (report.reused == 0) == change.startswith("other")
    assert report.reused < 21


def test_two_conversions_to_one_target_do_not_mix(source: Path, tmp_path: Path) -> None:
    def second(_: Report) -> None:
        with pytest.raises(TargetError, match="another run"):
            convert(source, tmp_path / "out.jsonl", resume=True)

    convert(source, tmp_path / "out.jsonl", jobs=1, resumable=True, on_progress=second)
    assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == 40


def test_long_names_have_a_journal_too(source: Path, tmp_path: Path) -> None:
    name = "x" * 249 + ".jsonl"
    break_off(source, tmp_path / name, resumable=True)
    assert convert(source, tmp_path / name, resume=True).reused > 0
    assert sorted(os.listdir(tmp_path)) == ["txt", name]


def test_standard_output_and_devices_cannot_be_resumed(source: Path) -> None:
    for target in ("-", os.devnull):
        with pytest.raises(TargetError, match="cannot go on"):
            convert(source, target, "jsonl", resume=True)


class Killed(BaseException):
    """As a kill would, it ends a run without any of its own tidying up."""


def kill(monkeypatch: pytest.MonkeyPatch, renames: int, source: Path, target: Path, **options: Any) -> None:
    """Breaks a conversion off behind so many renames of folders, with what it left as a kill leaves it."""
    rename, left = os.rename, [renames]

    def renaming(old: str, new: str) -> None:
        if not left[0]:
            raise Killed
        rename(old, new)
        left[0] -= 1
        if not left[0]:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", renaming)
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(Killed):
            convert(source, target, **options)


@pytest.mark.parametrize(("overwrite", "renames"), [(False, 1), (True, 1), (True, 2)])
def test_a_run_that_is_killed_while_its_folder_takes_its_place(
    source: Path,
    tmp_path: Path,
    make_article: Callable[..., bytes],
    monkeypatch: pytest.MonkeyPatch,
    overwrite: bool,
    renames: int,
) -> None:
    """Found by a newcomer and by a reviewer: the folder was refused, or the old one lost before there was a new one."""
    target = tmp_path / "out"
    if overwrite:
        convert(source, target)
        (source / "Q900050.TXT").write_bytes(make_article(900050))
    old = content(target) if overwrite else {}
    kill(monkeypatch, renames, source, target, resumable=True, overwrite=overwrite)
    if overwrite and renames == 1:
        assert not target.exists()
        (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04no zip")
        with pytest.raises(SourceError):
            convert(tmp_path / "bad.zip", target, resume=True, fail_fast=True)
        assert content(target) == old
    report = convert(source, target, resume=True)
    convert(source, tmp_path / "once")
    assert content(target) == content(tmp_path / "once")
    assert report.reused == 40 + overwrite
    assert sorted(os.listdir(tmp_path)) == sorted({"once", "out", "txt", *(["bad.zip"] if overwrite and renames == 1 else [])})


@pytest.mark.parametrize(
    "foreign", ["diary.md", "2020/diary.json", "206/notes.json", "206/Q900001.json", "206/Q206968.json/thesis.doc"]
)
def test_nothing_is_replaced_that_is_not_of_a_conversion(source: Path, tmp_path: Path, foreign: str) -> None:
    target = tmp_path / "out"
    convert(source, target)
    with pytest.raises(TargetError, match="not empty"):  # it is whole, no run of it was broken off
        convert(source, target, resume=True)
    kept = target / foreign
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("mine")
    break_off(source, tmp_path / "other", resumable=True)
    os.rename(journal_path(str(tmp_path / "other")), journal_path(str(target)))
    for options in ({"resume": True}, {"overwrite": True}, {"incremental": True}):
        with pytest.raises(TargetError, match="holds other files"):
            convert(source, target, **options)
    assert kept.read_text() == "mine"


def test_a_folder_that_holds_a_source_is_not_replaced(source: Path, tmp_path: Path) -> None:
    convert(source, tmp_path / "out", format="text")
    before = content(tmp_path / "out")
    with pytest.raises(TargetError, match="a source lies in it"):
        convert(tmp_path / "out" / "900", tmp_path / "out", format="text", overwrite=True)
    assert content(tmp_path / "out") == before


# Incremental


@pytest.mark.parametrize("name", NAMES)
def test_incremental_converts_what_changed(source: Path, tmp_path: Path, make_article: Callable[..., bytes], name: str) -> None:
    first = convert(source, tmp_path / name, incremental=True)
    assert first.reused == 0
    (source / "Q900002.TXT").write_bytes(make_article(900002, "Another Title"))
    (source / "Q900020.TXT").unlink()
    (source / "Q900041.TXT").write_bytes(make_article(900041))
    second = convert(source, tmp_path / name, incremental=True)
    (tmp_path / "once").mkdir()
    convert(source, tmp_path / "once" / name)
    assert content(tmp_path / name) == content(tmp_path / "once" / name)
    assert 0 < second.reused < 40
    third = convert(source, tmp_path / name, incremental=True)
    assert third.reused == third.articles == 40


def test_a_new_document_changes_its_own_batch_only(
    source: Path, tmp_path: Path, make_article: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_BATCH_ENDS", 4)
    monkeypatch.setattr(reading, "_BATCH_DOCUMENTS", 256)
    convert(source, tmp_path / "out.jsonl", incremental=True)
    (source / "Q900000.TXT").write_bytes(make_article(900000))
    report = convert(source, tmp_path / "out.jsonl", incremental=True)
    assert 25 < report.reused < 41


def test_files_that_do_not_change_stay_the_same_files(source: Path, tmp_path: Path, make_article: Callable[..., bytes]) -> None:
    convert(source, tmp_path / "out", incremental=True)
    before = {path.name: path.stat().st_ino for path in (tmp_path / "out").rglob("*.json")}
    (source / "Q900002.TXT").write_bytes(make_article(900002, "Another Title"))
    convert(source, tmp_path / "out", incremental=True)
    after = {path.name: path.stat().st_ino for path in (tmp_path / "out").rglob("*.json")}
    assert {name for name in after if after[name] != before[name]} == {"Q900002.json"}


def test_journal_forgets_what_is_gone(source: Path, tmp_path: Path) -> None:
    convert(source, tmp_path / "out.jsonl", incremental=True)
    journal = journal_path(str(tmp_path / "out.jsonl"))
    size = journal.stat().st_size
    for path in list(source.glob("Q90003*")):
        path.unlink()
    convert(source, tmp_path / "out.jsonl", incremental=True)
    assert journal.stat().st_size < size


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file counts as changed just now; inodes do, when a test makes them."""
    monkeypatch.setattr(states, "_RACY_NS", 0)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read."""
    names: list[str] = []
    read = sources._file_entries

    def reading_is_told(path: str, file: str, *others: Any) -> Iterator[Entry]:
        names.append(file)
        return read(path, file, *others)

    monkeypatch.setattr(sources, "_file_entries", reading_is_told)
    return names


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("name", NAMES)
def test_files_that_are_as_they_were_are_not_opened(
    source: Path, tmp_path: Path, make_article: Callable[..., bytes], opened: list[str], name: str
) -> None:
    first = convert(source, tmp_path / name, incremental=True)
    opened.clear()
    second = convert(source, tmp_path / name, incremental=True)
    assert opened == []
    assert (second.fingerprint, second.bytes, second.documents) == (first.fingerprint, first.bytes, first.documents)
    (source / "Q900002.TXT").write_bytes(make_article(900002, "B Made-Up Article"))  # of the same size
    opened.clear()
    third = convert(source, tmp_path / name, incremental=True)
    assert set(opened) == {"Q900002.TXT"}
    (tmp_path / "once").mkdir()
    once = convert(source, tmp_path / "once" / name)
    assert content(tmp_path / name) == content(tmp_path / "once" / name)
    assert third.fingerprint == once.fingerprint
    assert third.reused == 40 - 3  # its batch


@pytest.mark.usefixtures("patient")
def test_a_file_with_its_old_size_and_time_is_read_if_it_was_written(
    source: Path, tmp_path: Path, make_article: Callable[..., bytes]
) -> None:
    path = source / "Q900002.TXT"
    os.utime(path, ns=(10**18, 10**18))
    convert(source, tmp_path / "out.jsonl", incremental=True)
    path.write_bytes(make_article(900002, "B Made-Up Article"))
    os.utime(path, ns=(10**18, 10**18))
    convert(source, tmp_path / "out.jsonl", incremental=True)
    assert b"B Made-Up Article" in (tmp_path / "out.jsonl").read_bytes()


def test_a_file_that_was_written_just_now_is_read(
    source: Path, tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states, "_RACY_NS", 10**15)
    convert(source, tmp_path / "out.jsonl", incremental=True)
    opened.clear()
    convert(source, tmp_path / "out.jsonl", incremental=True)
    assert len(set(opened)) == 41


@pytest.mark.usefixtures("patient")
def test_archives_in_folders_and_first_readings_of_newest_are_read(source: Path, tmp_path: Path, opened: list[str]) -> None:
    with zipfile.ZipFile(source / "z.zip", "w") as archive:
        archive.writestr("Q900050.TXT", (source / "Q900001.TXT").read_bytes().replace(b"900001", b"900050"))
    convert(source, tmp_path / "out.jsonl", incremental=True)
    opened.clear()
    assert convert(source, tmp_path / "out.jsonl", incremental=True).reused == 41
    assert set(opened) == {"z.zip"}
    opened.clear()
    convert(source, tmp_path / "out.jsonl", incremental=True, newest=True)
    assert len(opened) == 2 * 42


@pytest.mark.usefixtures("patient")
def test_a_file_that_changes_or_goes_while_it_is_looked_at_is_as_it_is_then(
    source: Path, tmp_path: Path, make_article: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    convert(source, tmp_path / "out.jsonl", incremental=True)
    (source / "Q900001.TXT").write_bytes(make_article(900001, "Another Title"))  # so that its batch is read
    read_now = recall.read_now

    def changing(unread: Unread) -> Entry:
        if unread.file == "Q900002.TXT":
            (source / "Q900002.TXT").write_bytes(make_article(900002, "A Title at Last"))
        if unread.file == "Q900003.TXT":
            (source / "Q900003.TXT").unlink()
        return read_now(unread)

    monkeypatch.setattr(recall, "read_now", changing)
    report = convert(source, tmp_path / "out.jsonl", incremental=True)
    assert [failure.file for failure in report.failures] == ["Q900003.TXT", "Q900010b.TXT"]
    (tmp_path / "once").mkdir()
    once = convert(source, tmp_path / "once" / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "once" / "out.jsonl").read_bytes()
    assert report.fingerprint == once.fingerprint
    assert convert(source, tmp_path / "out.jsonl", incremental=True).fingerprint == once.fingerprint


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("name", NAMES)
def test_target_is_left_as_it_is_where_nothing_has_changed(source: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    first = convert(source, target, incremental=True, ids=["Q900003", "Q900040", "Q1"])
    before = state(target)
    again = convert(source, target, incremental=True, ids=["Q900003", "Q900040", "Q1"])
    assert state(target) == before
    assert again.reused == 40
    assert "nothing has changed" in again.remarks[0]
    for told in (
        "articles",
        "documents",
        "bytes",
        "fingerprint",
        "failures",
        "skipped",
        "skipped_first",
        "missing",
        "diagnostics",
    ):
        assert getattr(again, told) == getattr(first, told)
    assert convert(source, target, incremental=True, ids=["Q900003"]).remarks == []
    assert state(target) != before
    assert "nothing has changed" in convert(source, target, incremental=True, ids=["Q900003"]).remarks[0]


def state(target: Path) -> object:
    return {each: (each.stat().st_ino, each.stat().st_mtime_ns) for each in (target, *target.rglob("*"))}


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    "change", ["a file is more", "a file is gone", "target is gone", "target is another", "one of its files is gone"]
)
def test_target_is_written_where_something_has_changed(
    source: Path, tmp_path: Path, make_article: Callable[..., bytes], change: str
) -> None:
    target = tmp_path / ("out" if change.startswith("one") else "out.jsonl")
    convert(source, target, incremental=True)
    match change:
        case "a file is more":
            (source / "Q900050.TXT").write_bytes(make_article(900050))
        case "a file is gone":
            (source / "Q900040.TXT").unlink()
        case "target is gone":
            target.unlink()
        case "target is another":
            target.write_bytes(target.read_bytes().replace(b"Made-Up", b"made-up"))
        case _:
            (target / "900" / "Q900001.json").unlink()
    assert convert(source, target, incremental=True).remarks == []
    (tmp_path / "once").mkdir()
    convert(source, tmp_path / "once" / target.name)
    assert content(target) == content(tmp_path / "once" / target.name)


# Workers that die


def die_of(monkeypatch: pytest.MonkeyPatch, deadly: Callable[[Document], bool]) -> None:
    read_batch = pipeline.read_batch

    def reading_is_deadly(batch: list[Entry], report: Report) -> Iterator[object]:
        if any(deadly(entry) for entry in batch if isinstance(entry, Document)):
            os.kill(os.getpid(), signal.SIGKILL)
        return read_batch(batch, report)

    monkeypatch.setattr(encoding, "read_batch", reading_is_deadly)


@pytest.mark.skipif(os.name != "posix", reason="workers are forked, so that they can be made to die")
def test_worker_that_dies_is_replaced_and_loses_nothing(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    convert(source, tmp_path / "once.jsonl")
    (tmp_path / "alive").touch()

    def deadly_once(document: Document) -> bool:
        if document.file != "Q900020.TXT" or not (tmp_path / "alive").exists():
            return False
        (tmp_path / "alive").unlink()
        return True

    die_of(monkeypatch, deadly_once)
    report = convert(source, tmp_path / "out.jsonl", jobs=2)
    assert not (tmp_path / "alive").exists()
    assert (report.articles, len(report.failures)) == (40, 1)  # the broken link
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "once.jsonl").read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="workers are forked, so that they can be made to die")
@pytest.mark.parametrize("newest", [False, True])
def test_document_that_workers_die_of_is_a_failure(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, newest: bool
) -> None:
    die_of(monkeypatch, lambda document: document.file == "Q900020.TXT")
    report = convert(source, tmp_path / "out.jsonl", jobs=2, resumable=True, newest=newest)
    assert [failure.file for failure in report.failures] == ["Q900010b.TXT", "Q900020.TXT"]
    assert "died" in report.failures[1].message
    assert (report.articles, report.documents) == (39, 41)
    ids = [article.id for article in kbarchive.read_jsonl(tmp_path / "out.jsonl")]
    assert ids == [f"Q{number}" for number in range(900001, 900041) if number != 900020]


@pytest.mark.skipif(os.name != "posix", reason="workers are forked, so that they can be made to die")
@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("newest", [False, True])
def test_what_workers_died_of_is_tried_again(source: Path, tmp_path: Path, newest: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        die_of(patch, lambda document: document.file == "Q900020.TXT")
        convert(source, tmp_path / "out.jsonl", jobs=2, incremental=True, newest=newest)
    report = convert(source, tmp_path / "out.jsonl", jobs=2, incremental=True, newest=newest)
    assert [failure.file for failure in report.failures] == ["Q900010b.TXT"]
    assert (report.articles, report.reused) == (40, 37)


@pytest.mark.skipif(os.name != "posix", reason="workers are forked, so that they can be made to die")
@pytest.mark.usefixtures("patient")
def test_workers_that_die_only_the_second_time_cost_one_document(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the newest texts are chosen, and memory is short for a moment while they are written."""
    encode = encoding.Encoder.__call__

    def dies(self: encoding.Encoder, work: encoding.Work) -> encoding.Part:
        if any(entry.file == "Q900020.TXT" for entry in work.batch):
            os.kill(os.getpid(), signal.SIGKILL)
        return encode(self, work)

    monkeypatch.setattr(encoding.Encoder, "__call__", dies)
    report = convert(source, tmp_path / "out.jsonl", jobs=2, incremental=True, newest=True)
    assert (report.articles, [failure.file for failure in report.failures]) == (39, ["Q900010b.TXT", "Q900020.TXT"])
    monkeypatch.undo()
    report = convert(source, tmp_path / "out.jsonl", jobs=2, incremental=True, newest=True)
    assert (report.articles, [failure.file for failure in report.failures]) == (40, ["Q900010b.TXT"])


# As processes


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Something that takes a second or two."""
    given = os.environ.get("KBARCHIVE_KILL_SOURCE")
    if given:
        return Path(given)
    folder = tmp_path_factory.mktemp("larger")
    texts = sorted(resource_folder("corpus").rglob("*.TXT"))
    for number in range(4000):
        data = texts[number % len(texts)].read_bytes()
        (folder / f"{number:05}.TXT").write_bytes(data)
    return folder


def start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        (*COMMAND, *arguments, "--jobs", "2"),
        stderr=subprocess.PIPE,
        # Started in the background of a script, the tests themselves are deaf to interrupts, and so would this be.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def same(one: Path, other: Path) -> bool:
    if one.is_dir():
        compared = filecmp.dircmp(one, other)
        return not (compared.left_only or compared.right_only) and all(
            filecmp.cmpfiles(one / name, other / name, os.listdir(one / name), shallow=False)[1:] == ([], [])
            and sorted(os.listdir(one / name)) == sorted(os.listdir(other / name))
            for name in compared.common_dirs
        )
    if one.suffix == ".db":
        with closing(sqlite3.connect(one)) as first, closing(sqlite3.connect(other)) as second:
            return all(a == b for a, b in zip(first.iterdump(), second.iterdump(), strict=True))
    return filecmp.cmp(one, other, shallow=False)


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize("name", ["out.jsonl", "out", "out.db"])
def test_killed_and_resumed_is_as_unbroken(larger: Path, tmp_path: Path, name: str) -> None:
    once = tmp_path / "once" / name
    once.parent.mkdir()
    started = time.monotonic()
    assert start(str(larger), str(once), "-q").wait() == 0
    seconds = time.monotonic() - started
    killed = resumed = 0
    while killed < KILLS:
        place = tmp_path / "killed"
        place.mkdir()
        with start(str(larger), str(place / name)) as process:
            time.sleep(random.uniform(0.2, seconds))  # noqa: S311 - a moment
            process.kill()
        if process.returncode == 0:  # on a machine less busy than before it was done sooner
            shutil.rmtree(place)
            seconds *= 0.8
            continue
        killed += 1
        if not journal_path(str(place / name)).exists() and (place / name).is_dir():
            stderr = b""  # it was killed when all was done, and there is nothing to go on with
        else:
            with start(str(larger), str(place / name), "--resume") as process:
                _, stderr = process.communicate()
            assert process.returncode == 0, stderr
        assert same(once, place / name)
        assert os.listdir(place) == [name]
        shutil.rmtree(place)
        resumed += b"were done before" in stderr
    assert resumed or KILLS < 10  # an early kill may leave nothing


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupt_ends_it_on_the_way_and_says_how_to_go_on(
    larger: Path, tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    target = tmp_path / "out.jsonl"
    journal = journal_path(str(target))
    with start(str(larger), str(target)) as process:
        while not (journal.exists() and journal.stat().st_size > 500_000):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(sent)
        _, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == code
    assert b"what was done is kept: give the same command with --resume to go on" in stderr
    assert b"Traceback" not in stderr
    assert os.listdir(tmp_path) == [journal.name]
    with start(str(larger), str(target), "--resume") as process:
        _, stderr = process.communicate()
    told = re.search(rb"([\d,]+) articles.*\n.*of these ([\d,]+) were done before", stderr)
    assert told, stderr
    in_all, before = (int(number.replace(b",", b"")) for number in told.groups())
    assert 0 < before < in_all
    assert os.listdir(tmp_path) == ["out.jsonl"]
