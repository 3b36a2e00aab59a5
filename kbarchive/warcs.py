"""Saved web pages: the responses in a WARC file (ISO 28500), read by warcio. A WACZ is a zip that holds such files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from kbarchive.document import TOO_LARGE, Document, Entry, Failure, Skipped, clean, reason
from kbarchive.errors import MissingExtraError
from kbarchive.extras import warcio
from kbarchive.limits import MAX_BYTES

WARC_MARK = b"WARC/"

_PIECE = 2**16


def warc_entries(stream: BinaryIO, file: str, within: str | None) -> Iterator[Entry]:
    """A document for each response; its member is the time of the capture and the address, parted by a space.

    Answers that are no page (redirections, errors) are skipped; requests and other records are nothing.
    """
    behind = ""
    try:
        records = warcio("warcio.archiveiterator").ArchiveIterator(stream)
        records.INC_RECORD = ""  # what it would write to stderr
        wrong = 0
        for record in records:
            if records.err_count > wrong:
                wrong = records.err_count
                yield Failure(file, within, f"the length of a record is wrong ({behind}what follows up to the next is lost)")
            if record.rec_type != "response":
                continue
            headers = record.rec_headers
            member = clean(f"{headers.get_header('WARC-Date')} {headers.get_header('WARC-Target-URI')}")
            member = member if within is None else f"{within}/{member}"
            status = record.http_headers.get_statuscode() if record.http_headers else "200"
            if status != "200":
                yield Skipped(file, member, f"an answer of status {status}")
                continue
            behind = f"behind {member}; "
            data = record.content_stream().read(MAX_BYTES + 1)
            if len(data) > MAX_BYTES:
                yield Failure(file, member, TOO_LARGE)
                continue
            while record.raw_stream.read(_PIECE):
                pass
            if record.raw_stream.limit:
                raise EOFError("the file ends within a record")
            yield Document(file, member, data)
    except MissingExtraError as error:
        yield Failure(file, within, str(error))
    except Exception as error:  # warcio and the decompressors raise many kinds on damage
        yield Failure(file, within, f"damaged or cut short: {reason(error)} ({behind}what follows is lost)")
