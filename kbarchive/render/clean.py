"""What may reach a terminal."""

from __future__ import annotations

import re

# Control characters but line feed and tab (C0, DEL, C1), those that change the direction of text, lone surrogates.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """A text without the characters that steer a terminal; lines and tabs stay."""
    return _UNSAFE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def visible(name: str) -> str:
    """A name, or another line, with whatever cannot be printed as an escape: without it the name would be another file's."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in name)
