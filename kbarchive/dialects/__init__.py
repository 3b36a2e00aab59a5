"""The forms in which articles circulated: one small module each, and here the list of them, in the order they are tried."""

from __future__ import annotations

from kbarchive.dialects import ftp, page
from kbarchive.dialects.dialect import Dialect, Field

__all__ = ["DIALECTS", "UNKNOWN", "Dialect", "Field", "recognise"]

DIALECTS: tuple[Dialect, ...] = (ftp.DIALECT, page.DIALECT)

UNKNOWN = Dialect(name="unknown", mark=ftp.DIALECT.mark, fields={})
"""What text is read as that bears the marks of no form: all of it is body."""


def recognise(text: str) -> tuple[Dialect, int]:
    """The dialect of a text by its marks, and where its header begins; (UNKNOWN, 0) where no mark fits."""
    for dialect in DIALECTS:
        start = dialect.find_header(text)
        if start is not None:
            return dialect, start
    return UNKNOWN, 0
