"""Where archives really lie: git repositories, archives in archives, saved pages; and the fingerprint of it all."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

import kbarchive
from kbarchive.checking import check
from kbarchive.document import Failure, Skipped
from kbarchive.errors import SourceError
from kbarchive.extras import pyarrow
from kbarchive.sources import documents
from tests.packing import tar_of, tgz_of, zip_of

Article = Callable[..., bytes]


def git(folder: Path, *arguments: str) -> None:
    names = {f"GIT_{who}_{what}": "x@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, env={**os.environ, **names})  # noqa: S607


@pytest.fixture
def repository(article_folder: Path, make_article: Article) -> Path:
    """A repository with the folder `txt`, whose first revision is `one`, and a bare clone of it beside."""
    top = article_folder.parent
    (article_folder / "900" / "link.TXT").symlink_to("Q900001.TXT")
    (article_folder / "more.zip").write_bytes(zip_of({"Q900100.TXT": make_article(900100)}))
    (top / "notes.TXT").write_bytes(make_article(900999))
    git(top, "init", "-q")
    git(top, "add", "txt", "notes.TXT")
    git(top, "commit", "-q", "-m", "one")
    git(top, "tag", "one")
    (article_folder / "900" / "Q900001.TXT").write_bytes(make_article(900001, "Another Title"))
    git(top, "commit", "-q", "-a", "-m", "two")
    git(top, "clone", "-q", "--bare", ".", "bare.git")
    return top


@pytest.mark.parametrize("place", [".", "bare.git"])
def test_revision_of_a_repository_is_read_like_its_folder(repository: Path, place: str) -> None:
    skipped: list[Skipped] = []
    articles = list(kbarchive.read(f"{repository / place}@HEAD", on_skip=skipped.append))
    assert [entry.file for entry in skipped] == ["900/link.TXT", "readme.md"]
    (repository / "txt" / "900" / "link.TXT").unlink()
    assert articles == list(kbarchive.read(repository / "txt"))
    old = list(kbarchive.read(f"{repository / place}@one"))
    assert [article.title for article in old if article not in articles] == ["A Made-Up Article"]


def test_folder_of_a_revision_can_be_named(repository: Path) -> None:
    assert [article.id for article in kbarchive.read(f"{repository}@one:txt/901")] == ["Q901000"]
    assert "Q900999" in {article.id for article in kbarchive.read(f"{repository}@one:")}


@pytest.mark.parametrize("revision", ["nope", "one:nope", "-x", "--all", "one:notes.TXT", ""])
def test_revision_that_is_not_there_is_told_at_once(repository: Path, revision: str) -> None:
    with pytest.raises(SourceError, match="REPO@REV"):
        kbarchive.read(f"{repository}@{revision}")


@pytest.mark.parametrize("revision", ["@", "HEAD@{0}", "team@home", "team@home:txt"])
def test_revision_may_have_the_sign_itself(repository: Path, revision: str) -> None:
    git(repository, "branch", "team@home")
    assert list(kbarchive.read(f"{repository}@{revision}")) == list(kbarchive.read(f"{repository}@HEAD"))


def test_folder_that_a_repository_has_lost_is_told(repository: Path, make_article: Article) -> None:
    (repository / "txt" / "902").mkdir()
    (repository / "txt" / "902" / "Q902000.TXT").write_bytes(make_article(902000))
    git(repository, "add", "txt")
    git(repository, "commit", "-q", "-m", "three")
    whole = [article.id for article in kbarchive.read(f"{repository}@HEAD")]
    done = subprocess.run(["git", "-C", repository, "rev-parse", "HEAD:txt/902"], check=True, capture_output=True, text=True)  # noqa: S607
    (repository / ".git" / "objects" / done.stdout[:2] / done.stdout[2:].strip()).unlink()
    failures: list[Failure] = []
    assert [article.id for article in kbarchive.read(f"{repository}@HEAD", on_failure=failures.append)] == whole[
        : whole.index("Q902000")
    ]
    assert ["a folder is missing" in failure.message for failure in failures] == [True]


def test_folder_with_an_at_is_a_folder(article_folder: Path) -> None:
    article_folder.rename(article_folder.with_name("txt@1999"))
    assert len(list(kbarchive.read(article_folder.with_name("txt@1999")))) == 3


# Archives in archives


@pytest.mark.parametrize("outer", [zip_of, tar_of, tgz_of])
@pytest.mark.parametrize("inner", [zip_of, tar_of, tgz_of])
def test_archives_in_archives_are_read_in_their_place(
    tmp_path: Path, outer: Callable[..., bytes], inner: Callable[..., bytes]
) -> None:
    (tmp_path / "o").write_bytes(outer({"a": b"a", "d/i": inner({"x": b"x", "y.gz": gzip.compress(b"y")}), "z": b"z"}))
    read = [(document.member, document.data) for document in documents(tmp_path / "o")]
    assert read == [("a", b"a"), ("d/i/x", b"x"), ("d/i/y.gz", b"y"), ("z", b"z")]


def test_archives_are_not_read_to_any_depth(tmp_path: Path) -> None:
    data = b"x"
    for _ in range(5):
        data = zip_of({"i": data, "a": b"a"})
    (tmp_path / "o.zip").write_bytes(data)
    failures: list[Failure] = []
    read = [document.member for document in documents(tmp_path / "o.zip", on_failure=failures.append)]
    assert read == ["i/i/i/a", "i/i/a", "i/a", "a"]
    assert [(failure.member, failure.message) for failure in failures] == [
        ("i/i/i/i", "an archive nested more than 3 deep; unpack the outer ones first")
    ]


@pytest.mark.parametrize("outer", [zip_of, tar_of])
def test_damaged_archive_in_an_archive_is_told_and_the_rest_is_read(tmp_path: Path, outer: Callable[..., bytes]) -> None:
    inner = tgz_of({name: os.urandom(200_000) for name in "xy"})
    (tmp_path / "o").write_bytes(outer({"i": inner[:-100_000], "z": b"z"}))
    failures: list[Failure] = []
    read = [document.member for document in documents(tmp_path / "o", on_failure=failures.append)]
    assert read == ["i/x", "z"]
    assert len(failures) == 1
    assert "damaged or cut short" in failures[0].message


def test_git_that_ends_before_it_was_asked_is_told(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "bin").mkdir()
    script = f'#!/bin/sh\ncase "$*" in *--batch*) exit 1;; esac\nexec "{shutil.which("git")}" "$@"\n'
    (repository / "bin" / "git").write_text(script)
    (repository / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(repository / "bin"), prepend=os.pathsep)
    failures: list[Failure] = []
    assert list(kbarchive.read(f"{repository}@HEAD", on_failure=failures.append, on_skip=lambda _: None)) == []
    assert "git ended early" in failures[-1].message or "try git fsck" in failures[-1].message


def test_a_repository_runs_no_program(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Its settings may name one that is to bring what is missing."""
    bare = repository / "bare.git"
    git(bare, "config", "extensions.partialClone", "elsewhere")
    git(bare, "config", "remote.elsewhere.url", "..")
    git(bare, "config", "remote.elsewhere.promisor", "true")
    git(bare, "config", "remote.elsewhere.uploadpack", f"touch {repository}/ran; false")
    id_of = subprocess.run(["git", "-C", bare, "rev-parse", "HEAD:notes.TXT"], capture_output=True, check=True).stdout  # noqa: S607
    missing = id_of.decode().strip()
    (bare / "objects" / missing[:2] / missing[2:]).unlink()
    failures: list[Failure] = []
    articles = list(kbarchive.read(f"{bare}@HEAD:", on_failure=failures.append, on_skip=lambda _: None))
    assert not (repository / "ran").exists()
    assert len(articles) == 4
    assert [str(failure) for failure in failures] == [
        "notes.TXT: missing from the repository, or damaged; try git fsck",
    ]
    assert capfd.readouterr().err == ""


