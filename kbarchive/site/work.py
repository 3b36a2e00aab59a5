"""What is to be done for a site, in pieces that any process can do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache, cached_property
from itertools import islice
from pathlib import Path

import msgspec

from kbarchive._version import __version__
from kbarchive.index.reader import open_reader
from kbarchive.search import open_index
from kbarchive.site.links import links
from kbarchive.site.places import place, settled
from kbarchive.site.shards import Shards
from kbarchive.site.walk import Stop, articles, ways
from kbarchive.site.writing import Made, Writer
from kbarchive.web.archive import Archive
from kbarchive.web.headers import POLICY
from kbarchive.web.rendering import render

_PACKAGE = Path(__file__).parent.parent
_SHOWING = ("render", "site", "web")  # the packages that a page is made by

ARTICLES, WAYS, SEARCH, LINKS = "articles", "ways", "search", "links"


class Piece(msgspec.Struct, frozen=True):
    """The pages of some articles or some ways to articles, by their numbers; a part of the terms; or pages to look at."""

    kind: str
    start: int = 0
    end: int = 0
    pages: tuple[str, ...] = ()


class Done(msgspec.Struct):
    """The files that were made, of files of terms the first term and the name; or how many links there are, and the files
    that they lead to, each with a page that has it."""

    made: list[Made] = msgspec.field(default_factory=list)
    links: int = 0
    targets: dict[str, str] = msgspec.field(default_factory=dict)
    starts: list[tuple[str, str]] = msgspec.field(default_factory=list)


class Task:
    """Does pieces of work, and opens the index for the first one. It can be handed to another process."""

    def __init__(self, index_dir: Path, target: Path, base_url: str) -> None:
        self._index_dir, self._target, self._base_url = index_dir, target, base_url

    def __call__(self, piece: Piece) -> Done:
        if piece.kind == LINKS:
            return Done([], *links(self._target, piece.pages))
        starts: list[tuple[str, str]] = []
        return Done(list(self._made(piece, starts)), starts=starts)

    def _made(self, piece: Piece, starts: list[tuple[str, str]]) -> Iterator[Made]:
        if piece.kind == SEARCH:
            for term, name, data in self._shards.terms(piece.start):
                starts.append((term, name))
                yield self._writer.put(f"search/{name}", data)
        elif piece.kind == ARTICLES:
            yield from map(self._page, articles(self._archive, piece.start, piece.end))
        else:
            yield from map(self._page, islice(ways(self._archive), piece.start, piece.end))

    def _page(self, stop: Stop) -> Made:
        """The page is made of the facts that it shows, and of how it shows them."""
        view = stop.page.make(self._archive, stop.asked)
        file = place(stop.address)
        digest = hashlib.sha256(self._version + msgspec.json.encode((file, view))).hexdigest()
        return self._writer.write(file, digest, lambda: self.show(stop.page.template, file, view=view))

    def show(self, template: str, file: str, *, anywhere: bool = False, **facts: object) -> bytes:
        """A template as the page that lies in a file (see `places.settled`)."""
        return settled(render(template, published=POLICY, **facts), file, self._base_url, anywhere=anywhere).encode()

    @cached_property
    def _archive(self) -> Archive:
        return Archive(open_index(self._index_dir))

    @cached_property
    def _shards(self) -> Shards:
        return Shards(open_reader(self._index_dir))

    @cached_property
    def _writer(self) -> Writer:
        return Writer(self._target)

    @cached_property
    def _version(self) -> bytes:
        return f"{version()} {self._base_url}".encode()


@cache
def version() -> str:
    """Another one whenever the templates are others, or the code that fills them."""
    digest = hashlib.sha256(__version__.encode())
    for package in _SHOWING:
        for path in sorted((_PACKAGE / package).rglob("*")):
            if path.suffix in (".py", ".html", ".css", ".js", ".svg"):
                digest.update(f"{path.name} ".encode() + path.read_bytes())
    return digest.hexdigest()
