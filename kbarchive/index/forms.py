"""The forms in which a stem was written: *allowed* and *allows* share a term, and are told apart by a number at each position.

Number 0 is the stem itself; 254 stands for all further forms of a stem with very many; 255 for what is no word of its own:
parts of words, and wholes. A position of the index is kept with the number of its form in the upper byte.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from kbarchive.index.files import OpenFile, Storage

SHIFT = 24
_OTHERS = 254

PART = 255
"""The number of a term that is only a part of a word, or stands for several."""

_NAME = "forms"
_LEVEL = 1


class Forms:
    """Gives numbers to forms, in the order in which they are first met."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, dict[bytes, int]] = {}

    def number(self, stem: bytes, form: bytes) -> int:
        """The number of a form of a stem."""
        if form == stem:
            return 0
        numbers = self._numbers.setdefault(stem, {})
        return numbers.setdefault(form, min(len(numbers) + 1, _OTHERS))

    def write(self, storage: Any) -> None:
        """Writes the table beside a shard: a line a stem, the stem and then its forms by number, in zlib's form."""
        lines = (b" ".join((stem, *forms)) for stem, forms in sorted(self._numbers.items()))
        text = zlib.compress(b"\n".join(lines), _LEVEL)
        file = storage.create_file(_NAME)
        file.write(text)
        file.close()


def open_file(storage: Storage) -> OpenFile:
    """The file, to be read later."""
    return OpenFile(storage, _NAME)


class FormTable:
    """The table that was written, in which a query looks up the few stems that it has; raises zlib.error on damaged bytes."""

    def __init__(self, data: bytes) -> None:
        self._lines = b"\n" + zlib.decompress(data) + b"\n"
        self._found: dict[bytes, Mapping[bytes, int]] = {}

    def numbers(self, stem: bytes) -> Mapping[bytes, int]:
        """The numbers of the forms of a stem, but for its own, which is 0; empty where it has no others."""
        if stem not in self._found:
            start = self._lines.find(b"\n" + stem + b" ") + 1
            line = self._lines[start : self._lines.index(b"\n", start)] if start else stem
            self._found[stem] = {form: min(number, _OTHERS) for number, form in enumerate(line.split(b" ")[1:], 1)}
        return self._found[stem]
