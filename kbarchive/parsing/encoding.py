"""Which code the bytes of a file are written in.

ASCII and UTF-8 prove themselves. Of bytes that are neither a page tells in what code they are, as browsers obey it. Others are
weighed: the files of Windows are CP1252, those of MS-DOS, CDs and bulletin boards CP437 (code charts:
https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/).
"""

from __future__ import annotations

import codecs
import re

_FAR = 4096  # how much of a file is looked at for what tells its code
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
_FEWEST_FOR_UTF_16 = 16

_DECLARED = re.compile(rb"<(?:meta|\?xml)\b[^>]{0,400}?\b(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
# Codes of pages, as Python names them: in all of them bytes below 0x80 that are no part of another sign are ASCII.
_CODES = re.compile(
    r"ascii|cp(?:437|85[02]|866|874|932|949|950|125[0-8])|iso8859-[0-9]+|koi8-[ru]|mac-(?:roman|cyrillic)|tis-620"
    r"|gb2312|gbk|gb18030|big5(?:hkscs)?|euc_(?:jp|kr)|shift_jis|iso2022_jp"
)
# Names that stand for more than they say, since Windows and browsers (https://encoding.spec.whatwg.org/#names-and-labels)
# read them so.
_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}


def detect(data: bytes, *, old: bool = False) -> tuple[str, bool]:
    """The code of a file's bytes, and whether it is certain that every byte is read as it was meant.

    The code is "ascii", "utf-8", "utf-16-le", "utf-16-be", "cp1252", "cp437", or that which a page declares, by Python's name,
    in which the bytes are without a fault. `old` tells that the form is of the years of MS-DOS: where nothing else decides,
    its bytes are CP437.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name, True
    if b"\0" in data[:2] and (unmarked := _utf_16_without_mark(data)):
        return unmarked, True
    if data.isascii():
        # This one switches from ASCII by escapes.
        escaped = b"\x1b" in data and _declared(data) == "iso2022_jp" and _reads("iso2022_jp", data)
        return "iso2022_jp" if escaped else "ascii", True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8", True
    declared = _declared(data)
    if declared and declared != "cp1252":
        return (declared, True) if _reads(declared, data) else ("cp1252", False)
    sequences = _SEQUENCE.findall(data)
    strays = sum(map(len, _HIGH.findall(_SEQUENCE.sub(b"", data))))
    if not old and sequences and len(sequences) * 2 >= strays and not _is_double_byte(data):
        return "utf-8", False
    if _is_double_byte(data):
        return "cp1252", False
    if declared:
        return declared, True
    dos, windows = (len(pattern.findall(data)) for pattern in _SIGNS)
    return "cp437" if dos > windows or (old and dos == windows) else "cp1252", True


def _declared(data: bytes) -> str | None:
    """The code that a page declares, by Python's name; None where it is no page, or tells none that pages are in."""
    if not data[:_FAR].lstrip().startswith(b"<"):  # other text may show a declaration
        return None
    match = _DECLARED.search(data, 0, _FAR)
    if not match:
        return None
    told = match[1].decode("ascii", "replace").lower().removeprefix("x-").replace("windows-", "cp")
    try:
        name = codecs.lookup(told).name
    except LookupError:
        return None
    return _MEANT.get(name, name) if _CODES.fullmatch(name) else None


def _reads(name: str, data: bytes) -> bool:
    """Whether bytes are without a fault in a code."""
    try:
        data.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _utf_16_without_mark(data: bytes) -> str | None:
    """The kind of UTF-16 in which every second byte of ASCII is 0; None where not nearly all of them are."""
    head = data[:_FAR]
    for name, signs, zeros in (("utf-16-le", head[::2], head[1::2]), ("utf-16-be", head[1::2], head[::2])):
        if 0 not in signs and len(zeros) >= _FEWEST_FOR_UTF_16 and zeros.count(0) * 10 >= len(zeros) * 9:
            return name
    return None


def _is_double_byte(data: bytes) -> bool:
    """Whether the bytes pair up as those of Big5 do, and are too many different ones to be signs."""
    runs = [data[match.start() : match.end() + (len(match[0]) % 2)] for match in _HIGH.finditer(data)]
    different = {byte for run in runs for byte in run if byte > 0x7F}
    pairs = sum(bool(_BIG5.match(run)) for run in runs)
    return len(different) > _FEWEST_FOR_BIG5 and pairs * 4 >= len(runs) * 3
