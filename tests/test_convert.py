"""Conversion: every record in input order, the target whole or untouched, whatever happens."""

from __future__ import annotations

import gzip
import importlib
import io
import multiprocessing
import os
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import msgspec
import pytest

import kbarchive
from kbarchive import pipeline, reading
from kbarchive.article import Article
from kbarchive.conversion import Report, convert
from kbarchive.document import Entry
from kbarchive.errors import FormatError, KbArchiveError, SourceError, TargetError
from kbarchive.pipeline import WorkerError, in_order
from kbarchive.resources import resource_folder
from kbarchive.writers import FORMATS, jsonl, writer_for
from kbarchive.writers.json_dir import JsonFolderWriter
from tests.packing import UNREADABLE
from tests.records import bare


def records(path: Path) -> list[Article]:
    return [msgspec.json.decode(line, type=Article) for line in path.read_bytes().splitlines()]


def folder_files(path: Path) -> list[str]:
    return sorted(each.relative_to(path).as_posix() for each in path.rglob("*") if each.is_file())


@pytest.fixture
def many(tmp_path: Path, make_article: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tar of 40 articles, in batches of three."""
    monkeypatch.setattr(reading, "_BATCH_DOCUMENTS", 3)
    path = tmp_path / "many.tar"
    with tarfile.open(path, "w") as archive:
        for number in range(900040, 900000, -1):
            data = make_article(number)
            info = tarfile.TarInfo(f"txt/Q{number}.TXT")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


EXECUTORS: dict[str, Callable[[], Executor]] = {
    "threads": lambda: ThreadPoolExecutor(2),
    "spawned": lambda: ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")),
}


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_records_are_those_of_read_in_its_order(many: Path, tmp_path: Path, jobs: int) -> None:
    report = kbarchive.convert(many, tmp_path / "out.jsonl", jobs=jobs)
    assert records(tmp_path / "out.jsonl") == list(kbarchive.read(many))
    assert (report.articles, report.documents, report.dialects) == (40, 40, {"ftp": 40})
    assert report.failures == []


@pytest.mark.parametrize("kind", EXECUTORS)
def test_any_executor_can_work(many: Path, tmp_path: Path, kind: str) -> None:
    with EXECUTORS[kind]() as executor:
        convert(many, tmp_path / "out.jsonl", executor=executor)
        assert executor.submit(os.getpid).result()  # it is not shut down
    assert records(tmp_path / "out.jsonl") == list(kbarchive.read(many))


def test_json_lines_end_in_line_feeds(article_folder: Path, tmp_path: Path) -> None:
    convert(article_folder, tmp_path / "out.ndjson")
    written = (tmp_path / "out.ndjson").read_bytes()
    assert written.endswith(b"}\n")
    assert written.count(b"\n") == 3


def test_folder_is_laid_out_like_the_archive(article_folder: Path, tmp_path: Path) -> None:
    (article_folder / "906").mkdir()
    (article_folder / "906" / "again.TXT").write_bytes((article_folder / "900" / "Q900001.TXT").read_bytes())
    convert(article_folder, tmp_path / "records")
    assert folder_files(tmp_path / "records") == [
        "900/Q900001.json",
        "900/Q900001~2.json",
        "900/Q900002.json",
        "901/Q901000.json",
    ]
    first = msgspec.json.decode((tmp_path / "records/900/Q900001.json").read_bytes(), type=Article)
    second = msgspec.json.decode((tmp_path / "records/900/Q900001~2.json").read_bytes(), type=Article)
    assert (first.source.file, second.source.file) == ("900/Q900001.TXT", "906/again.TXT")


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("basic.txt#17", "basic.txt#17"),
        ("../../etc/passwd#1", "_._.._etc_passwd#1"),
        (".hidden#1", "_hidden#1"),
        ("a b\0\n\u00e9#C/1", "a_b___#C_1"),
        ("x" * 500 + "#1", "x" * 148 + "#1"),
        ("aux.txt#1", "_aux.txt#1"),
        ("COM1", "_COM1"),
        ("console.txt#1", "console.txt#1"),
        ("a<b>c:d|e?f*g", "a_b_c_d_e_f_g"),
    ],
)
def test_article_without_id_stands_under_a_safe_form_of_its_key(
    make_article: Callable[..., bytes], tmp_path: Path, key: str, name: str
) -> None:
    article = msgspec.structs.replace(kbarchive.parse(make_article()), id=None, key=key)
    writer = JsonFolderWriter()
    with writer.open(str(tmp_path / "out"), overwrite=False) as write:
        write(writer.encode([article, article, article]))
    assert folder_files(tmp_path / "out") == sorted(f"_/{name}{copy}.json" for copy in ("", "~2", "~3"))


def test_old_numbers_get_three_digits(make_article: Callable[..., bytes]) -> None:
    article = msgspec.structs.replace(kbarchive.parse(make_article()), id="Q10022")
    assert [place for *place, _ in JsonFolderWriter().encode([article])] == [["010", "Q10022"]]


def test_several_sources_in_the_order_given(article_folder: Path, tmp_path: Path) -> None:
    last = article_folder / "901" / "Q901000.TXT"
    convert([last, article_folder / "900"], tmp_path / "out.jsonl")
    assert [article.id for article in records(tmp_path / "out.jsonl")] == ["Q901000", "Q900001", "Q900002"]


def test_failures_and_skipped_are_told_in_order_and_the_rest_is_written(article_folder: Path, tmp_path: Path) -> None:
    (article_folder / "900" / "Q900001b.TXT").write_bytes(UNREADABLE)
    (article_folder / "zz").write_bytes(UNREADABLE)
    report = convert(article_folder, tmp_path / "out.jsonl")
    assert len(records(tmp_path / "out.jsonl")) == report.articles == 3
    assert [failure.file for failure in report.failures] == ["900/Q900001b.TXT", "zz"]
    assert report.skipped == 1
    assert [entry.file for entry in report.skipped_first] == ["readme.md"]


def test_only_the_first_skipped_are_named(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(30):
        (tmp_path / "in" / f"{number:02}").write_text("no article")
    report = convert(tmp_path / "in", tmp_path / "out.jsonl")
    assert report.skipped == 30
    assert [entry.file for entry in report.skipped_first] == [f"{number:02}" for number in range(20)]
    assert (tmp_path / "out.jsonl").read_bytes() == b""


def test_article_that_cannot_be_written_is_a_failure_of_its_own(
    article_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode = jsonl._encode_lines

    def odd(articles: Sequence[Article]) -> bytes:
        if any(article.id == "Q900002" for article in articles):
            raise ValueError("odd")
        return encode(articles)

    monkeypatch.setattr(jsonl, "_encode_lines", odd)
    report = convert(article_folder, tmp_path / "out.jsonl", jobs=1)
    assert [article.id for article in records(tmp_path / "out.jsonl")] == ["Q900001", "Q901000"]
    assert (report.articles, len(report.failures)) == (2, 1)
    assert "Q900002" in str(report.failures[0])


def test_report_is_valid_json(article_folder: Path, tmp_path: Path) -> None:
    report = convert(article_folder, tmp_path / "out.jsonl")
    assert msgspec.json.decode(msgspec.json.encode(report))["dialects"] == {"ftp": 3}


def test_progress_is_told(many: Path, tmp_path: Path) -> None:
    counts: list[int] = []
    convert(many, tmp_path / "out.jsonl", on_progress=lambda report: counts.append(report.articles))
    assert counts == [*range(3, 37, 3), 38, 40]  # the name of the 38th ends a batch


def test_public_name_is_the_function_whatever_was_imported() -> None:
    importlib.import_module("kbarchive.conversion")
    assert callable(kbarchive.convert)


@pytest.mark.parametrize("packed", [False, True])
def test_progress_tells_what_is_left(many: Path, tmp_path: Path, packed: bool) -> None:
    source = tmp_path / "many.tar.gz" if packed else many
    if packed:
        source.write_bytes(gzip.compress(many.read_bytes()))
    shares: list[float] = []
    convert(source, tmp_path / "out.jsonl", on_progress=lambda so_far: shares.append(share(so_far)))
    assert shares == sorted(shares)
    assert 0 < shares[0] <= shares[-1] <= 1
    assert shares[-1] > 0.9


def share(report: Report) -> float:
    assert report.source_bytes
    return report.source_bytes_read / report.source_bytes


# Some articles only


def test_only_articles_asked_for_are_written(many: Path, tmp_path: Path) -> None:
    asked = ["Q900003", "kb0900040", "900011", "many.tar#nothing", "Q1"]
    report = convert(many, tmp_path / "out.jsonl", ids=asked)
    assert [article.id for article in records(tmp_path / "out.jsonl")] == ["Q900040", "Q900011", "Q900003"]
    assert (report.articles, report.unselected, report.missing) == (40, 37, ["Q1", "many.tar#nothing"])


def test_article_without_id_is_asked_for_by_its_key(tmp_path: Path) -> None:
    corpus = resource_folder("corpus")
    key = next(article.key for article in kbarchive.read(corpus) if article.id is None)
    report = convert(corpus, tmp_path / "out.jsonl", ids=[key])
    assert {article.key for article in records(tmp_path / "out.jsonl")} == {key}
    assert report.missing == []


def test_first_failure_ends_the_work_if_asked(article_folder: Path, tmp_path: Path) -> None:
    (article_folder / "900" / "broken").write_bytes(UNREADABLE)
    with pytest.raises(SourceError, match="900/broken"):
        convert(article_folder, tmp_path / "out.jsonl", fail_fast=True)
    assert os.listdir(tmp_path) == ["txt"]


# The target


def test_file_is_replaced_and_keeps_its_mode(article_folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("old")
    target.chmod(0o600)
    convert(article_folder, target)
    assert len(records(target)) == 3
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="Linux tells which files are open")
@pytest.mark.parametrize("name", ["out.jsonl", "out.json", "out.csv.gz", "out.parquet", "out.db", "out"])
def test_targets_are_replaced_as_windows_allows(
    article_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Windows renames no file that is open, and replaces none: both sides are closed by then, also the journal's."""
    moved: list[str] = []

    def checked(move: Callable[[str, str], None]) -> Callable[[str, str], None]:
        def moving(old: str, new: str) -> None:
            links = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
            held = [os.readlink(link) for link in links if os.path.lexists(link)]
            assert not [path for path in held if path.startswith((os.fspath(old), os.fspath(new)))]
            moved.append(os.fspath(new))
            move(old, new)

        return moving

    for _ in range(2):
        convert(article_folder, tmp_path / name, overwrite=True, incremental=True)
        (article_folder / "900" / "Q900002.TXT").unlink(missing_ok=True)
        monkeypatch.setattr(os, "replace", checked(os.replace))
        monkeypatch.setattr(os, "rename", checked(os.rename))
    assert str(tmp_path / name) in moved
    assert any(path.endswith("kbarchive-journal") for path in moved)


def test_link_stays_and_what_it_names_is_replaced(article_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link.jsonl").symlink_to("real.jsonl")
    convert(article_folder, tmp_path / "link.jsonl")
    assert (tmp_path / "link.jsonl").is_symlink()
    assert len(records(tmp_path / "real.jsonl")) == 3


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="a platform without devices")
def test_device_is_written_to_and_not_replaced(article_folder: Path) -> None:
    assert convert(article_folder, os.devnull, "jsonl").articles == 3
    assert not stat.S_ISREG(os.stat(os.devnull).st_mode)


@pytest.mark.parametrize("name", ["out.jsonl", "out"])
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_nothing_is_left_when_the_work_is_broken_off(
    many: Path, tmp_path: Path, name: str, jobs: int, error: type[BaseException]
) -> None:
    def broken(report: Report) -> None:
        if report.articles > 10:
            raise error

    with pytest.raises(error):
        convert(many, tmp_path / name, jobs=jobs, on_progress=broken)
    assert os.listdir(tmp_path) == ["many.tar"]


def test_old_target_stays_when_the_work_is_broken_off(many: Path, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("old")

    def broken(_: Report) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert(many, tmp_path / "out.jsonl", on_progress=broken)
    assert (tmp_path / "out.jsonl").read_text() == "old"


def test_folder_that_is_not_empty_is_kept(article_folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "records"
    target.mkdir()
    convert(article_folder, target)  # empty: nothing to lose
    with pytest.raises(TargetError, match="not empty"):
        convert(article_folder, target)
    (article_folder / "901" / "Q901000.TXT").unlink()
    convert(article_folder, target, overwrite=True)
    assert folder_files(target) == ["900/Q900001.json", "900/Q900002.json"]


@pytest.mark.parametrize("foreign", ["mine.txt", "900/mine.txt", "src/mine.json"])
def test_folder_with_other_files_is_never_removed(article_folder: Path, tmp_path: Path, foreign: str) -> None:
    target = tmp_path / "records"
    convert(article_folder, target)
    (target / foreign).parent.mkdir(exist_ok=True)
    (target / foreign).write_text("precious")
    with pytest.raises(TargetError, match="other files"):
        convert(article_folder, target, overwrite=True)
    assert (target / foreign).read_text() == "precious"


def test_current_folder_is_not_replaced(article_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(TargetError, match="current folder"):
        convert(article_folder, ".")


@pytest.mark.parametrize("name", ["out.jsonl", "records", "txt/out.jsonl", "txt/records"])
def test_target_is_no_source(article_folder: Path, tmp_path: Path, name: str) -> None:
    # Twice, so that the target is there the second time.
    for _ in range(2):
        report = convert(tmp_path, tmp_path / name, overwrite=True)
        assert (report.articles, report.skipped) == (3, 1)
    assert sorted(os.listdir(tmp_path)) == sorted({"txt", name.split("/")[0]})


def test_target_given_as_a_source_is_refused(article_folder: Path) -> None:
    with pytest.raises(TargetError, match="also a source"):
        convert(article_folder, article_folder)


@pytest.mark.parametrize(
    ("target", "format_name", "error"),
    [
        ("out.foo", None, FormatError),
        ("out.jsonl", "foo", FormatError),
        ("-", "json-dir", TargetError),
        ("nowhere/out.jsonl", None, TargetError),
        ("nowhere/out", None, TargetError),
        ("txt", "jsonl", TargetError),
        ("txt/readme.md", "json-dir", TargetError),
        ("txt/readme.md/out.jsonl", None, TargetError),
        ("", None, KbArchiveError),
    ],
)
def test_impossible_targets(
    article_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    format_name: str | None,
    error: type[KbArchiveError],
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error):
        convert(article_folder / "900", target, format_name)
    assert os.listdir(tmp_path) == ["txt"]


def test_missing_source_leaves_the_target_alone(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere"):
        convert(tmp_path / "nowhere", tmp_path / "out.jsonl")
    with pytest.raises(SourceError, match="no source"):
        convert([], tmp_path / "out.jsonl")
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is a Linux device")
def test_full_disk_is_told(many: Path) -> None:
    with pytest.raises(TargetError, match="No space left"):
        convert(many, "/dev/full", "jsonl")


# Formats


@pytest.mark.parametrize(
    ("target", "writer"),
    [
        ("a.jsonl", "JsonLinesWriter"),
        ("a.NDJSON", "JsonLinesWriter"),
        ("a", "JsonFolderWriter"),
        ("a.jsonl/", "JsonFolderWriter"),
        (".", "JsonFolderWriter"),
        ("-", "JsonLinesWriter"),
    ],
)
def test_format_goes_by_the_name_of_the_target(target: str, writer: str) -> None:
    assert type(writer_for(target)).__name__ == writer


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_its_writer(name: str) -> None:
    assert writer_for("-", name)


@pytest.mark.parametrize(
    ("name", "suffix", "begin"),
    [
        ("json-dir", ".json", b'{"schema":1,'),
        ("ftp", ".TXT", b"DOCUMENT:Q901000  12-MAY-1999  [exchange]\n"),
        ("markdown", ".md", b'---\nid: "Q901000"\n'),
        ("text", ".txt", b"A Made-Up Article\n----"),
        ("html", ".html", b'<!DOCTYPE html>\n<html lang="en">\n'),
    ],
)
def test_folder_formats(article_folder: Path, tmp_path: Path, name: str, suffix: str, begin: bytes) -> None:
    report = convert(article_folder, tmp_path / "out", name)
    assert report.articles == 3
    assert folder_files(tmp_path / "out") == [f"{place}{suffix}" for place in ("900/Q900001", "900/Q900002", "901/Q901000")]
    assert (tmp_path / "out" / "901" / f"Q901000{suffix}").read_bytes().startswith(begin)


def test_ftp_form_is_read_back(article_folder: Path, tmp_path: Path) -> None:
    convert(article_folder, tmp_path / "out", "ftp")
    assert [bare(article) for article in kbarchive.read(tmp_path / "out")] == [
        bare(article) for article in kbarchive.read(article_folder)
    ]


def test_folder_of_records_is_replaced_by_any_format(article_folder: Path, tmp_path: Path) -> None:
    """Found by an administrator: it was said to hold other files than those of a conversion."""
    for name, suffix in (("markdown", ".md"), ("text", ".txt"), ("html", ".html"), ("ftp", ".TXT")):
        convert(article_folder, tmp_path / name)
        convert(article_folder, tmp_path / name, name, overwrite=True)
        assert {os.path.splitext(file)[1] for file in folder_files(tmp_path / name)} == {suffix}


@pytest.mark.parametrize(
    ("old", "new", "ends"),
    [
        ("html", "text", ".html, not in .txt"),
        ("markdown", "json-dir", ".md, not in .json"),
        ("ftp", "markdown", ".TXT, not in .md"),
    ],
)
def test_folder_of_what_an_archive_may_come_as_is_not_replaced_by_another_format(
    article_folder: Path, tmp_path: Path, old: str, new: str, ends: str
) -> None:
    convert(article_folder, tmp_path / "out", old)
    before = folder_files(tmp_path / "out")
    with pytest.raises(TargetError, match=f"its files end in {ends}, and may be somebody's archive: only a folder of the same"):
        convert(article_folder, tmp_path / "out", new, overwrite=True)
    assert folder_files(tmp_path / "out") == before
    (tmp_path / "out" / "900" / "Q900003.json").write_text("{}")  # of two formats, so of none
    with pytest.raises(TargetError, match="other files"):
        convert(article_folder, tmp_path / "out", new, overwrite=True)


def test_folder_of_one_format_is_replaced_by_the_same(article_folder: Path, tmp_path: Path) -> None:
    for _ in range(2):
        convert(article_folder, tmp_path / "out", "html", overwrite=True)


def test_archive_in_the_ftp_form_is_never_replaced(article_folder: Path, tmp_path: Path) -> None:
    (article_folder / "readme.md").unlink()
    (tmp_path / "one.TXT").write_bytes((article_folder / "900" / "Q900001.TXT").read_bytes())
    with pytest.raises(TargetError, match="the form of the archive itself, which is never replaced"):
        convert(tmp_path / "one.TXT", article_folder, "ftp", overwrite=True)
    assert len(folder_files(article_folder)) == 3


# Workers


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_every_start_method(many: Path, tmp_path: Path, method: str) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import kbarchive, kbarchive.reading, multiprocessing\n"
        "if __name__ == '__main__':\n"
        f"    multiprocessing.set_start_method({method!r})\n"
        "    kbarchive.reading._BATCH_DOCUMENTS = 3\n"
        "    for name in ('out.jsonl', 'out.db', 'out'):\n"
        f"        kbarchive.convert({str(many)!r}, {str(tmp_path)!r} + '/' + name, jobs=2)\n"
    )
    subprocess.run([sys.executable, script], check=True)
    convert(many, tmp_path / "once.jsonl", jobs=1)
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "once.jsonl").read_bytes()
    assert len(folder_files(tmp_path / "out")) == 40
    assert (tmp_path / "out.db").exists()


def test_spawning_script_without_a_guard_is_told_what_to_do(many: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import kbarchive, kbarchive.reading, multiprocessing\n"
        "multiprocessing.set_start_method('spawn', force=True)\n"
        "kbarchive.reading._BATCH_DOCUMENTS = 3\n"
        f"kbarchive.convert({str(many)!r}, {str(tmp_path / 'out.jsonl')!r}, jobs=2)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert "WorkerError: a worker process cannot start; where processes are spawned" in done.stderr
    assert sorted(os.listdir(tmp_path)) == ["many.tar", "script.py"]


def _die(_: list[Entry]) -> None:
    os._exit(1)


def test_dead_worker_is_an_error() -> None:
    with pytest.raises(WorkerError, match="jobs"):
        list(in_order(_die, [[], [], []], jobs=2))


def _nothing(_: int) -> None:
    return None


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_result_may_be_none(jobs: int) -> None:
    assert list(in_order(_nothing, [1, 2, 3], jobs=jobs)) == [(1, None), (2, None), (3, None)]


@pytest.mark.parametrize("given", [True, False])
def test_few_batches_are_under_way_at_a_time(given: bool) -> None:
    taken = 0

    def endless() -> object:
        nonlocal taken
        while True:
            taken += 1
            yield []

    with ThreadPoolExecutor(2) if given else nullcontext() as executor:
        results = in_order(len, endless(), jobs=2, executor=executor)  # type: ignore[arg-type]
        for _ in range(20):
            next(results)
        results.close()
    assert taken <= 20 + 2 * pipeline._IN_FLIGHT_PER_JOB
