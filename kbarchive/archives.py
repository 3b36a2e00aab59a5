"""Reads what is packed: compressed files, tars and zips, recognised by their content and never unpacked to disk.

Every function yields entries; damage is an entry too (`Failure`), so that the work goes on behind it.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from typing import IO, Any, BinaryIO, cast

from kbarchive.document import TOO_LARGE, Document, Entry, Failure, Skipped, clean, reason
from kbarchive.errors import MissingExtraError
from kbarchive.extras import zstd
from kbarchive.limits import DEPTH, LARGEST_NAME_HEADER, LARGEST_SKIP, LARGEST_SPOOL, MAX_BYTES
from kbarchive.warcs import WARC_MARK, warc_entries

HEAD = 512
"""The bytes that tell what a file is: one tar header."""

_ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")  # the second is a zip without members
_PROGRAM_MARK = b"MZ"
_FOREIGN_MARKS = {
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "RAR",
    b"MSCF\0\0\0\0": "CAB",
    b"\x1f\x9d": ".Z",
}
_COPIED_AT_ONCE = 2**20


def _open_gzip(stream: BinaryIO) -> IO[bytes]:
    return cast(IO[bytes], gzip.GzipFile(fileobj=stream))


def _open_zstd(stream: BinaryIO) -> IO[bytes]:
    try:
        return cast(IO[bytes], zstd().ZstdFile(stream))
    except MissingExtraError as error:
        raise OSError(str(error)) from None


_COMPRESSIONS: dict[bytes, Callable[[BinaryIO], IO[bytes]]] = {
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"\x5d\x00\x00": lzma.LZMAFile,
    b"\x1f\x8b": _open_gzip,
    b"BZh": bz2.BZ2File,
    b"\x28\xb5\x2f\xfd": _open_zstd,
}
_MARKS = (*_COMPRESSIONS, *_ZIP_MARKS, *_FOREIGN_MARKS, WARC_MARK)


def is_packed(head: bytes) -> bool:
    """Whether a file that begins with these bytes (HEAD of them, or all) is compressed or an archive."""
    return head.startswith(_MARKS) or _is_tar(head)


def archive_entries(stream: BinaryIO, file: str) -> Iterator[Entry]:
    """As `stream_entries`, of a seekable stream: a zip is read in its place."""
    head = stream.read(HEAD)
    stream.seek(0)
    yield from _zip_entries(stream, file, None, DEPTH) if head.startswith(_ZIP_MARKS) else stream_entries(stream, file)


def stream_entries(stream: BinaryIO, file: str, within: str | None = None, depth: int = DEPTH) -> Iterator[Entry]:
    """The documents in a stream, which need not be seekable: the members of a tar, zip or WARC, else the one text it holds.

    It may be a member of another archive, `within`. Archives are read that are nested in it, to a `depth`.
    """
    try:
        head, stream = _peek(stream)
    except OSError as error:
        yield Failure(file, within, reason(error))
        return
    except Exception as error:  # a member that is damaged
        yield Failure(file, within, _damage(error))
        return
    if head.startswith(_ZIP_MARKS):
        with tempfile.TemporaryFile() as spool:  # a zip's directory stands at its end
            try:
                _copy(stream, spool)
            except Exception as error:  # as above
                yield Failure(file, within, _damage(error))
                return
            if spool.tell() > LARGEST_SPOOL:
                size = LARGEST_SPOOL // 2**20
                yield Failure(file, within, f"a zip of more than {size} MB in an archive or a stream; unpack or save it first")
                return
            yield from _zip_entries(spool, file, within, depth)
        return
    for mark, name in _FOREIGN_MARKS.items():
        if head.startswith(mark):
            yield Failure(file, within, f"a {name} archive, which kbarchive cannot read; unpack it first")
            return
    for mark, opener in _COMPRESSIONS.items():
        if head.startswith(mark):
            try:
                head, stream = _peek(cast(BinaryIO, opener(stream)))
            except Exception as error:  # the decompressors raise half a dozen kinds on damaged input
                yield Failure(file, within, _damage(error))
                return
            break
    if _is_tar(head):
        yield from _tar_entries(stream, file, within, depth)
        return
    if head.startswith(WARC_MARK):
        yield from warc_entries(stream, file, within)
        return
    if is_packed(head):  # packed twice
        yield from _nested(stream, file, within, depth)
        return
    try:
        data = stream.read(MAX_BYTES + 1)
    except Exception as error:  # as above
        yield Failure(file, within, _damage(error))
        return
    yield from contents(file, within, data, depth=depth)


def decompressed(stream: BinaryIO) -> BinaryIO:
    """What a stream holds, decompressed where its first bytes say that it is compressed. It need not be seekable.

    Damage is met when it is read, as whatever the decompressor raises.
    """
    head, stream = _peek(stream)
    opener = next((opener for mark, opener in _COMPRESSIONS.items() if head.startswith(mark)), None)
    return cast(BinaryIO, opener(stream)) if opener else stream


def is_hidden(name: str) -> bool:
    """Whether a name with posix separators has a part that begins with a dot (".git", "._Q100.TXT")."""
    return any(part.startswith(".") and part not in (".", "..") for part in name.split("/"))


def document(file: str, member: str | None, data: bytes, state: bytes = b"") -> Document | Failure:
    """The document of these bytes; a failure where they are more than MAX_BYTES."""
    if len(data) > MAX_BYTES:
        return Failure(file, member, TOO_LARGE)
    return Document(file, member, data, state)


def _copy(stream: BinaryIO, spool: IO[bytes]) -> None:
    """Copies a stream, but little more of it than LARGEST_SPOOL."""
    while spool.tell() <= LARGEST_SPOOL and (piece := stream.read(_COPIED_AT_ONCE)):
        spool.write(piece)


def contents(file: str, member: str | None, data: bytes, state: bytes = b"", depth: int = DEPTH) -> Iterator[Entry]:
    """What these bytes of a file that is not packed are: a document, or a program that unpacks itself, with a zip at its end.

    Archives are read that are nested in that, to a `depth`; where it is nested too deep itself, it is a program like others.
    """
    if data.startswith(_PROGRAM_MARK) and depth >= 0 and _holds_zip(data):
        yield from _zip_entries(io.BytesIO(data), file, member, depth)
    else:
        yield document(file, member, data, state)


def _holds_zip(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return bool(archive.namelist())
    except Exception:  # as above; most programs hold none
        return False


def _nested(stream: BinaryIO, file: str, member: str | None, depth: int) -> Iterator[Entry]:
    if depth:
        yield from stream_entries(stream, file, member, depth - 1)
    else:
        yield Failure(file, member, f"an archive nested more than {DEPTH} deep; unpack the outer ones first")


def _member_entries(content: IO[bytes], file: str, member: str, depth: int) -> Iterator[Entry]:
    """What a member is: a document, or all that an archive holds. Damage raises, but where it is that of a nested archive."""
    head = content.read(HEAD)
    if any(head) and is_packed(head):  # nothing but zeros is not worth the name of a tar
        yield from _nested(io.BufferedReader(_Replay(head, cast(BinaryIO, content)), 2**16), file, member, depth)
    else:
        yield from contents(file, member, head + content.read(MAX_BYTES + 1 - len(head)), depth=depth - 1)


def _zip_entries(stream: IO[bytes], file: str, within: str | None, depth: int) -> Iterator[Entry]:
    """The members of a zip in a seekable stream, in the order of its directory."""
    try:
        archive = zipfile.ZipFile(stream)
    except Exception as error:  # zipfile raises BadZipFile, but also struct.error, ValueError and others on damage
        yield Failure(file, within, _damage(error))
        return
    with archive:
        if sum(info.compress_size for info in archive.infolist()) > stream.seek(0, io.SEEK_END):
            yield Failure(file, within, "its members overlap, as those of a zip bomb do; none is read")
            return
        for info in archive.infolist():
            name = clean(info.filename)
            if name.endswith("/") or is_hidden(name):  # a folder; info.is_dir() fails on an empty name
                continue
            member = _inside(within, name)
            if stat.S_ISLNK(info.external_attr >> 16):
                yield Skipped(file, member, "a symbolic link")
            elif info.flag_bits & 1:
                yield Failure(file, member, "encrypted; unpack it with its password first")
            else:
                try:
                    with archive.open(info) as content:
                        yield from _member_entries(content, file, member, depth)
                except Exception as error:  # as above; the next member may be sound
                    yield Failure(file, member, _damage(error))


class _StrictHeader(tarfile.TarInfo):
    """A tar header of which nothing is believed: `tarfile` ends in silence at a damaged or missing header."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _StrictHeader:
        try:
            info = super().frombuf(buf, encoding, errors)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]  # not in typeshed, in tarfile since 3.1
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError("the next header is damaged or missing") from error
        if info.size < 0 or (not info.isfile() and info.size > LARGEST_NAME_HEADER):
            raise tarfile.ReadError(f"a header claims a size of {info.size} bytes")
        return info


