"""Makes inputs of others: of their bytes, their lines, and of pieces of one another."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

_MOST_CHANGES = 6
_ODD_BYTES = b"\x00\x01\x09\x0a\x0c\x0d\x1a\x1b\x20\x22\x27\x28\x2a\x2d\x3c\x3d\x7f\x80\x85\x9b\xa0\xad\xc3\xef\xfe\xff"
_MOST_REPEATS = 400

Change = Callable[[random.Random, bytes], bytes]


class Mutator:
    """Gives inputs made of seeds, all groups of which have their share. What it is told to `keep` is a seed from then on."""

    def __init__(
        self, seeds: Mapping[str, Sequence[bytes]], words: Sequence[bytes], longest: int, random_: random.Random
    ) -> None:
        self._groups = {name: list(group) for name, group in seeds.items() if group}
        self._names = list(self._groups)
        self._words = list(words) or [b"\n"]
        self._longest = longest
        self._random = random_
        self._changes: list[Change] = [
            _flip, _set_byte, _delete, _double, _swap, _cut, _blank, _indent, _number, _repeat, self._word, self._splice,
            self._word_line,
        ]  # fmt: skip

    def keep(self, data: bytes) -> None:
        self._groups.setdefault("kept", []).append(data)
        self._names = list(self._groups)

    def seed(self) -> bytes:
        """A seed as it is."""
        return self._random.choice(self._groups[self._random.choice(self._names)])

    def new(self) -> bytes:
        """An input made of a seed."""
        return self.changed(self.seed())

    def changed(self, data: bytes) -> bytes:
        """An input made of another."""
        for _ in range(self._random.randint(1, _MOST_CHANGES)):
            data = self._random.choice(self._changes)(self._random, data)
        return data[: self._longest]

    def _word(self, random_: random.Random, data: bytes) -> bytes:
        return _put(random_, data, random_.choice(self._words))

    def _word_line(self, random_: random.Random, data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        lines.insert(random_.randint(0, len(lines)), random_.choice(self._words) + random_.choice([b"\n", b"\n", b"\r\n", b""]))
        return b"".join(lines)

    def _splice(self, random_: random.Random, data: bytes) -> bytes:
        other = self.seed()
        first, last = _span(random_, other)
        return _put(random_, data, other[first:last])


def _place(random_: random.Random, data: bytes) -> int:
    return random_.randint(0, len(data))


def _span(random_: random.Random, data: bytes) -> tuple[int, int]:
    """Where a piece begins and ends; most are short."""
    first = _place(random_, data)
    return first, min(len(data), first + int(random_.paretovariate(0.6)))


def _put(random_: random.Random, data: bytes, piece: bytes) -> bytes:
    place = _place(random_, data)
    return data[:place] + piece + data[place:]


def _flip(random_: random.Random, data: bytes) -> bytes:
    if not data:
        return data
    changed = bytearray(data)
    changed[random_.randrange(len(changed))] ^= 1 << random_.randrange(8)
    return bytes(changed)


def _set_byte(random_: random.Random, data: bytes) -> bytes:
    if not data:
        return data
    changed = bytearray(data)
    changed[random_.randrange(len(changed))] = random_.choice(_ODD_BYTES)
    return bytes(changed)


def _delete(random_: random.Random, data: bytes) -> bytes:
    first, last = _span(random_, data)
    return data[:first] + data[last:]


def _double(random_: random.Random, data: bytes) -> bytes:
    first, last = _span(random_, data)
    return _put(random_, data, data[first:last])


def _swap(random_: random.Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    if lines:
        one, other = random_.randrange(len(lines)), random_.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _cut(random_: random.Random, data: bytes) -> bytes:
    place = _place(random_, data)
    return data[place:] if random_.random() < 0.3 else data[:place]


def _blank(random_: random.Random, data: bytes) -> bytes:
    return _put(random_, data, random_.choice([b"\r\n", b"\n", b"\r", b"\n\n", b" ", b"\t"]))


def _indent(random_: random.Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    first = random_.randint(0, len(lines))
    last = first + random_.randint(1, 5)
    margin = b" " * random_.randint(1, 9)
    return b"".join(margin + line if first <= number < last else line for number, line in enumerate(lines))


def _number(random_: random.Random, data: bytes) -> bytes:
    """Another number where one stands, in bytes as formats have them or in digits."""
    width = random_.choice([1, 2, 4, 8])
    value = random_.choice([0, 1, 127, 128, 255, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1])
    order: str = random_.choice(["little", "big"])
    written = (value % 256**width).to_bytes(width, "little" if order == "little" else "big")
    piece = random_.choice([written, str(value).encode(), oct(value)[2:].encode(), hex(value).encode()])
    place = _place(random_, data)
    return data[:place] + piece + data[place + len(piece) :]


def _repeat(random_: random.Random, data: bytes) -> bytes:
    first, last = _span(random_, data[:_MOST_REPEATS] if random_.random() < 0.5 else data)
    return _put(random_, data, data[first : min(last, first + 40)] * random_.randint(2, _MOST_REPEATS))