# Saved pages


def warc_of(*pages: tuple[str, str, bytes], packed: bool = False) -> bytes:
    stream = io.BytesIO()
    writer = WARCWriter(stream, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("x", {"software": "made up"}))
    for address, status, data in pages:
        headers = StatusAndHeaders(status, [("Content-Type", "text/plain")], protocol="HTTP/1.0")
        request = StatusAndHeaders("GET / HTTP/1.0", [], is_http_request=True)
        told = {"WARC-Date": "1999-05-12T10:00:00Z"}
        for kind, payload, http in (("request", b"", request), ("response", data, headers)):
            writer.write_record(
                writer.create_warc_record(address, kind, io.BytesIO(payload), http_headers=http, warc_headers_dict=told)
            )
    return stream.getvalue()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", ["warc", "wacz"])
def test_saved_pages_are_read_with_time_and_address(tmp_path: Path, make_article: Article, kind: str, packed: bool) -> None:
    pages = [("http://example.org/1", "200 OK", make_article(900001)), ("http://example.org/2", "404 Not Found", b"no")]
    data = warc_of(*pages, packed=packed)
    within = ""
    if kind == "wacz":
        data, within = zip_of({"archive/data.warc.gz": data, "datapackage.json": b"{}"}), "archive/data.warc.gz/"
    (tmp_path / "saved").write_bytes(data)
    skipped: list[Skipped] = []
    (article,) = kbarchive.read(tmp_path / "saved", on_skip=skipped.append)
    assert article.id == "Q900001"
    assert article.source.member == f"{within}1999-05-12T10:00:00Z http://example.org/1"
    assert skipped[0].reason == "an answer of status 404"


