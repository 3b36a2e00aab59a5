"""What of an article is indexed beside its text: its values by field, made from a record.

A change here, or in `analysis`, changes what an index answers: count FORMAT up in `store`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kbarchive.article import AppliesTo, Article, Block, List, Note, Version, walk_sections
from kbarchive.index import analysis
from kbarchive.index.zones import SECTIONS, applies_to_entries

TEXT = "text"
"""The field of all text; `zones` tell what part of the article a position lies in."""

HAS: tuple[str, ...] = (
    *("applies-to", "code", "keywords", "list", "note", "query-words", "residue", "table", "technology"),
    *SECTIONS,
)
"""What a query can ask whether an article has: kinds of blocks, sections, and what stands around them."""

SPELLING = "spelling"
"""The field of words as they are written, in small letters; the text has stems."""

# Suggestions are spelled from the words of these, which were written with some care; code and residue are not.
_SPELLED_SECTIONS = ("symptoms", "summary", "cause")

# What the trailer of an article says of its kind: kbbug, kbnofix.
_TYPES = ("issue type", "solution type")

FOLDED = ("keyword", "technology", "type", "platform", "version", "has", "collection")
"""The fields whose values are found whether they are spelled in small or in capital letters."""

VALUES: tuple[str, ...] = (*FOLDED, "id", "key", "modified", "cites", SPELLING)
"""All fields of values."""


class _Folded(dict[str, bytes]):
    """Values as terms, whether they are spelled in small or in capital letters; remembered, since articles share most."""

    def __missing__(self, value: str) -> bytes:
        term = self[value] = encoded(value.casefold())
        return term


_folded = _Folded()
_MOST_FOLDED = 50_000


def values(article: Article, exact: Mapping[str, Iterable[str]]) -> dict[str, set[bytes]]:
    """The values of an article that are found whole, by field, as terms; `exact` are those of `exact_values`."""
    entries = (entry.text for entry in applies_to_entries(article.applies_to))
    prose = [article.title, *article.products, *entries, " ".join(article.query_words)]
    prose += [section.text for section in article.sections if section.kind in _SPELLED_SECTIONS]
    single = {name: [value] for name in ("id", "key", "modified") if (value := getattr(article, name))}
    plain: dict[str, Iterable[str]] = {**single, "cites": [reference.id for reference in article.references]}
    folded = {**exact, "collection": [article.collection] if article.collection else []}
    if len(_folded) > _MOST_FOLDED:
        _folded.clear()
    return {
        **{name: set(map(_folded.__getitem__, found)) for name, found in folded.items()},
        **{name: set(map(encoded, found)) for name, found in plain.items()},
        SPELLING: analysis.plain_words("\n".join(prose)),
    }


def exact_values(article: Article) -> dict[str, list[str]]:
    """The values of an article by field: what is found whole, and as it is spelled."""
    metadata = {name.casefold(): value for name, value in article.metadata.items()}
    technology = metadata.get("technology", "").split()
    return {
        "keyword": list(article.keywords),
        "technology": technology,
        "type": [value for name in _TYPES for value in metadata.get(name, "").split()],
        "platform": [*filter(None, (version.platform for version in article.versions)), *article.operating_systems],
        "version": [value for part in _versioned(article) for value in part.versions],
        "has": list(_has(article, technology)),
    }


def _versioned(article: Article) -> Iterator[Version | AppliesTo]:
    yield from article.versions
    yield from applies_to_entries(article.applies_to)


def _has(article: Article, technology: Sequence[str]) -> Iterator[str]:
    yield from {section.kind for section in article.sections}
    kinds: set[type] = set()
    for section in walk_sections(article.sections):
        _kinds(section.blocks, kinds)
    yield from (name for kind in kinds if (name := kind.__name__.lower()) in HAS)
    facts = {
        "applies-to": article.applies_to,
        "keywords": article.keywords,
        "query-words": article.query_words,
        "references": article.references,
        "residue": article.residue,
        "technology": technology,
    }
    yield from (name for name, fact in facts.items() if fact)


def _kinds(blocks: Sequence[Block], kinds: set[type]) -> None:
    """Adds the kinds of blocks, and of those inside them."""
    kinds.update(map(type, blocks))
    if Note in kinds or List in kinds:  # else there is nothing inside
        for block in blocks:
            if isinstance(block, Note):
                _kinds(block.blocks, kinds)
            elif isinstance(block, List):
                for item in block.items:
                    _kinds(item.blocks, kinds)


def encoded(value: str) -> bytes:
    """A value as a term."""
    return value.encode("utf-8", "surrogateescape")
