"""Sources at addresses of fsspec: files, folders and archives, in memory, on disk, and by HTTP from this machine."""

from __future__ import annotations

import functools
import io
import sys
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import kbarchive as kb
from kbarchive.document import Failure
from kbarchive.errors import MissingExtraError, SourceError
from kbarchive.extras import fsspec
from tests.commands import kbarchive

Article = Callable[..., bytes]


class Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a server that serves the folder of the test. It gives whole files only."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(tmp_path))) as started:
        threading.Thread(target=started.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{started.server_port}"
        started.shutdown()


@pytest.fixture
def memory(make_article: Article) -> Iterator[str]:
    """The address of a folder in memory: two articles, a zip with a third, what is hidden, and what is none."""
    system = fsspec().filesystem("memory")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Q900003.TXT", make_article(900003))
    files = {
        "b/Q900002.TXT": make_article(900002),
        "a/Q900001.TXT": make_article(900001),
        "c.zip": packed.getvalue(),
        ".git/Q900009.TXT": make_article(900009),
        "readme.md": b"no article",
    }
    for name, data in files.items():
        system.pipe(f"/kb/{name}", data)
    yield "memory://kb"
    system.rm("/kb", recursive=True)


def test_folder_is_read_as_one_of_this_machine(memory: str, tmp_path: Path) -> None:
    system = fsspec().filesystem("memory")
    system.get("/kb", str(tmp_path / "kb"), recursive=True)
    skipped: list[object] = []
    articles = list(kb.read(memory, on_skip=skipped.append))
    assert [article.id for article in articles] == ["Q900001", "Q900002", "Q900003"]
    assert articles == list(kb.read(tmp_path / "kb"))
    assert len(skipped) == 1


def test_file_and_archive_are_read_by_their_content(memory: str) -> None:
    (article,) = kb.read(f"{memory}/c.zip")
    assert (article.source.file, article.source.member) == ("memory://kb/c.zip", "Q900003.TXT")
    assert [article.id for article in kb.read(f"{memory}/a/Q900001.TXT", f"{memory}/b")] == ["Q900001", "Q900002"]


def test_newest_incremental_and_index_read_addresses(memory: str, tmp_path: Path) -> None:
    assert kb.convert(memory, tmp_path / "o.db", newest=True).articles == 3
    assert kb.convert(memory, tmp_path / "o.jsonl", incremental=True).reused == 0
    report = kb.convert(memory, tmp_path / "o.jsonl", incremental=True)
    assert (report.reused, report.fingerprint) == (3, kb.build_index(memory, tmp_path / "index").fingerprint)


def test_command_reads_an_address_of_this_machine(article_folder: Path, tmp_path: Path) -> None:
    done = kbarchive("convert", f"file://{article_folder}", str(tmp_path / "o.jsonl"))
    assert done.returncode == 0, done.stderr
    assert [article.id for article in kb.read_jsonl(tmp_path / "o.jsonl")] == ["Q900001", "Q900002", "Q901000"]


@pytest.mark.parametrize("name", ["a.zip", "a.tar.xz"])
def test_archive_by_http(article_folder: Path, tmp_path: Path, server: str, name: str) -> None:
    if name == "a.zip":
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for path in sorted(article_folder.rglob("*.TXT")):
                archive.write(path, path.name)
    else:
        kb.convert(article_folder, tmp_path / "ftp", "ftp")
        with tarfile.open(tmp_path / name, "w:xz") as tar:
            tar.add(tmp_path / "ftp", "txt")
    assert [article.id for article in kb.read(f"{server}/{name}")] == ["Q900001", "Q900002", "Q901000"]


def test_what_is_not_there_is_told_before_anything_is_written(memory: str, server: str, tmp_path: Path) -> None:
    for address in (f"{memory}/nothing", "nonsense://x", f"{server}/nothing.zip", "http://127.0.0.1:1/x"):
        with pytest.raises(SourceError, match=address.replace("?", ".")):
            kb.convert(address, tmp_path / "o.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_damage_is_told_and_the_rest_is_read(memory: str) -> None:
    system = fsspec().filesystem("memory")
    system.pipe("/kb/b.zip", system.cat("/kb/c.zip")[:-30])
    failures: list[Failure] = []
    assert len(list(kb.read(memory, on_failure=failures.append))) == 3
    assert [failure.file for failure in failures] == ["b.zip"]


def test_missing_package_is_told_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'kbarchive\[remote\]'"):
        kb.read("s3://bucket/x")
