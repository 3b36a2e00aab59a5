"""Where words stand, alone or as phrases: in a whole article or in some of its zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kbarchive.index.postings import Postings
from kbarchive.index.reader import ShardReader
from kbarchive.index.values import TEXT
from kbarchive.search.units import Unit


def documents_with(shard: ShardReader, unit: Unit, zones: Sequence[str] = ()) -> Sequence[int]:
    """The documents of a shard that have a unit in one of some zones, or anywhere."""
    if not zones and len(unit.terms) == 1 and not unit.forms:
        postings = shard.postings(TEXT, unit.terms[0])
        return postings.documents if postings else ()
    return [document for document, _ in starts(shard, unit, zones)]


def starts(shard: ShardReader, unit: Unit, zones: Sequence[str] = ()) -> Iterator[tuple[int, Sequence[int]]]:
    """For each document that has a unit in one of some zones, or anywhere, the positions at which it begins, in order."""
    found = _single(shard, unit) if len(unit.terms) == 1 else _phrase(shard, unit)
    if not zones:
        yield from found
        return
    length = len(unit.terms)
    for document, places in found:
        bounds = shard.bounds(zones, document)
        inside = [place for place in places if any(start <= place <= end - length for start, end in bounds)] if bounds else ()
        if inside:
            yield document, inside


def form_numbers(shard: ShardReader, unit: Unit) -> Sequence[int | None] | None:
    """For each term of a unit the number of the form that is asked for, None where any will do.

    None where a form stands nowhere in the shard.
    """
    numbers: list[int | None] = []
    for term, form in zip(unit.terms, unit.forms or (None,) * len(unit.terms), strict=True):
        number = None if form is None else 0 if form == term else shard.forms.numbers(term).get(form, -1)
        if number == -1:
            return None
        numbers.append(number)
    return numbers


def in_form(postings: Postings, document: int, number: int | None) -> Sequence[int]:
    """The positions of a term in a document that has it, in the form of a number, or in any."""
    places, forms = postings.places(document)
    if number is None:
        return places
    return [place for place, form in zip(places, forms, strict=True) if form == number]


def _single(shard: ShardReader, unit: Unit) -> Iterator[tuple[int, Sequence[int]]]:
    postings = shard.postings(TEXT, unit.terms[0])
    numbers = form_numbers(shard, unit)
    if postings is None or numbers is None:
        return
    if numbers[0] is None:
        yield from postings.all_positions().items()
        return
    for document in postings.documents:
        if places := in_form(postings, document, numbers[0]):
            yield document, places


def _phrase(shard: ShardReader, unit: Unit) -> Iterator[tuple[int, Sequence[int]]]:
    lists: dict[bytes, Postings] = {}
    for term in unit.terms:
        postings = lists.get(term) or shard.postings(TEXT, term)
        if postings is None:
            return
        lists[term] = postings
    numbers = form_numbers(shard, unit)
    if numbers is None:
        return
    # The rarest word first: the others need be looked at only where it stands.
    offsets = sorted(range(len(unit.terms)), key=lambda offset: len(lists[unit.terms[offset]].documents))
    for document in sorted(_common(lists)):
        begins: set[int] | None = None
        for offset in offsets:
            places = in_form(lists[unit.terms[offset]], document, numbers[offset])
            shifted = {place - offset for place in places}
            begins = shifted if begins is None else begins & shifted
            if not begins:
                break
        if begins:
            yield document, sorted(begins)


def _common(lists: Mapping[bytes, Postings]) -> set[int]:
    """The documents that stand in all posting lists."""
    shortest, *others = sorted(lists.values(), key=lambda postings: len(postings.documents))
    common = set(shortest.documents)
    for postings in others:
        common.intersection_update(postings.documents)
    return common
