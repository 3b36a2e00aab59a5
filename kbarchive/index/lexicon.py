"""What a text between blanks is found by, worked out once for each spelling: from there on text is numbers.

Most of a text has been met before. So the texts between blanks are looked up by `map` in one dictionary, which calls Python
only for a new one, and what each is found by stands in arrays, from which the terms of hundreds of articles are taken at once.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from kbarchive.index.analysis import joined, looked_at, runs, whole, words_of
from kbarchive.index.blocks import Numbers
from kbarchive.index.forms import PART, SHIFT, Forms

# The bound keeps a long build's memory flat: 25 MB, whatever is read.
_MOST = 150_000

# What is no part of a word, wherever it stands beside one.
_SIGNS = "()[]<>{}\"'.,;:?!*"


class Terms(dict[bytes, int]):
    """Gives numbers to terms, from 0, in the order in which they are first asked for."""

    def __missing__(self, term: bytes) -> int:
        number = self[term] = len(self)
        return number


class Table(NamedTuple):
    """For each text by its number: how many words it has, where its entries begin and how many there are; then of all entries
    the number of the term, and how many words behind the first one it stands, with its form in the upper byte.
    """

    words: Numbers
    starts: Numbers
    sizes: Numbers
    terms: Numbers
    places: Numbers


class Lexicon(dict[str, int]):
    """Gives a number to each text between blanks, whose entries stand in the table under that number."""

    def __init__(self) -> None:
        self.terms = Terms()
        self.forms = Forms()
        self._words = array("I")
        self._ends = array("I")
        self._terms = array("I")
        self._places = array("I")

    def __missing__(self, text: str) -> int:
        # Half of all new texts are a word of letters, most of them with a sign before or behind it, and so found by the same.
        word = text.strip(_SIGNS)
        if word.isalpha():
            number = self[text] = self._word(word)
        else:
            numbers = [self._run(run) for run in runs(text)]
            number = self[text] = numbers[0] if len(numbers) == 1 else self._add_several(numbers)
        return number

    def table(self) -> Table:
        """The table as it is now."""
        ends = np.array(self._ends, np.uint32)
        sizes = np.diff(ends, prepend=np.uint32(0))
        return Table(np.array(self._words, np.uint32), ends - sizes, sizes, _copy(self._terms), _copy(self._places))

    def trim(self, most: int = _MOST) -> None:
        """Forgets the texts where there are more. The numbers of terms stay."""
        if len(self) > most:
            self.clear()
            for column in (self._words, self._ends, self._terms, self._places):
                del column[:]

    def _run(self, text: str) -> int:
        number = self.get(text)
        if number is None:
            words = words_of(text)
            if len(words) == 1:
                return self._word(text)
            number = self[text] = self._add_several([self._word(word) for word in words], (whole(text), joined(text)))
        return number

    def _word(self, word: str) -> int:
        number = self.get(word)
        if number is None:
            (first, *parts), form = looked_at(word)
            self._terms.append(self.terms[first])
            self._places.append(self.forms.number(first, form) << SHIFT)
            for part in parts:
                self._terms.append(self.terms[part])
                self._places.append(PART << SHIFT)
            number = self[word] = self._end(1)
        return number

    def _add_several(self, numbers: Sequence[int], terms: Iterable[bytes | None] = ()) -> int:
        """Adds a text of several words or runs, or of none; terms for the whole of it stand where it begins."""
        words = 0
        for number in numbers:
            start = self._ends[number - 1] if number else 0
            end = self._ends[number]
            self._terms.extend(self._terms[start:end])
            self._places.extend(place + words for place in self._places[start:end])
            words += self._words[number]
        for term in terms:
            if term is not None:
                self._terms.append(self.terms[term])
                self._places.append(PART << SHIFT)
        return self._end(words)

    def _end(self, words: int) -> int:
        self._words.append(words)
        self._ends.append(len(self._terms))
        return len(self._words) - 1


def _copy(numbers: array[int]) -> Numbers:
    return np.array(numbers, np.uint32)
