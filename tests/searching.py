"""Made-up articles to search in, and an index of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from kbarchive.article import Article
from kbarchive.index import build_index
from kbarchive.search import Index, open_index
from kbarchive.search.results import Snippet
from kbarchive.search.snippets import best_snippets
from kbarchive.search.sought import Sought

T = TypeVar("T")

_FORM = """\
DOCUMENT:Q{number}  {date}  [{collection}]
TITLE   :{title}
PRODUCT :{product}
PROD/VER:winnt:5.5
OPER/SYS:
KEYWORDS:kbmadeup

======================================================================
-------------------------------------------------------------------------------
The information in this article applies to:

 - {product}, version 5.5
-------------------------------------------------------------------------------

{sections}

Additional query words: {query_words}

======================================================================
Keywords          : kbmadeup
Version           : winnt:5.5
"""


def article(
    number: int,
    title: str,
    sections: Mapping[str, str],
    *,
    date: str = "12-MAY-1999",
    collection: str = "exchange",
    product: str = "Microsoft Exchange Server",
    query_words: str = "",
) -> bytes:
    """The bytes of an article in the FTP form; sections by heading."""
    text = "\n\n".join(f"{heading}\n{'=' * len(heading)}\n\n{body}" for heading, body in sections.items())
    return _FORM.format(
        number=number,
        date=date,
        collection=collection,
        title=title,
        product=product,
        sections=text,
        query_words=query_words,
    ).encode("latin-1")


ARTICLES = {
    "Q910001": article(
        910001,
        'SMTP: "Relay Not Allowed" When Sending',
        {
            "SYMPTOMS": "A letter that leaves the building comes back with the words relay not allowed.",
            "CAUSE": "The value below is set:\n\n   HKEY_LOCAL_MACHINE\\System\\Letters\\RelayFlags",
            "MORE INFORMATION": "See also:\n\n   Q910002 Setting Up the Connector\n\n   Q919999 Gone For Good",
        },
        query_words="open gateway",
    ),
    "Q910002": article(
        910002,
        "Setting Up the Connector",
        {
            "SUMMARY": "The connector is set up in three steps. It is not hard. Relay hosts are allowed.",
            "MORE INFORMATION": "Copy autoexec.bat, then call CreateWindowEx over TCP/IP. Error 0x80040154 is harmless.",
        },
        date="1-JAN-2001",
    ),
    "Q910003": article(
        910003,
        "Compiling With C++ and Win32s",
        {
            "SYMPTOMS": "The compiler stops with a fatal error in the netshield library.",
            "WORKAROUND": "Write it in C++ instead, and do not use C.",
        },
        date="3-MAR-1995",
        collection="visualc",
        product="Microsoft Visual C++",
    ),
}


def write_articles(folder: Path, articles: Mapping[str, bytes] = ARTICLES) -> Path:
    """Writes articles as files into a folder, and returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in articles.items():
        (folder / f"{name}.TXT").write_bytes(data)
    return folder


def index_of(folder: Path, articles: Mapping[str, bytes] = ARTICLES) -> Index:
    """An index, below `folder`, of articles."""
    build_index(write_articles(folder / "articles", articles), folder / "index", jobs=1)
    return open_index(folder / "index")


def snippets_of(article: Article, weights: Mapping[bytes, float]) -> tuple[Snippet, ...]:
    """The snippets of an article for some terms."""
    return best_snippets(article, Sought(weights, {}))


def from_one_and_two_processes(folder: Path, articles: Mapping[str, bytes], ask: Callable[[Index], T]) -> tuple[T, T]:
    """What an index that one process built says, and one that two built, each with a shard of its own."""
    source = write_articles(folder / "articles", articles)
    said = []
    for jobs in (1, 2):
        build_index(source, folder / f"index{jobs}", jobs)
        with open_index(folder / f"index{jobs}") as index:
            assert len(index.metadata.shards) == jobs
            said.append(ask(index))
    return said[0], said[1]
