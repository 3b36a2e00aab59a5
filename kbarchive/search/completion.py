"""What the last word of a query may become, once typed to its end: fields, their values, and keys of articles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from kbarchive.index.analysis import word_terms
from kbarchive.index.reader import IndexReader
from kbarchive.index.values import HAS, SPELLING
from kbarchive.search.fields import EXACT, LINKS, NAMES, RANGED, TEXT
from kbarchive.search.phrases import documents_with
from kbarchive.search.units import Unit

MOST_KEYS = 2000
"""Where more keys begin as asked, there are none to choose from; a digit more must be typed."""

_MOST_VALUES = 100
_LEAST_LETTERS = 2  # of a word: there are thousands with the same first letter

_LAST_WORD = re.compile(r"(-?)(?:([a-z-]+):)?([^\s(]*)\Z")
_BOUND = re.compile(r"(?:.*\.\.|[<>]=?)?")
_ARTICLE = re.compile(r"(Q|KB)?0*(\d+)", re.IGNORECASE)

# What stands in a query, and on a command line, without quotes.
_PLAIN = re.compile(r"[\w.+/#-]+")

# As a query does, without the first letters of most keywords.
_PREFIX = "kb"

_DATE_PARTS = (4, 7, 10)  # where the year, the month and the day of 1999-05-12 end


def completions(reader: IndexReader, text: str) -> list[str]:
    """The texts that a query may become by a longer last word: `tit` title:, `has:co` has:code, `Q2069` Q206968."""
    match = _LAST_WORD.search(text)
    assert match is not None  # noqa: S101 - it fits every text
    minus, name, begun = match.groups()
    head = text[: match.start()] + minus
    if name not in NAMES:
        word = text[match.end(1) :]
        names = [f"{name}:" for name in NAMES if word and name.startswith(word)]
        return [head + found for found in (*names, *(article_keys(reader, word) if _ARTICLE.fullmatch(word) else ()))]
    bound = _BOUND.match(begun) if name in RANGED else None
    before = bound[0] if bound else ""
    return [f"{head}{name}:{before}{value}" for value in _values(reader, name, begun[len(before) :])]


def article_keys(reader: IndexReader, begun: str) -> list[str]:
    """The keys of articles that begin so, ids in the way they are begun: Q2069, q2069, KB2069 or 2069."""
    match = _ARTICLE.fullmatch(begun)
    prefix = f"Q{match[2]}" if match else begun.upper() if begun in ("", "q") else begun
    keys = sorted({key for shard in reader.shards for key in shard.values("key", prefix)})
    if len(keys) > MOST_KEYS:
        return []
    return [begun[: match.start(2)] + key[1:] if match else key for key in keys]


def _values(reader: IndexReader, name: str, begun: str) -> Iterable[str]:
    if name in LINKS:
        return article_keys(reader, begun)
    if name == "has":
        return [value for value in HAS if value.startswith(begun.casefold())]
    if name == "modified":
        end = next((end for end in _DATE_PARTS if end > len(begun)), _DATE_PARTS[-1])
        return sorted({value[:end] for shard in reader.shards for value in shard.values(name, begun)})
    found = Counter(_exact(reader, name, begun.casefold()) if name in EXACT else _words(reader, TEXT[name], begun.lower()))
    return sorted(value for value, _ in found.most_common(_MOST_VALUES))


def _exact(reader: IndexReader, field: str, begun: str) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for left_out in ("", _PREFIX) if begun else ("",):
        for shard in reader.shards:
            for value in shard.values(field, left_out + begun):
                if _PLAIN.fullmatch(value):
                    counts[value.removeprefix(left_out)] += len(shard.documents_with(field, value))
    return counts


def _words(reader: IndexReader, zones: Sequence[str], begun: str) -> dict[str, int]:
    """The words in some zones, by how many articles have them: of those with the same stem the most frequent."""
    if len(begun) < _LEAST_LETTERS:
        return {}
    spelled: dict[bytes, Counter[str]] = {}
    counts: Counter[bytes] = Counter()
    words = {word for shard in reader.shards for word in _beginning(shard.vocabulary.words, begun)}
    for word in words:
        spelled.setdefault(word_terms(word)[0], Counter())[word] = sum(
            len(shard.documents_with(SPELLING, word)) for shard in reader.shards
        )
    for term in spelled:
        for shard in reader.shards:
            counts[term] += len(documents_with(shard, Unit((term,)), zones))
    return {max(spelled[term], key=lambda word: (spelled[term][word], word)): count for term, count in counts.items() if count}


def _beginning(words: str, begun: str) -> Iterator[str]:
    return (match[0] for match in re.finditer(f"^{re.escape(begun)}.*$", words, re.MULTILINE))
