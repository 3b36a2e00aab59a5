"""What a fuzzer is: seeds to begin with, a property of any input, and what its dialects are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple


class BrokenError(AssertionError):
    """A property does not hold of an input. `what` is the same for inputs that break it in the same way."""

    def __init__(self, what: str, told: object = "") -> None:
        super().__init__(f"{what}: {told}"[:600])
        self.what = what


class Target(NamedTuple):
    """One thing that is fuzzed.

    `seeds` gives groups of inputs, all of which have their share. `holds` raises where a property does not hold of an input.
    `words` are pieces that mean something in such inputs. `packages` are those whose branches guide what is tried. `seconds`
    and `seconds_per_kb` bound the CPU time of one execution, `longest` the length of an input.
    """

    seeds: Callable[[], Mapping[str, Sequence[bytes]]]
    holds: Callable[[bytes], None]
    words: Sequence[bytes] = ()
    packages: Sequence[str] = ("kbarchive",)
    seconds: float = 1.0
    seconds_per_kb: float = 0.05
    longest: int = 2**16


TARGETS = {
    "parser": "tests.fuzz.parser",
    "query": "tests.fuzz.query",
    "archives": "tests.fuzz.archives",
    "git": "tests.fuzz.git",
    "index": "tests.fuzz.index",
    "web": "tests.fuzz.web",
}
"""Each with the module whose TARGET it is; that is imported by who runs it, since a guided run must be first to import."""
