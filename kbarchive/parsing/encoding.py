"""Which code the bytes of a file are written in.

ASCII and UTF-8 prove themselves. Bytes that are neither are weighed: the files of Windows are CP1252, those of MS-DOS, CDs and
bulletin boards CP437 (code charts: https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/).
"""

from __future__ import annotations

import codecs
import re

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]+")

# Undefined in CP1252, letters in CP437.
_ONLY_CP437 = rb"\x81\x8d\x8f\x90\x9d"
_SIGNS = (
    # Letters of CP437 within words, which in CP1252 are signs there (but for 0xA0, a blank); lines and blocks of drawings.
    re.compile(
        rb"[%s]|[A-Za-z][\x80-\x84\x86-\x90\x93-\x9a\xa1-\xa5][a-z]|[\xb3-\xdf]{3}|[ |][\xb3\xba\xdb][ |]" % _ONLY_CP437
    ),
    # Letters of CP1252 within words; quotation marks, dashes and bullets; signs that stand alone.
    re.compile(rb"[A-Za-z][\xc0-\xff][a-z]|[\x91-\x94\x96\x97\x85\x95\x99][\sA-Za-z]|[ \n][\xa0\xa7\xb6\xb7]|[\xa9\xae]"),
)
_BIG5 = re.compile(rb"(?:[\xa1-\xf9][\x40-\x7e\xa1-\xfe])+\Z")
_FEWEST_FOR_BIG5 = 4


def detect(data: bytes, *, old: bool = False) -> tuple[str, bool]:
    """The code of a file's bytes, and whether it is certain that every byte is read as it was meant.

    The code is "ascii", "utf-8", "utf-16-le", "utf-16-be", "cp1252" or "cp437". `old` tells that the form is of the years of
    MS-DOS: where nothing else decides, its bytes are CP437.
    """
    for mark, name in _MARKS:
        if data.startswith(mark) and not (name.startswith("utf-16") and len(data) % 2):
            return name, True
    if data.isascii():
        return "ascii", True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8", True
    sequences = _SEQUENCE.findall(data)
    strays = sum(map(len, _HIGH.findall(_SEQUENCE.sub(b"", data))))
    if not old and sequences and len(sequences) * 2 >= strays and not _is_double_byte(data):
        return "utf-8", False
    if _is_double_byte(data):
        return "cp1252", False
    dos, windows = (len(pattern.findall(data)) for pattern in _SIGNS)
    return "cp437" if dos > windows or (old and dos == windows) else "cp1252", True


def _is_double_byte(data: bytes) -> bool:
    """Whether the bytes pair up as those of Big5 do, and are too many different ones to be signs."""
    runs = [data[match.start() : match.end() + (len(match[0]) % 2)] for match in _HIGH.finditer(data)]
    different = {byte for run in runs for byte in run if byte > 0x7F}
    pairs = sum(bool(_BIG5.match(run)) for run in runs)
    return len(different) > _FEWEST_FOR_BIG5 and pairs * 4 >= len(runs) * 3
