"""Sources: every kind, in order, and what is wrong with them told."""

from __future__ import annotations

import bz2
import gc
import gzip
import io
import lzma
import os
import sys
import tarfile
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from kbarchive import archives, document, sources
from kbarchive.document import Failure, Skipped
from kbarchive.errors import SourceError
from kbarchive.sources import documents
from tests.packing import UNREADABLE, tar_of, zip_of

Packer = Callable[[dict[str, bytes]], bytes]


ARCHIVES: dict[str, Packer] = {
    "tar": tar_of,
    "tar.gz": lambda members: tar_of(members, "w:gz"),
    "tar.bz2": lambda members: tar_of(members, "w:bz2"),
    "tar.xz": lambda members: tar_of(members, "w:xz"),
    "tar.lzma": lambda members: lzma.compress(tar_of(members), lzma.FORMAT_ALONE),
    "zip": zip_of,
}
MEMBERS = {"txt/b.TXT": b"second", "txt/a.TXT": b"first", "txt/.git/config": b"hidden", "._b.TXT": b"hidden"}
EXPECTED = [("txt/b.TXT", b"second"), ("txt/a.TXT", b"first")]


class Told:
    """What the callbacks were told."""

    def __init__(self) -> None:
        self.skipped: list[Skipped] = []
        self.failures: list[Failure] = []

    def read(self, *given: str | Path) -> list[tuple[str, str | None, bytes]]:
        found = documents(*given, on_skip=self.skipped.append, on_failure=self.failures.append)
        return [(each.file, each.member, each.data) for each in found]


@pytest.fixture
def told() -> Told:
    return Told()


def give_stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    class OnlyForward(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation("seek")

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(OnlyForward(data)))


