"""Full and read-only disks, damaged and hostile archives: a clear message, nothing lost, nothing written outside."""

from __future__ import annotations

import filecmp
import gzip
import io
import json
import lzma
import os
import shutil
import struct
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import kbarchive

COMMAND = f"{sys.executable} -m kbarchive.cli.main convert"
Article = Callable[..., bytes]


def on_small_disk(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Runs a script in a folder where `disk` is a file system of its own, of one megabyte, that nobody else sees."""
    (folder / "disk").mkdir(exist_ok=True)
    script = f"mount -t tmpfs -o size=1m tmpfs disk && exec sh -c '{script}'"
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def _has_small_disks(folder: Path) -> bool:
    return bool(shutil.which("unshare")) and on_small_disk(folder, "true").returncode == 0


@pytest.fixture
def source(tmp_path: Path, make_article: Article) -> Path:
    if not _has_small_disks(tmp_path):
        pytest.skip("a system without mounts for users")
    folder = tmp_path / "txt"
    folder.mkdir()
    for number in range(900001, 901201):
        (folder / f"Q{number}.TXT").write_bytes(make_article(number))
    return folder


@pytest.mark.parametrize("name", ["o.jsonl", "o.jsonl.gz", "o.json", "o.csv", "o.parquet", "o.db", "o"])
def test_full_disk(source: Path, tmp_path: Path, name: str) -> None:
    fill = "head -c 1040000 /dev/zero > disk/other"
    done = on_small_disk(tmp_path, f"{fill}; {COMMAND} txt disk/{name} -q; echo $?; ls -A disk")
    code, *left = done.stdout.split()
    assert code == "2"
    assert f"kbarchive: error: cannot write disk/{name}: " in done.stderr
    assert ("No space left on device" in done.stderr) or ("disk is full" in done.stderr)
    assert "Traceback" not in done.stderr
    assert set(left) <= {"other", f".{name}.kbarchive-journal"}


@pytest.mark.parametrize("name", ["o.jsonl", "o.db", "o"])
def test_full_disk_loses_nothing_and_can_be_gone_on_with(source: Path, tmp_path: Path, name: str) -> None:
    room = "mount -o remount,size=50m disk"
    run = f"{COMMAND} txt disk/{name} --jobs 1"
    done = on_small_disk(tmp_path, f"{run} -q; {room}; {run} --resume; cp -r disk/{name} .")
    assert "give the same command with --resume" in done.stderr
    assert "were done before" in done.stderr
    kbarchive.convert(source, tmp_path / f"once-{name}")
    if name == "o":
        files = [path.relative_to(tmp_path / "once-o") for path in (tmp_path / "once-o").rglob("*.json")]
        assert filecmp.cmpfiles(tmp_path / "o", tmp_path / "once-o", files, shallow=False) == (files, [], [])
    elif name == "o.jsonl":
        assert (tmp_path / name).read_bytes() == (tmp_path / f"once-{name}").read_bytes()
    else:
        assert (tmp_path / name).read_bytes()[:16] == b"SQLite format 3\0"


def test_full_disk_leaves_the_old_target(source: Path, tmp_path: Path) -> None:
    done = on_small_disk(tmp_path, f"echo old > disk/o.jsonl; {COMMAND} txt disk/o.jsonl -q; cat disk/o.jsonl")
    assert done.stdout == "old\n"


@pytest.mark.parametrize("name", ["o.jsonl", "o.db", "o", "o.parquet"])
def test_read_only_target(source: Path, tmp_path: Path, name: str) -> None:
    done = on_small_disk(tmp_path, f"mount -o remount,ro disk; {COMMAND} txt disk/{name} -q; echo $?")
    assert done.stdout == "2\n"
    assert done.stderr == f"kbarchive: error: cannot write disk/{name}: Read-only file system\n"


# Archives


def tar_of(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, linkname: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, linkname
    return info


def convert(source: Path, target: Path) -> tuple[kbarchive.Report, list[str]]:
    report = kbarchive.convert(source, target, jobs=2)
    return report, [str(failure) for failure in report.failures]


def test_hostile_tar_writes_nothing_outside(tmp_path: Path, make_article: Article) -> None:
    place = tmp_path / "place"
    place.mkdir()
    article = make_article(900001)
    nameless = article.replace(b"DOCUMENT:Q900001", b"DOCUMENT:Q")
    outside = tmp_path / "outside"
    hostile = tar_of(
        place / "h.tar",
        (member(f"{outside}/Q900001.TXT"), article),
        (member("../../outside/Q900001.TXT"), nameless),
        (member("dir", tarfile.SYMTYPE, str(tmp_path)), b""),
        (member("dir/evil.TXT"), nameless),
        (member("hard", tarfile.LNKTYPE, "/etc/passwd"), b""),
        (member("device", tarfile.CHRTYPE), b""),
        (member("\x1b[31m\n.TXT"), nameless),
        (member("x" * 5000 + ".TXT"), nameless),
    )
    report, failures = convert(hostile, place / "out")
    assert (report.articles, failures) == (5, [])
    assert [entry.member for entry in report.skipped_first] == ["dir", "hard", "device"]
    assert os.listdir(tmp_path) == ["place"]
    assert sorted(os.listdir(place)) == ["h.tar", "out"]
    written = [path for path in (place / "out").rglob("*") if not path.is_dir()]
    assert len(written) == 5
    assert all(path.resolve().is_relative_to(place / "out") and path.is_file() for path in written)


def test_bombs_and_one_endless_line_are_told_and_the_rest_is_read(tmp_path: Path, make_article: Article) -> None:
    size = 300 * 2**20
    with gzip.open(tmp_path / "bomb.tar.gz", "wb", 1) as packed, tarfile.open(fileobj=packed, mode="w|") as archive:
        for name, data in (("a.TXT", None), ("Q900001.TXT", make_article(900001))):
            info = tarfile.TarInfo(name)
            info.size = len(data) if data else size
            archive.addfile(info, io.BytesIO(data) if data else _Endless(b"DOCUMENT:Q1 one line "))
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
        with bomb.open("a.TXT", "w") as stream:
            for _ in range(100):
                stream.write(bytes(2**20))
        bomb.writestr("Q900002.TXT", make_article(900002))
    with lzma.open(tmp_path / "bomb.xz", "wb", preset=0) as packed:
        for _ in range(100):
            packed.write(b"x" * 2**20)
    report, failures = convert(tmp_path, tmp_path / "out.jsonl")
    assert failures == [
        f"{name}: larger than 64 MB, so no file of articles" for name in ("bomb.tar.gz:a.TXT", "bomb.xz", "bomb.zip:a.TXT")
    ]
    assert report.articles == 2


class _Endless(io.RawIOBase):
    def __init__(self, text: bytes) -> None:
        self._text = text * 2000

    def read(self, size: int = -1) -> bytes:
        return (self._text * (size // len(self._text) + 1))[:size]


def test_zip_with_members_that_overlap_is_a_bomb(tmp_path: Path, make_article: Article) -> None:
    path = tmp_path / "overlap.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.TXT", os.urandom(100_000))
    data = path.read_bytes()
    start = data.index(b"PK\x01\x02")
    entry, end = data[start : data.index(b"PK\x05\x06")], data[data.index(b"PK\x05\x06") :]
    count = 1000
    end = end[:8] + struct.pack("<HHI", count, count, len(entry) * count) + end[16:]
    path.write_bytes(data[:start] + entry * count + end)
    (tmp_path / "Q900001.TXT").write_bytes(make_article(900001))
    report, failures = convert(tmp_path, tmp_path / "out.jsonl")
    assert failures == ["overlap.zip: its members overlap, as those of a zip bomb do; none is read"]
    assert report.articles == 1


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "tar.xz", "zip"])
def test_cut_archive_gives_what_is_before_the_cut(tmp_path: Path, make_article: Article, kind: str) -> None:
    articles = [(f"Q{number}.TXT", make_article(number, f"{os.urandom(200).hex()}")) for number in range(900001, 900401)]
    path = tmp_path / f"cut.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in articles:
                archive.writestr(name, data)
    else:
        tar = tar_of(tmp_path / "whole", *((member(name), data) for name, data in articles)).read_bytes()
        (tmp_path / "whole").unlink()
        path.write_bytes({"tar": bytes, "tar.gz": gzip.compress, "tar.xz": lzma.compress}[kind](tar))
    os.truncate(path, path.stat().st_size * 2 // 3)
    (tmp_path / "later.TXT").write_bytes(make_article(900500))
    report, failures = convert(tmp_path, tmp_path / "out.jsonl")
    assert len(failures) == 1
    assert failures[0].startswith(f"cut.{kind}:")
    assert "damaged or cut short" in failures[0]
    assert report.articles >= (1 if kind == "zip" else 200)  # a zip's directory stands at its end
    assert "Q900500" in {article.id for article in kbarchive.read_jsonl(tmp_path / "out.jsonl")}


def test_stream_that_ends_early_is_told(tmp_path: Path, make_article: Article) -> None:
    tar = tar_of(tmp_path / "w.tar", *((member(f"Q{n}.TXT"), make_article(n)) for n in range(900001, 900100))).read_bytes()
    done = subprocess.run(
        [*COMMAND.split(), "-", "out.jsonl"], input=gzip.compress(tar)[:-500], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"failed: -:" in done.stderr
    assert b"damaged or cut short" in done.stderr
    assert all(json.loads(line)["id"] for line in (tmp_path / "out.jsonl").open())
