"""From text to terms: no stop words, stems for prose, and names and codes whole as well as by their parts.

A *run* is text without blanks, words joined by punctuation: ``HKEY_LOCAL_MACHINE\\System``, ``TCP/IP``, ``autoexec.bat``.
Its words take consecutive positions, so that a phrase works over them; the whole run is a further term at the position
of its first word, and so is ``signon`` for ``Sign-On``. A word such as ``CreateWindowEx``, ``Win32s`` or ``Q179289`` has
its parts stacked at its own position. Case and accents never matter. Queries are analysed by the same rules.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, chain, compress, count
from operator import add, not_
from typing import NamedTuple

from whoosh.lang.porter import stem as porter_stem

# A word may hold apostrophes (don't), and end in the plus or sharp sign of a name (C++, C#, Schedule+).
_WORD = r"[^\W_]+(?:['\u2019][^\W_]+)*(?:\+{1,2}(?![^\W_+])|(?<![^\W_][^\W_])#(?![^\W_]))?"
_RUN = re.compile(rf"{_WORD}(?:[-_./\\:@&+=~$]{{1,3}}{_WORD})*")
_WORD_OF_RUN = re.compile(_WORD)
_HYPHENED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")

# Camel case, and letters before digits: Create|Window|Ex, Win|32|s, Q|179289, WINNT|4.
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_PARTED = re.compile(r"[A-Za-z]+\d|[A-Za-z]*[a-z][A-Z]|[A-Z]{2,}[a-z]{2}")
# 0x80040154, and as other languages write it: &H80040154, 80040154h.
_HEXADECIMAL = re.compile(r"(?:0x0*([0-9a-f]+)|h(?=[a-f]*\d)0*([0-9a-f]{6,8})|(?=\d)0*([0-9a-f]{6,8})h)\Z")
_LONG_CODE = 6
# API names come in two variants for two kinds of strings, CreateWindowExA and CreateWindowExW, beside the one that is written.
_VARIANT = re.compile(r"[A-Z]?[a-z]+(?:[A-Z][a-z]*)+[a-z][AW]\Z")

# Longer runs (addresses, encoded data) are found by their words alone; they would bloat the dictionary of terms.
LONGEST_WHOLE = 64
_LONGEST_WORD = 64
_MOST_PARTS = 8

# So many letters are those of the stem, too, but of short words that end so: eyed, ei.
_SAME_LETTERS = 2
_SHORT_WORD = 3
_SHORT_PAST = 6
_ENDINGS = ("ed", "eds", "ing", "ings")
# What stands around words.
_PUNCTUATION = ".,:;?!()\"'"

_PAST = re.compile(r"(?:ed|ings?)\Z")
_SHORT_STEM = 3

# UPS is no plural of up, nor DOS of do, WINS of win; what is a plural of two letters, as CDs, is a name in the thesaurus.
_NO_PLURAL = re.compile(r"[a-z]{2}s|wins")

# Words are remembered; text repeats itself. The bounds keep memory flat.
_REMEMBERED_WORDS = 100_000
_REMEMBERED_TEXTS = 100_000


Stems = tuple[bytes, ...]
"""The terms of words that stand one after another."""


class Found(NamedTuple):
    """Where a word or several stand in a text, in characters, and which of the terms that were looked for they are."""

    start: int
    end: int
    term: bytes


class _Located(NamedTuple):
    """A word of a text between blanks: where it stands there, and its terms."""

    start: int
    end: int
    terms: Stems


class _Begun(NamedTuple):
    """A word that something begins with: where it stands in its text between blanks, and behind how many words of it; what
    must follow, and the term that it is then, the longest first.
    """

    start: int
    end: int
    place: int
    ways: tuple[tuple[Stems, bytes], ...]


class QueryTerms(NamedTuple):
    """A run of a query: its words, the terms to stand in this order, their forms as they are written, and the term of the
    whole where it has several words.
    """

    texts: tuple[str, ...]
    words: tuple[bytes, ...]
    forms: tuple[bytes, ...]
    whole: bytes | None


_words: dict[str, tuple[tuple[bytes, ...], bytes]] = {}


class _Plain(dict[str, tuple[bytes, ...]]):
    """For each text between blanks its words of letters."""

    def __missing__(self, text: str) -> tuple[bytes, ...]:
        lower = map(str.lower, _WORD_OF_RUN.findall(text))
        words = tuple(word.encode() for word in lower if word.isalpha() and len(word) > 2)
        self[text] = words
        return words


_plain = _Plain()


class _Clues(dict[str, tuple[bytes, ...]]):
    """For each text between blanks what tells that it may be found: the terms of its words, or of a plain word, which need
    not be analysed for that, how its stem begins.
    """

    def __missing__(self, part: str) -> tuple[bytes, ...]:
        word = part.strip(_PUNCTUATION)
        if word.isascii() and word.isalpha() and (word[1:].islower() or word.isupper()) and _begins_as_its_stem(word.lower()):
            clues = _beginnings(word[:_SAME_LETTERS].lower())
        else:
            clues = tuple([term for word in _WORD_OF_RUN.findall(part) for term in word_terms(word)])
        if len(part) <= LONGEST_WHOLE:
            self[part] = clues
        return clues


_clues = _Clues()


def _begins_as_its_stem(word: str) -> bool:
    return len(word) > _SHORT_WORD and (len(word) > _SHORT_PAST or not word.endswith(_ENDINGS))


@lru_cache(1_000)
def _beginnings(letters: str) -> tuple[bytes, ...]:
    """How the stem of a word begins that begins so, as the only clue; there are not many, so that they take no room."""
    return (_beginning(letters.encode()),)


def _beginning(term: bytes) -> bytes:
    """How a term begins, as a clue, which is no term."""
    return b"\0" + term[:_SAME_LETTERS]


class _Words(dict[str, tuple[_Located, ...]]):
    """For each text between blanks its words."""

    def __missing__(self, part: str) -> tuple[_Located, ...]:
        found = self[part] = tuple(
            _Located(match.start(), match.end(), word_terms(match.group())) for match in _WORD_OF_RUN.finditer(part)
        )
        return found


class _Begins(dict[str, list[_Begun]]):
    """For each text between blanks the words in it that something begins with."""

    def __init__(self, words: _Words, ways: Mapping[bytes, list[tuple[Stems, bytes]]]) -> None:
        super().__init__()
        self._words = words
        self._ways = ways

    def __missing__(self, part: str) -> list[_Begun]:
        found = self[part] = []
        for place, (start, end, terms) in enumerate(self._words[part], 1):
            ways = [way for term in terms for way in self._ways.get(term, ())]
            if ways:
                found.append(_Begun(start, end, place, tuple(sorted(ways, key=lambda way: -len(way[0])))))
        return found


class Finder:
    """Finds the words of texts that some terms stand for, for highlighting. Whole runs are not looked for.

    `spelled` gives for words by their stems, one or several to stand one after another, the term that they are.
    """

    def __init__(self, spelled: Mapping[Stems, bytes]) -> None:
        ways: dict[bytes, list[tuple[Stems, bytes]]] = {}
        for (first, *rest), term in spelled.items():
            ways.setdefault(first, []).append((tuple(rest), term))
        self._wanted = {*ways, *map(_beginning, ways)}
        self._words = _Words()
        self._begins = _Begins(self._words, ways)

    def find(self, text: str) -> Iterator[Found]:
        """What of a text is one of the terms, in order; of several that begin with the same word the longest."""
        if len(_clues) >= _REMEMBERED_TEXTS:
            _clues.clear()
        parts = text.split(" ")
        likely = list(map(not_, map(self._wanted.isdisjoint, map(_clues.__getitem__, parts))))
        if True not in likely:
            return
        starts = list(map(add, accumulate(map(len, parts), initial=0), count()))
        found_to = 0
        for number in compress(count(), likely):
            for begun in self._begins[parts[number]]:
                start = starts[number] + begun.start
                if start < found_to:
                    continue
                for rest, term in begun.ways:
                    end = self._end(parts, starts, number, begun.place, rest) if rest else starts[number] + begun.end
                    if end is not None:
                        yield Found(start, end, term)
                        found_to = end
                        break

    def _end(self, parts: Sequence[str], starts: Sequence[int], number: int, place: int, rest: Stems) -> int | None:
        """Where what follows ends, from a word of a part on; None where it does not follow."""
        words = self._words[parts[number]]
        end = None
        for stem in rest:
            while place == len(words):
                number += 1
                if number == len(parts):
                    return None
                words, place = self._words[parts[number]], 0
            if stem not in words[place].terms:
                return None
            end = starts[number] + words[place].end
            place += 1
        return end


def query_terms(text: str) -> list[QueryTerms]:
    """What the runs of a query's word or phrase are to be found by; empty where it has no letter and no digit."""
    runs = []
    for text_of_run in _RUN.findall(text):
        texts = tuple(_WORD_OF_RUN.findall(text_of_run))
        words = tuple(word_terms(word)[0] for word in texts)
        runs.append(QueryTerms(texts, words, tuple(map(form, texts)), whole(text_of_run) if len(words) > 1 else None))
    return runs