def test_file_is_named_as_given(tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Q1.TXT").write_bytes(b"text")
    monkeypatch.chdir(tmp_path)
    assert told.read("./Q1.TXT") == [("./Q1.TXT", None, b"text")]


def test_folder_is_read_by_name_without_hidden_files(tmp_path: Path, told: Told) -> None:
    for name in ("b/2.TXT", "b/1.TXT", "a.TXT", "c.TXT", ".git/config", "b/.hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    assert [file for file, _, _ in told.read(tmp_path)] == ["a.TXT", "b/1.TXT", "b/2.TXT", "c.TXT"]
    assert not told.failures


@pytest.mark.parametrize("kind", ARCHIVES)
def test_archive_is_known_by_content_not_by_name(tmp_path: Path, told: Told, kind: str) -> None:
    path = tmp_path / "anything.txt"
    path.write_bytes(ARCHIVES[kind](MEMBERS))
    assert told.read(path) == [(str(path), name, data) for name, data in EXPECTED]
    assert told.failures == told.skipped == []


@pytest.mark.parametrize("kind", ARCHIVES)
def test_archive_in_a_folder_is_read_in_its_place(tmp_path: Path, told: Told, kind: str) -> None:
    (tmp_path / "a.TXT").write_bytes(b"a")
    (tmp_path / "b").write_bytes(ARCHIVES[kind](MEMBERS))
    (tmp_path / "c.TXT").write_bytes(b"c")
    found = [(file, member) for file, member, _ in told.read(tmp_path)]
    assert found == [("a.TXT", None), ("b", "txt/b.TXT"), ("b", "txt/a.TXT"), ("c.TXT", None)]


@pytest.mark.parametrize("kind", ARCHIVES)
def test_archive_is_closed(tmp_path: Path, told: Told, kind: str) -> None:
    (tmp_path / "a").write_bytes(ARCHIVES[kind](MEMBERS))
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", ResourceWarning)
        told.read(tmp_path)
        gc.collect()
    assert not [warning for warning in warned if str(tmp_path) in str(warning.message)]


@pytest.mark.parametrize("kind", ARCHIVES)
def test_archive_on_standard_input(told: Told, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    give_stdin(monkeypatch, ARCHIVES[kind](MEMBERS))
    assert told.read("-") == [("-", name, data) for name, data in EXPECTED]


@pytest.mark.parametrize("data", [b"", b"text", b"x" * 200_000])
def test_text_on_standard_input(told: Told, monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    give_stdin(monkeypatch, data)
    assert told.read("-") == [("-", None, data)]


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_text(tmp_path: Path, told: Told, compress: Callable[[bytes], bytes]) -> None:
    (tmp_path / "text").write_bytes(compress(b"text" * 1000))
    assert told.read(tmp_path) == [("text", None, b"text" * 1000)]


@pytest.mark.parametrize("kind", ARCHIVES)
def test_archive_without_members(tmp_path: Path, told: Told, kind: str) -> None:
    (tmp_path / "empty").write_bytes(ARCHIVES[kind]({}))
    assert told.read(tmp_path) == []
    assert not told.failures


@pytest.mark.parametrize("kind", ARCHIVES)
def test_cut_archive_is_told_and_the_work_goes_on(tmp_path: Path, told: Told, kind: str) -> None:
    members = {f"{number}.TXT": os.urandom(20_000) for number in range(20)}
    packed = ARCHIVES[kind](members)
    (tmp_path / "a").write_bytes(packed[: len(packed) // 2])
    (tmp_path / "b.TXT").write_bytes(b"sound")
    found = told.read(tmp_path)
    assert found[-1] == ("b.TXT", None, b"sound")
    assert all(members[member] == data for _, member, data in found[:-1] if member)
    assert len(found) < len(members)
    assert [failure.file for failure in told.failures] == ["a"]


@pytest.mark.parametrize("kind", ARCHIVES)
def test_every_cut_and_every_flipped_byte_of_an_archive_is_survived(tmp_path: Path, told: Told, kind: str) -> None:
    packed = ARCHIVES[kind]({"a.TXT": b"a" * 600, "b.TXT": b"b" * 10})
    path = tmp_path / "packed"
    for place in range(0, len(packed), max(1, len(packed) // 100)):
        for damaged in (packed[:place], packed[:place] + bytes([packed[place] ^ 0xFF]) + packed[place + 1 :]):
            path.write_bytes(damaged)
            told.read(path)


def test_tar_that_ends_between_two_members_is_told(tmp_path: Path, told: Told) -> None:
    # Without its end mark: tarfile itself takes that for the end.
    path = tmp_path / "cut.tar"
    path.write_bytes(tar_of({"a.TXT": b"a", "b.TXT": b"b"})[:1024])
    assert [member for _, member, _ in told.read(path)] == ["a.TXT"]
    assert "behind a.TXT" in told.failures[0].message


def test_tar_with_a_damaged_header_is_told(tmp_path: Path, told: Told) -> None:
    packed = bytearray(tar_of({"a.TXT": b"a", "b.TXT": b"b"}))
    packed[1024:1030] = b"damage"
    (tmp_path / "damaged.tar").write_bytes(packed)
    assert [member for _, member, _ in told.read(tmp_path)] == ["a.TXT"]
    assert len(told.failures) == 1


@pytest.mark.parametrize("size", [-1, 2**40, 2**62])
@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.SYMTYPE])
def test_tar_that_lies_about_a_size_is_told_at_once(tmp_path: Path, told: Told, kind: bytes, size: int) -> None:
    info = tarfile.TarInfo("liar.TXT")
    info.size, info.type = size, kind
    (tmp_path / "liar.tar").write_bytes(tar_of({"a.TXT": b"a"})[:1024] + info.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    assert [member for _, member, _ in told.read(tmp_path)] == ["a.TXT"]
    assert len(told.failures) == 1


def test_links_and_devices_in_a_tar_are_skipped(tmp_path: Path, told: Told) -> None:
    with tarfile.open(tmp_path / "links.tar", "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo(f"kind{kind.decode()}")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert told.read(tmp_path) == []
    assert [entry.member for entry in told.skipped] == ["kind2", "kind1", "kind3", "kind6"]
    assert not told.failures


def test_member_names_reach_no_folder(tmp_path: Path, told: Told) -> None:
    (tmp_path / "evil.tar").write_bytes(tar_of({"../../evil.TXT": b"text", "/abs.TXT": b"text"}))
    assert [member for _, member, _ in told.read(tmp_path)] == ["../../evil.TXT", "/abs.TXT"]
    assert os.listdir(tmp_path) == ["evil.tar"]


def test_tar_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tarfile.TarFile] = []

    class Watched(tarfile.TarFile):
        def next(self) -> tarfile.TarInfo | None:
            opened[:] = [self]
            return super().next()

    monkeypatch.setattr(archives.tarfile, "open", Watched.open)
    path = tmp_path / "many.tar"
    path.write_bytes(tar_of({f"{number}.TXT": b"x" for number in range(50)}))
    assert [len(opened[0].members) for _ in documents(path)] == [0] * 50


def test_encrypted_zip_member_is_told_and_the_next_is_read(tmp_path: Path, told: Told) -> None:
    packed = bytearray(zip_of({"a.TXT": b"a", "b.TXT": b"b"}))
    packed[packed.index(b"PK\x01\x02") + 8] |= 1  # the flag in the directory
    (tmp_path / "locked.zip").write_bytes(packed)
    assert [member for _, member, _ in told.read(tmp_path)] == ["b.TXT"]
    assert [(failure.member, "encrypted" in failure.message) for failure in told.failures] == [("a.TXT", True)]


def test_damaged_zip_member_is_told_and_the_next_is_read(tmp_path: Path, told: Told) -> None:
    packed = bytearray(zip_of({"a.TXT": bytes(range(200)), "b.TXT": b"b"}))
    packed[60] ^= 0xFF
    (tmp_path / "damaged.zip").write_bytes(packed)
    assert [member for _, member, _ in told.read(tmp_path)] == ["b.TXT"]
    assert [failure.member for failure in told.failures] == ["a.TXT"]


@pytest.mark.parametrize(
    ("head", "kind"),
    [(b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a\x07\x00", "RAR"), (b"MSCF\0\0\0\0", "CAB"), (b"\x1f\x9d\x90", ".Z")],
)
def test_archive_that_cannot_be_read_is_told(tmp_path: Path, told: Told, head: bytes, kind: str) -> None:
    (tmp_path / "a").write_bytes(head + bytes(100))
    (tmp_path / "b.zip").write_bytes(zip_of({"inner": head + bytes(100), "a.TXT": b"a"}))
    assert told.read(tmp_path, tmp_path / "a") == [("b.zip", "a.TXT", b"a")]
    message = f"a {kind} archive, which kbarchive cannot read; unpack it first"
    assert [str(failure) for failure in told.failures] == [
        f"a: {message}",
        f"b.zip:inner: {message}",
        f"{tmp_path / 'a'}: {message}",
    ]


def test_zip_that_unpacks_itself(tmp_path: Path, told: Told) -> None:
    program = b"MZ" + bytes(1000) + zip_of({"a.TXT": b"a"})
    (tmp_path / "a.exe").write_bytes(program)
    (tmp_path / "b.gz").write_bytes(gzip.compress(program))
    (tmp_path / "c.zip").write_bytes(zip_of({"c.exe": program}))
    (tmp_path / "d.exe").write_bytes(b"MZ" + bytes(1000))
    found = [(file, member) for file, member, _ in told.read(tmp_path)]
    assert found == [("a.exe", "a.TXT"), ("b.gz", "a.TXT"), ("c.zip", "c.exe/a.TXT"), ("d.exe", None)]
    assert not told.failures


def test_zip_in_a_stream_is_not_kept_without_limit(tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST_SPOOL", 2**20)
    read = []

    class Bomb(io.RawIOBase):
        def readinto(self, buffer: bytearray) -> int:
            read.append(len(buffer))
            return len(buffer)

        def readable(self) -> bool:
            return True

    (failure,) = archives.stream_entries(io.BufferedReader(archives._Replay(b"PK\x03\x04", Bomb())), "bomb")
    assert str(failure) == "bomb: a zip of more than 1 MB in an archive or a stream; unpack or save it first"
    assert sum(read) < 4 * 2**20
    (tmp_path / "a.zip").write_bytes(zip_of({"big": os.urandom(2**21)}))  # in its place a zip may be of any size
    assert told.read(tmp_path)
    (tmp_path / "b.gz").write_bytes(gzip.compress((tmp_path / "a.zip").read_bytes()))
    told.read(tmp_path)
    assert [failure.file for failure in told.failures] == ["b.gz"]


@pytest.mark.parametrize("kind", ["file", "compressed", *ARCHIVES])
def test_too_large_is_told_and_not_read(tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    for module in (archives, document, sources):
        monkeypatch.setattr(module, "MAX_BYTES", 100_000)
    bomb = bytes(100_001)
    packed = {"file": lambda: b"x" * 100_001, "compressed": lambda: gzip.compress(b"x" * 100_001)}.get(
        kind, lambda: ARCHIVES[kind]({"bomb": bomb, "a.TXT": b"a"})
    )()
    (tmp_path / "big").write_bytes(packed)
    assert [member for _, member, _ in told.read(tmp_path)] == (["a.TXT"] if kind in ARCHIVES else [])
    assert ["larger than" in failure.message for failure in told.failures] == [True]


def test_links_in_a_folder(tmp_path: Path, told: Told) -> None:
    folder = tmp_path / "folder"
    (folder / ".hidden").mkdir(parents=True)
    for path in (folder / "a.TXT", folder / ".hidden" / "x", tmp_path / "folder.TXT"):
        path.write_bytes(b"a")
    leads = {"b": "a.TXT", "c": ".", "d": "nowhere", "e": "e", "f": "a.TXT/x", "g": ".hidden/x", "h": "../folder.TXT", "i": "h"}
    for name, target in leads.items():
        (folder / name).symlink_to(target)
    assert [file for file, _, _ in told.read(folder)] == ["a.TXT", "g", "h", "i"]
    assert [str(entry) for entry in told.skipped] == [
        "b: a symbolic link to a file of the same folder",
        "c: a symbolic link to a folder",
        *(f"{name}: a symbolic link that leads nowhere" for name in "def"),
    ]
    assert not told.failures
    (tmp_path / "link").symlink_to("folder")  # a source itself is followed
    assert [file for file, _, _ in told.read(tmp_path / "link", folder / "b")] == ["a.TXT", "g", "h", "i", str(folder / "b")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a platform without named pipes")
def test_pipe_in_a_folder_is_skipped(tmp_path: Path, told: Told) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert told.read(tmp_path) == []
    assert [entry.file for entry in told.skipped] == ["pipe"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_that_are_no_utf8_come_out_as_text(tmp_path: Path, told: Told) -> None:
    folder = os.fsencode(tmp_path)
    with open(os.path.join(folder, b"caf\xe9.TXT"), "wb") as stream:
        stream.write(b"text")
    (tmp_path / "z.tar").write_bytes(tar_of({os.fsdecode(b"na\xefve.TXT"): b"text"}))
    assert told.read(tmp_path) == [("caf\ufffd.TXT", None, b"text"), ("z.tar", "na\ufffdve.TXT", b"text")]


def test_missing_source_is_told_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere"):
        documents(tmp_path, tmp_path / "nowhere")


@pytest.mark.parametrize("given", [[], ["-", "-"], ["nul\0"]])
def test_impossible_sources(given: list[str]) -> None:
    with pytest.raises(SourceError):
        documents(*given)


def test_closed_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SourceError, match="closed"):
        documents("-")


def test_failure_without_a_listener_raises(tmp_path: Path) -> None:
    (tmp_path / "broken").write_bytes(UNREADABLE)
    with pytest.raises(SourceError, match="broken"):
        list(documents(tmp_path))


def test_documents_are_read_when_asked_for(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_text(name)
    stream = documents(tmp_path)
    next(stream)
    (tmp_path / "b").write_text("changed")
    assert next(stream).data == b"changed"
