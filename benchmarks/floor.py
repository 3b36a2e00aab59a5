"""The floor: the least that any parser of the archive does. Read, decode, and one regex over the paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PARAGRAPH = re.compile(r"(?:[^\n]+\n)+\n*")


def floor(contents: Iterable[bytes]) -> None:
    """Decodes each content and finds its paragraphs."""
    for data in contents:
        for _ in _PARAGRAPH.finditer(data.decode("latin-1")):
            pass