def runs(text: str) -> list[str]:
    """The runs of a text, in order."""
    return _RUN.findall(text)


def stems(text: str) -> tuple[bytes, ...]:
    """The terms that the words of a text are looked for by, in order."""
    return tuple(word_terms(word)[0] for run in _RUN.findall(text) for word in _WORD_OF_RUN.findall(run))


def form(word: str) -> bytes:
    """A word as it is written, but for case, accents and the leading zeros of a code."""
    return _known(word)[1]


def plain_words(text: str) -> set[bytes]:
    """The words of letters in a text, in small letters and unstemmed, as terms for spelling suggestions."""
    if len(_plain) >= _REMEMBERED_TEXTS:
        _plain.clear()
    return set(chain.from_iterable(map(_plain.__getitem__, set(text.split()))))


def word_terms(word: str) -> tuple[bytes, ...]:
    """The terms of one word: that which a query for the word looks for, then those of its parts."""
    return _known(word)[0]


def looked_at(word: str) -> tuple[tuple[bytes, ...], bytes]:
    """The terms of a word, as `word_terms` remembers them, and its form."""
    folded = fold(word)[:_LONGEST_WORD]
    plain = word.isascii() and word.isalpha() and (word.islower() or word.isupper() or word[1:].islower())
    if plain:  # neither a code nor a name of several parts, as most words are
        return (_stem(folded).encode(),), folded.encode()
    bare = folded.rstrip("+#")
    if match := _HEXADECIMAL.match(bare):
        # Leading zeros never matter: 0x0000000A is 0xA. Long codes are written without 0x, too.
        code = match[match.lastindex or 1]
        terms = [f"0x{code}", code] if len(code) >= _LONG_CODE else [f"0x{code}"]
    else:
        terms = [_stem(bare)]
        if _VARIANT.match(word):
            terms.append(folded[:-1])
        if _PARTED.match(word):
            parts = _PART.findall(word)
            if 1 < len(parts) <= _MOST_PARTS:
                terms += [_stem(part.lower()) for part in parts if len(part) > 1 or part.isdigit()]
    written = (terms[0] if match and bare == folded else folded).encode()
    if bare != folded:
        terms.insert(0, folded)
    return tuple(dict.fromkeys(term.encode() for term in terms)), written