def _inside(within: str | None, name: str) -> str:
    return name if within is None else f"{within}/{name}"


def _tar_entries(stream: BinaryIO, file: str, within: str | None, depth: int) -> Iterator[Entry]:
    behind = "at its beginning"
    tar: tarfile.TarFile | None = None
    while True:
        try:
            if tar is None:
                # It holds no file of its own: the stream is its giver's to close.
                tar = tarfile.open(fileobj=stream, mode="r|", tarinfo=_StrictHeader)  # noqa: SIM115
            info = tar.next()
            tar.members.clear()  # type: ignore[attr-defined]  # not in typeshed; every member would be remembered
        except Exception as error:  # tarfile and the decompressors raise many kinds on damage
            yield Failure(file, within, f"{_damage(error)} ({behind}; what follows is lost)")
            return
        if info is None:
            return
        name = clean(info.name)
        member = _inside(within, name)
        behind = f"behind {name}"
        if tar.offset - info.offset_data > LARGEST_SKIP:  # tarfile would skip for hours, even past the end of the file
            yield Failure(file, member, "claims a size beyond belief; what follows is lost")
            return
        if info.isdir() or is_hidden(name):
            continue
        if not info.isreg():
            yield Skipped(file, member, _tar_kind(info))
        else:
            try:
                content = tar.extractfile(info)
                if content is not None:
                    yield from _member_entries(content, file, member, depth)
            except Exception as error:  # as above
                yield Failure(file, member, f"{_damage(error)} (what follows is lost)")
                return


