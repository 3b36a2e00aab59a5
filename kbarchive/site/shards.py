"""The index that a browser searches: so cut up that a search fetches little of it.

Documents are numbered from 0 by their keys. Each file is deflated (zlib), whether the host packs what it sends or not:

- `docs.bin`: JSON; `names` of the folders of the articles, ids as the steps from one to the next; their `lengths` as bytes
  (`index.zones`), and the groups of near-identical ones (`index.likeness`) as `alike`.
- `terms-00-0000.bin` and so on: the posting lists of the terms from one that the manifest gives to the next. First a line for
  each term: the term, a blank, how many bytes its list has. After an empty line the lists: for each document the step from
  the one before, seven bits a byte, the lowest first, all but the last with the eighth bit; then the byte of the term's worth.
- `facets.bin`: JSON; for each facet its `values`, `sets` of numbers of values, and for each of the `documents` the number of
  its set.
- `manifest.bin`: JSON; the first term of each file of terms, the thesaurus, the weights of ranking, and a digest of all the
  others, by which they are asked for, so that no cache mixes two indexes.
"""

from __future__ import annotations

import re
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import msgspec

from kbarchive.index.facets import FACETS
from kbarchive.index.reader import IndexReader
from kbarchive.index.thesaurus import LONGEST, Names
from kbarchive.index.values import TEXT
from kbarchive.index.zones import K1
from kbarchive.search.concepts import ASKING_FORMS
from kbarchive.search.settings import Settings
from kbarchive.site.places import name

PARTS = 32
"""Into so many parts of like size the terms are divided, to be worked at apart."""

_BLOCK = 24_000  # bytes of posting lists, before they are deflated; a longer list is a file of its own
_LEVEL = 6
_ID = re.compile(r"Q([1-9]\d*)")


class Shards:
    """Makes the files of the index of a site, of an open index."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader

    def terms(self, part: int) -> Iterator[tuple[str, str, bytes]]:
        """The files of one of the PARTS of all terms: the first term of each, its name, and its bytes."""
        share = -(-len(self._terms) // PARTS)
        blocks = _blocks(self._reader, self._terms[part * share : (part + 1) * share], self._numbers)
        for number, (start, data) in enumerate(blocks):
            yield start, f"terms-{part:02}-{number:04}.bin", data

    def columns(self) -> Iterator[tuple[str, bytes]]:
        """The files of what is known of each document."""
        for file, facts in _columns(self._reader, self._order):
            yield file, _packed(msgspec.json.encode(facts))

    @cached_property
    def _order(self) -> list[int]:
        return _order(self._reader)

    @cached_property
    def _numbers(self) -> array[int]:
        """The number of each document; -1 for those that cannot be found."""
        numbers = array("i", (-1,)) * sum(shard.documents for shard in self._reader.shards)
        for number, document in enumerate(self._order):
            numbers[document] = number
        return numbers

    @cached_property
    def _terms(self) -> list[str]:
        """All terms of the text; those of the thesaurus are none of the vocabulary."""
        terms = {term for shard in self._reader.shards for term in shard.vocabulary.terms.split("\n") if term}
        return sorted(terms.union(term.decode() for _, term in self._reader.thesaurus.named))


def manifest(starts: Iterable[tuple[str, str]], version: str, reader: IndexReader) -> bytes:
    """The file that tells of the others: of the files of terms the first term and the name; of all of them a digest."""
    named = reader.thesaurus
    facts = {
        "version": version,
        "documents": reader.documents,
        "terms": sorted(starts),
        "k1": K1,
        "settings": Settings(),
        "asking": sorted(form.decode() for form in ASKING_FORMS),
        "names": _phrases(named.names),
        "words": _phrases(named.words),
        "longest": LONGEST,
        "facets": FACETS,
    }
    return _packed(msgspec.json.encode(facts))


def _order(reader: IndexReader) -> list[int]:
    """The documents by key, ids by number."""

    def place(document: int) -> tuple[int, int, str]:
        key = reader.key(document)
        match = _ID.fullmatch(key)
        return (0, int(match[1]), "") if match else (1, 0, key)

    return sorted(reader.all_documents(), key=place)


def _columns(reader: IndexReader, order: Sequence[int]) -> Iterator[tuple[str, object]]:
    alike = reader.alike
    names: list[int | str] = []
    before = 0
    for key in (reader.key(document) for document in order):
        match = _ID.fullmatch(key)
        if match:
            names.append(int(match[1]) - before)
            before = int(match[1])
        else:
            names.append(name(key))
    lengths = reader.lengths
    yield "docs.bin", {"names": names, "lengths": [lengths[d] for d in order], "alike": [alike[d] for d in order]}
    facets = {}
    for facet in FACETS:
        column = reader.facet(facet)
        values = sorted({value for own in column.sets for value in own})
        numbers = {value: number for number, value in enumerate(values)}
        sets = [[numbers[value] for value in own] for own in column.sets]
        facets[facet] = {"values": values, "sets": sets, "documents": [column.documents[d] for d in order]}
    yield "facets.bin", facets


def _blocks(reader: IndexReader, terms: Iterable[str], numbers: Sequence[int]) -> Iterator[tuple[str, bytes]]:
    """Files of terms: the first term of each, and its bytes."""
    held: list[tuple[str, bytes]] = []
    size = 0
    for term in terms:
        postings = _list(reader, term, numbers)
        if held and size + len(postings) > _BLOCK:
            yield held[0][0], _block(held)
            held, size = [], 0
        if postings:
            held.append((term, postings))
            size += len(postings)
    if held:
        yield held[0][0], _block(held)


def _list(reader: IndexReader, term: str, numbers: Sequence[int]) -> bytes:
    found: list[tuple[int, int]] = []
    for shard in reader.shards:
        if postings := shard.postings(TEXT, term.encode()):
            places = (numbers[shard.base + document] for document in postings.documents)
            found += zip(places, postings.impacts, strict=True)
    packed = bytearray()
    before = -1
    for number, impact in sorted(found):
        if number < 0:
            continue
        step = number - before
        before = number
        while step > 127:
            packed.append(step & 127 | 128)
            step >>= 7
        packed.append(step)
        packed.append(impact)
    return bytes(packed)


def _block(held: Iterable[tuple[str, bytes]]) -> bytes:
    lists = list(held)
    head = "".join(f"{term} {len(data)}\n" for term, data in lists)
    return _packed(head.encode() + b"\n" + b"".join(data for _, data in lists))


def _packed(data: bytes) -> bytes:
    return zlib.compress(data, _LEVEL)


def _phrases(table: Names) -> dict[str, list[str]]:
    """A table of the thesaurus by the stems of a phrase, as one text."""
    return {b" ".join(stems).decode(): [term.decode() for term in terms] for stems, terms in table.items()}
