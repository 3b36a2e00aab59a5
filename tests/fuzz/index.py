"""The index reader: a file of a small index is changed; what is read of it is right, or is told to be damaged."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from kbarchive.errors import SearchIndexError, UnknownArticleError
from kbarchive.index import build_index
from kbarchive.search import open_index
from tests.fuzz.seeds import small
from tests.fuzz.target import BrokenError, Target
from tests.searching import ARTICLES, write_articles

_QUERIES = ["relay not allowed", '"relay hosts" -x', "title:relay OR j*", "relya~ modified:>=1990", "keyword:kbmadeup"]


class _Built(NamedTuple):
    folder: Path
    files: list[str]
    answers: bytes


@cache
def _index() -> _Built:
    """An index of a few articles, the names of its files, and what it answers."""
    folder = Path(tempfile.mkdtemp(prefix="kbarchive-fuzz-"))
    texts = {f"Q{number}": data for number, data in enumerate(small()[:3], 920001)}
    build_index(write_articles(folder / "articles", ARTICLES | texts), folder / "index", jobs=1)
    shutil.rmtree(folder / "articles")
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name != "lock")
    return _Built(folder, files, _answers(folder / "index"))


def _answers(folder: Path) -> bytes:
    """All that a user may be shown of an index."""
    with open_index(folder) as index:
        shown: list[object] = [index.search(query, facets=True, explain=True) for query in _QUERIES]
        shown += [index.like("Q910001"), index.facets(), index.months(), index.dates(), index.cited_ids(), index.keys("91")]
        shown += [index.completions("rel"), len(index), *index.articles(), index.source_bytes("Q910002").decode("latin-1")]
    return msgspec.json.encode(shown)


def holds(data: bytes) -> None:
    """The first byte says which file; the others are what stands in it."""
    built = _index()
    path = built.folder / built.files[data[0] % len(built.files)] if data else built.folder / "index" / "current"
    before = path.read_bytes()
    path.write_bytes(data[1:])
    try:
        answers = _answers(built.folder / "index")
    except SearchIndexError as error:
        if "kbarchive index" not in str(error):
            raise BrokenError("a message does not say what mends the index", error) from error
    except UnknownArticleError as error:
        raise BrokenError("an article is not found any more", error) from error
    else:
        if answers != built.answers:
            raise BrokenError(f"wrong answers, and no word of damage: {Path(path).suffix}", path)
    finally:
        path.write_bytes(before)


def seeds() -> dict[str, list[bytes]]:
    built = _index()
    return {
        f"{number} {name}": [bytes([number]) + (built.folder / name).read_bytes()] for number, name in enumerate(built.files)
    }


TARGET = Target(seeds, holds, [b"generation-000001", b"\x80\x04", b"\x85R."], ("kbarchive", "whoosh"), seconds=3.0)
