"""What a source gives: documents, and what is told about files that give none."""

from __future__ import annotations

import msgspec

from kbarchive.limits import MAX_BYTES

_MESSAGE_LENGTH = 300


class Document(msgspec.Struct, frozen=True):
    """One file or member and its bytes.

    `file` is the file as given or relative to the folder given, with posix separators; `member` is the member of an
    archive or None. Both are text that can be encoded as UTF-8. `state` tells how the file was when it was read, where that
    was asked for (see `kbarchive.states`).
    """

    file: str
    member: str | None
    data: bytes
    state: bytes = b""


class Unread(msgspec.Struct, frozen=True):
    """A document that was not read, since its file, at `path`, is in a state in which it was read before.

    `size` is in bytes, `digest` the SHA-256 of what it holds.
    """

    file: str
    path: str
    size: int
    digest: bytes
    state: bytes


class Failure(msgspec.Struct, frozen=True):
    """A file or member that could not be read, or on which kbarchive itself failed, and why."""

    file: str
    member: str | None
    message: str

    def __str__(self) -> str:
        return f"{place(self.file, self.member)}: {self.message}"


class Skipped(msgspec.Struct, frozen=True):
    """A file or member that is no article, and what it is instead."""

    file: str
    member: str | None
    reason: str

    def __str__(self) -> str:
        return f"{place(self.file, self.member)}: {self.reason}"


Entry = Document | Failure | Skipped

TOO_LARGE = f"larger than {MAX_BYTES // 2**20} MB, so no file of articles"


def place(file: str, member: str | None) -> str:
    """How people are told of a document: the file, and the member behind a colon."""
    return file if member is None else f"{file}:{member}"


def clean(name: str) -> str:
    """A file name as text: each byte that is no UTF-8 (a lone surrogate in Python's spelling) becomes U+FFFD."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if _has_surrogate(name) else name


def reason(error: BaseException) -> str:
    """What an exception says, short and in one line, for messages."""
    if isinstance(error, MemoryError):
        return "there is not enough memory for it"
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
    text = clean(" ".join(text.split()))
    return text if len(text) <= _MESSAGE_LENGTH else text[:_MESSAGE_LENGTH] + "..."


def _has_surrogate(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
