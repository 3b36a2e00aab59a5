"""Several texts of one article: which is the article, which are older revisions of it, and which are copies.

The texts of one id are an article's *revisions*. The newest by date is the article; a text without a date is older than any
with one. Of texts of one date that is the article which has what not every form has (see `Facts.extras`), then the one read
first. Articles without an id have no revisions: what their key tells is a place in a file, not which article they are.

Two texts are *identical* when they say the same: the same words in the same order in every part of the record, and the
same date. Line numbers, white space, the spelling of the header and the diagnostics are not what an article says; nor are
the collection and the years of the notice, which only some forms have. So the forms of one text are one (measured: 99.6 %
of the articles that the archive has in its FTP and its Jekyll form; most others have damaged characters in one), and of
identical texts the one with the most extras is kept.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple, TypeVar

import msgspec

from kbarchive.article import AppliesTo, Article

_DIGEST_BYTES = 16

_Text = TypeVar("_Text")


class Facts(NamedTuple):
    """All that must be known of a text to choose between those of one id; a few dozen bytes.

    `modified` is "" where the text has no date. `digest` tells identical texts, and is empty where there is no id. `extras`
    counts what some forms lack: the collection, the years of the article's own notice, the products.
    """

    id: str | None
    modified: str
    extras: int
    digest: bytes


class Role(enum.IntEnum):
    """What a text is among all texts of its id."""

    ARTICLE = 0
    REVISION = 1
    IDENTICAL = 2


class Revision(msgspec.Struct, frozen=True):
    """A line in a list of an article's revisions: its number, from 1 for the newest, and where the text was read.

    `words` is the number of words in its sections.
    """

    revision: int
    key: str
    modified: str | None
    title: str
    dialect: str
    file: str | None
    member: str | None
    number: int
    words: int


def facts_of(article: Article, words: Sequence[str] | None = None) -> Facts:
    """The facts of a text; `words` are those of `article.text` between blanks, where they are at hand."""
    extras = (article.collection is not None) + bool(article.copyright) + bool(article.products)
    digest = b"" if article.id is None else _digest(article, article.text.split() if words is None else words)
    return Facts(article.id, article.modified or "", extras, digest)


def rank(text: Facts) -> tuple[str, int]:
    """The higher the newer; of texts of one rank the one read first goes before the other."""
    return text.modified, text.extras


def roles(texts: Sequence[Facts]) -> bytearray:
    """The `Role` of each of the texts, which stand in input order."""
    chosen = bytearray(len(texts))  # Role.ARTICLE is 0
    # Both sorts are stable, so that texts alike in all this stay in input order.
    order = sorted((number for number, text in enumerate(texts) if text.id), key=lambda n: rank(texts[n]), reverse=True)
    order.sort(key=lambda number: texts[number].id or "")
    for _, group in groupby(order, lambda number: texts[number].id):
        article, *others = group
        seen = {texts[article].digest}
        for number in others:
            digest = texts[number].digest
            chosen[number] = Role.IDENTICAL if digest in seen else Role.REVISION
            seen.add(digest)
    return chosen


def newest_first(texts: Iterable[_Text], record: Callable[[_Text], Article]) -> list[_Text]:
    """Texts of one id in the order of `roles`, by the record of each; those alike go by where they were read."""

    def place(text: _Text) -> tuple[str, str, int]:
        source = record(text).source
        return source.file or "", source.member or "", source.number

    return sorted(sorted(texts, key=place), key=lambda text: rank(facts_of(record(text))), reverse=True)


def listed(revisions: Sequence[Article]) -> list[Revision]:
    """A line for each of an article's revisions, which stand newest first."""
    return [
        Revision(
            revision=number,
            key=article.key,
            modified=article.modified,
            title=article.title,
            dialect=article.source.dialect,
            file=article.source.file,
            member=article.source.member,
            number=article.source.number,
            words=len(article.text.split()),
        )
        for number, article in enumerate(revisions, 1)
    ]


def differing(one: Article, other: Article) -> list[str]:
    """The fields in which two texts do not say the same; none where they are identical."""
    said = (_said(article, article.text.split()) for article in (one, other))
    return [field for (field, here), (_, there) in zip(*said, strict=True) if here != there]


def _digest(article: Article, words: Sequence[str]) -> bytes:
    said = "\n".join(said for _, said in _said(article, words))
    import hashlib  # with OpenSSL it takes 7 ms to import, and a search needs none

    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()


def _said(article: Article, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What an article says, by field: words parted by single blanks. References are told by the text they stand in."""
    parts: tuple[tuple[str, Iterable[str]], ...] = (
        ("title", (article.title,)),
        ("modified", (article.modified or "",)),
        ("products", article.products),
        # As words, since some forms drop the colon of an empty list of versions.
        ("versions", (word for version in article.versions for word in (version.platform, *version.versions))),
        ("operating_systems", article.operating_systems),
        ("keywords", article.keywords),
        ("applies_to", _entries(article.applies_to)),
        ("residue", article.residue),
        ("sections", words),
        ("query_words", article.query_words),
        ("metadata", (text for item in article.metadata.items() for text in item)),
    )
    for field, texts in parts:
        yield field, " ".join(words if texts is words else " ".join(texts).split())


def _entries(entries: Iterable[AppliesTo]) -> Iterator[str]:
    for entry in entries:
        yield entry.text
        yield from _entries(entry.with_)
