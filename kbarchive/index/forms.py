"""The forms in which a stem was written: *allowed* and *allows* share a term, and are told apart by a number at each position.

Number 0 is the stem itself; 254 stands for all further forms of a stem with very many; 255 for what is no word of its own:
parts of words, and wholes. A position of the index is kept with the number of its form in the upper byte.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from whoosh.filedb.filestore import Storage

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

    def write(self, storage: Storage) -> None:
        """Writes the table beside a shard: a line a stem, the stem and then its forms by number, in zlib's form."""
        lines = (b" ".join((stem, *forms)) for stem, forms in sorted(self._numbers.items()))
        text = zlib.compress(b"\n".join(lines), _LEVEL)
        file = storage.create_file(_NAME)
        file.write(text)
        file.close()


def open_file(storage: Storage) -> Any:
    """The file, to be read later."""
    return storage.open_file(_NAME)


def read(data: bytes) -> Mapping[bytes, Mapping[bytes, int]]:
    """For each stem the numbers of its forms, but for the stem's own, which is 0; raises zlib.error on damaged bytes."""
    numbers: dict[bytes, dict[bytes, int]] = {}
    for line in zlib.decompress(data).split(b"\n"):
        stem, *forms = line.split(b" ")
        numbers[stem] = {form: min(number, _OTHERS) for number, form in enumerate(forms, 1)}
    return numbers
