"""From sources to articles, in this process and one by one."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias, overload

from kbarchive.article import Article
from kbarchive.document import Document, Entry, Failure, Skipped, Unread, reason
from kbarchive.errors import SourceError
from kbarchive.parsing import cut_apart, parse_document
from kbarchive.sources import SourcePath, entries

Outcome: TypeAlias = Article | Failure | Skipped

# Large enough that reading many files at once pays (the same code stays at hand for all of them), and that handing a batch
# to another process costs nothing beside the parsing; small enough that memory stays flat.
_BATCH_BYTES = 200_000
_BATCH_DOCUMENTS = 256
_BATCH_ENDS = 128


def read(
    *sources: SourcePath,
    on_skip: Callable[[Skipped], object] | None = None,
    on_failure: Callable[[Failure], object] | None = None,
) -> Iterator[Article]:
    """All articles of files, folders, zips, tars and "-" (standard input), lazily and in stable order.

    What is no article is left out and told to on_skip. on_failure is told of each file or member that cannot be read,
    and the work goes on behind it; without on_failure that raises SourceError, as does a source that does not exist (at
    once, before anything is read). `sources.documents` tells what sources are.
    """
    stream = entries(*sources)

    def articles() -> Iterator[Article]:
        for outcome in (outcome for batch in batches(stream) for entry in batch for outcome in outcomes(entry)):
            if isinstance(outcome, Article):
                yield outcome
            elif isinstance(outcome, Skipped):
                if on_skip:
                    on_skip(outcome)
            elif on_failure:
                on_failure(outcome)
            else:
                raise SourceError(str(outcome))

    return articles()


@overload
def batches(stream: Iterable[Entry]) -> Iterator[list[Entry]]: ...
@overload
def batches(stream: Iterable[Entry | Unread]) -> Iterator[list[Entry | Unread]]: ...
def batches(stream: Iterable[Any]) -> Iterator[list[Any]]:
    """The entries in batches of about 200 kB, in order.

    Some names end a batch, one in 128: so a document that is new or gone changes its own batch, and the next ones
    are as they were.
    """
    batch: list[Entry | Unread] = []
    size = 0
    for entry in stream:
        batch.append(entry)
        size += entry.size if isinstance(entry, Unread) else len(entry.data) if isinstance(entry, Document) else 0
        if size >= _BATCH_BYTES or len(batch) >= _BATCH_DOCUMENTS or _ends_batch(entry):
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _ends_batch(entry: Entry | Unread) -> bool:
    name = (None if isinstance(entry, Unread) else entry.member) or entry.file
    return zlib.crc32(name.encode()) % _BATCH_ENDS == 0


def outcomes(entry: Entry) -> Iterator[Outcome]:
    """What comes of an entry: its articles, or why there is none."""
    if not isinstance(entry, Document):
        yield entry
        return
    try:
        articles = parse_document(entry.data, file=entry.file, member=entry.member)
    except MemoryError as error:
        yield Failure(entry.file, entry.member, reason(error))
        return
    except Exception as error:  # any input gives a record, so this is an error of ours: tell it, and go on
        yield Failure(entry.file, entry.member, f"error in kbarchive: {type(error).__name__}: {reason(error)}")
        return
    for article in articles:
        if article.source.dialect == "unknown":
            yield Skipped(entry.file, entry.member, _odd(article))
        else:
            yield article


def own_bytes(articles: Sequence[Article], data: bytes) -> list[bytes]:
    """For each article of a file its own bytes, of which its record has the checksum."""
    return [data] if len(articles) == 1 else cut_apart(data) if articles else []


def _odd(article: Article) -> str:
    """Why it is none; the others of its diagnostics are about the text that it is taken for."""
    told = (diagnostic.message for diagnostic in article.diagnostics if diagnostic.code == "not-an-article")
    return next(told, "no known form of article")
