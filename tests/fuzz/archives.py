"""Archive readers: zip, tar, WARC, compressed files, and one in another. Damage is told, and nothing is written."""

from __future__ import annotations

import io
import os
import tempfile
from functools import cache

from kbarchive.archives import archive_entries, stream_entries
from kbarchive.document import Document, Entry, Failure, Skipped
from kbarchive.limits import MAX_BYTES
from kbarchive.sources import entries
from tests.fuzz.seeds import small
from tests.fuzz.target import BrokenError, Target
from tests.test_places import warc_of
from tests.test_sources import ARCHIVES, MEMBERS, tar_of, zip_of

_WORDS = [
    b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"ustar\x0000", b"ustar  \x00", b"\x1f\x8b\x08",
    b"BZh9", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"\x5d\x00\x00", b"WARC/1.0\r\n", b"WARC-Type: response\r\n",
    b"Content-Length: 9\r\n", b"HTTP/1.1 200 OK\r\n", b"Content-Encoding: gzip\r\n", b"Transfer-Encoding: chunked\r\n",
    b"../../x", b"/etc/passwd", b"00000000000\x00", b"77777777777\x00", b"\x80\x00\x00\x00\x00\x00\x00\x00", b"\x00" * 512,
    b"30 mtime=1e999999999999999999999\n", b"22 size=99999999999999\n", b"19 path=\xff\xfe\n", b"GNU.sparse.map=0,0,9",
]  # fmt: skip


@cache
def _folder() -> str:
    """Where an input is laid as a file; gone with the process."""
    folder = tempfile.TemporaryDirectory()
    _KEPT.append(folder)
    return folder.name


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def holds(data: bytes) -> None:
    path = os.path.join(_folder(), "a")
    with open(path, "wb") as file:
        file.write(data)
    found = list(entries(path))
    if os.listdir(_folder()) != ["a"]:
        raise BrokenError("something was written", os.listdir(_folder()))
    for entry in found:
        _check(entry)
    # A file is read in its place, a stream as it comes: the same must come of both.
    if found[:1] != [Document(path, None, data)]:
        in_place = list(archive_entries(io.BytesIO(data), "a"))
        streamed = list(stream_entries(io.BytesIO(data), "a"))
        if _documents(in_place) != _documents(streamed) or _documents(in_place) != _documents(found):
            raise BrokenError("a stream and a file give different documents")


def _check(entry: Entry) -> None:
    if not isinstance(entry, Document | Failure | Skipped):
        raise BrokenError("neither a document nor why there is none", entry)
    entry.file.encode()
    (entry.member or "").encode()
    if isinstance(entry, Document) and len(entry.data) > MAX_BYTES:
        raise BrokenError("a document is too large")
    if isinstance(entry, Failure) and (not entry.message or "\n" in entry.message):
        raise BrokenError("a message is none", entry)


def _documents(found: list[Entry]) -> list[tuple[str | None, bytes]]:
    return [(entry.member, entry.data) for entry in found if isinstance(entry, Document)]


def seeds() -> dict[str, list[bytes]]:
    texts = {f"txt/Q{number}.TXT": data for number, data in enumerate(small(), 900001)}
    first = dict(list(texts.items())[:2])
    groups = {kind: [pack(MEMBERS), pack(texts)] for kind, pack in ARCHIVES.items()}
    pages = [("http://a.example/Q900001", "200 OK", data) for data in first.values()]
    groups["warc"] = [warc_of(*pages), warc_of(*pages, ("http://a.example/x", "404 Not Found", b"gone"), packed=True)]
    inner = {"a.zip": zip_of(first), "b.tar.gz": ARCHIVES["tar.gz"](first), "c.warc": warc_of(*pages)}
    groups["nested"] = [tar_of(inner), zip_of(inner), tar_of({"d.zip": zip_of(inner)})]
    return groups


TARGET = Target(seeds, holds, _WORDS, ("kbarchive", "tarfile", "zipfile", "warcio"))