def test_cut_warc_is_told(tmp_path: Path, make_article: Article) -> None:
    pages = [
        (f"http://example.org/{number}", "200 OK", make_article(900000 + number, os.urandom(20_000).hex()))
        for number in range(20)
    ]
    data = warc_of(*pages, packed=True)
    (tmp_path / "cut.warc.gz").write_bytes(data[: len(data) // 2])
    failures: list[Failure] = []
    articles = list(kbarchive.read(tmp_path / "cut.warc.gz", on_failure=failures.append))
    assert 3 < len(articles) < 15
    assert len(failures) == 1
    assert "damaged or cut short" in failures[0].message


def test_warc_that_is_cut_within_a_page_is_told(tmp_path: Path, make_article: Article) -> None:
    pages = [(f"http://example.org/{number}", "200 OK", make_article(number)) for number in (900001, 900002)]
    (tmp_path / "cut.warc").write_bytes(warc_of(*pages)[:-50])
    failures: list[Failure] = []
    assert [article.id for article in kbarchive.read(tmp_path / "cut.warc", on_failure=failures.append)] == ["Q900001"]
    assert len(failures) == 1
    assert "the file ends within a record" in failures[0].message


def test_warc_with_a_wrong_length_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What warcio says of it on standard error is not for people."""
    pages = [(f"http://example.org/{number}", "200 OK", b"a page " * 20 + b"\n") for number in range(3)]
    (tmp_path / "wrong.warc").write_bytes(warc_of(*pages).replace(b"Content-Length: 186", b"Content-Length: 106", 1))
    failures: list[Failure] = []
    found = list(documents(tmp_path / "wrong.warc", on_failure=failures.append))
    assert [len(document.data) for document in found] == [61, 141, 141]
    assert ["the length of a record is wrong" in failure.message for failure in failures] == [True]
    assert capfd.readouterr().err == ""


# The fingerprint


def test_fingerprint_is_of_the_documents_not_of_what_they_are_packed_in(tmp_path: Path, make_article: Article) -> None:
    members = {f"Q{number}.TXT": make_article(number) for number in range(900001, 900004)}
    (tmp_path / "a.zip").write_bytes(zip_of(members))
    (tmp_path / "b.tar").write_bytes(tar_of(dict(reversed(members.items()))))
    (tmp_path / "c.tar").write_bytes(tar_of(members | {"Q900003.TXT": make_article(900003, "Another")}))
    one, two, three = (kbarchive.convert(tmp_path / name, tmp_path / "o.jsonl") for name in ("a.zip", "b.tar", "c.tar"))
    assert one.fingerprint == two.fingerprint != three.fingerprint
    digests = [int(hashlib.sha256(data).hexdigest(), 16) for data in members.values()]
    assert one.fingerprint == f"{sum(digests) % 2**256:064x}"


def test_exports_have_the_fingerprint(article_folder: Path, tmp_path: Path) -> None:
    report = kbarchive.convert(article_folder, tmp_path / "o.db")
    with closing(sqlite3.connect(tmp_path / "o.db")) as database:
        assert list(database.execute("SELECT * FROM input")) == [(report.documents, report.bytes, report.fingerprint)]
    kbarchive.convert(article_folder, tmp_path / "o.parquet")
    metadata = pyarrow("pyarrow.parquet").read_metadata(tmp_path / "o.parquet").metadata
    assert metadata[b"kbarchive.fingerprint"].decode() == report.fingerprint
    assert check(article_folder).fingerprint == report.fingerprint