def fold(word: str) -> str:
    """A word in small letters, without accents and apostrophes, as terms are."""
    folded = word.lower()
    if not folded.isascii():
        folded = folded.replace("\u2019", "'")
        decomposed = unicodedata.normalize("NFKD", folded)
        folded = "".join(mark for mark in decomposed if not unicodedata.combining(mark) and not mark.isspace())
    if "'" in folded:
        folded = folded.removesuffix("'s").replace("'", "")
    return folded or word


def words_of(text_of_run: str) -> list[str]:
    """The words of a run, in order."""
    return _WORD_OF_RUN.findall(text_of_run)


def joined(text_of_run: str) -> bytes | None:
    """The term of a run such as Sign-On when it is written as one word; None where it is no such run."""
    return word_terms(text_of_run.replace("-", ""))[0] if _HYPHENED.fullmatch(text_of_run) else None


def whole(text_of_run: str) -> bytes | None:
    """The term that a run of several words has as a whole; None where it is too long."""
    return fold(text_of_run).encode() if len(text_of_run) <= LONGEST_WHOLE else None


def _known(word: str) -> tuple[tuple[bytes, ...], bytes]:
    """The terms of a word and its form; they are remembered."""
    known = _words.get(word)
    if known is None:
        if len(_words) >= _REMEMBERED_WORDS:
            _words.clear()
        known = _words[word] = looked_at(word)
    return known


@lru_cache(_REMEMBERED_WORDS)
def _stem(word: str) -> str:
    """Porter's stem of a word of letters; codes and names with digits stay as they are."""
    if not (len(word) > 2 and word.isascii() and word.isalpha()) or _NO_PLURAL.fullmatch(word):
        return word
    stem: str = porter_stem(word)
    # Porter undoes a doubled letter before ed and ing, Whoosh's code does not: stopped, stop. But adding is a form of add.
    doubled = len(stem) > _SHORT_STEM and stem[-1] == stem[-2] and stem[-1] not in "aeiouylsz"
    return stem[:-1] if doubled and _PAST.search(word) else stem