def _tar_kind(info: tarfile.TarInfo) -> str:
    if info.islnk():
        return f"a hard link to {clean(info.linkname)}"
    return "a symbolic link" if info.issym() else "a device, pipe or other special file"


def _is_tar(head: bytes) -> bool:
    if len(head) < HEAD or b"\0" not in head:  # text has no NUL, every tar header has: most files end here
        return False
    try:
        tarfile.TarInfo.frombuf(head[:HEAD], "utf-8", "surrogateescape")
    except tarfile.EOFHeaderError:  # type: ignore[attr-defined]  # only zeros: a tar without members
        return True
    except (tarfile.HeaderError, ValueError):
        return False
    return True


def _damage(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "damaged (RecursionError)"
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno is not None):
        return reason(error)
    return f"damaged or cut short: {reason(error)}"


def _peek(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """The first bytes of a stream, and the same stream from its beginning."""
    head = b""
    while len(head) < HEAD and (more := stream.read(HEAD - len(head))):
        head += more
    return head, io.BufferedReader(_Replay(head, stream), 2**16)


class _Replay(io.RawIOBase):
    """Bytes already taken from a stream, then the stream."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._head[: len(buffer)] if self._head else self._stream.read(len(buffer))
        self._head = self._head[len(data) :]
        buffer[: len(data)] = data
        return len(data)
