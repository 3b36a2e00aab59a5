"""Pages of the web application, asked for in-process, and looked at as a browser would."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

from starlette.testclient import TestClient

from kbarchive.article import Article, Code, List, Note, Paragraph, Table, walk_blocks, walk_sections
from kbarchive.index.build import build_sample
from kbarchive.render.clean import printable
from kbarchive.search import Index, open_index
from kbarchive.web import Limits, create_app
from tests.commands import PATIENCE

_WORD = re.compile(r"[^\W_]+")
_VOID = {"meta", "link", "input", "hr", "br", "img"}


@contextmanager
def asking(
    opening: Callable[[], Index], limits: Limits | None = None, hosts: tuple[str, ...] = ("*",), folder: Path | None = None
) -> Iterator[TestClient]:
    """A client of an application over an index, which `opening` opens in other processes; closed with it."""
    with TestClient(create_app(opening, limits or Limits(seconds=PATIENCE), hosts, folder)) as client:
        yield client


@contextmanager
def asking_sample(folder: Path) -> Iterator[TestClient]:
    """A client of the bundled sample, whose index is made below a folder."""
    build_sample(folder / "sample")
    with asking(partial(open_index, folder / "sample")) as client:
        yield client


def words(text: str) -> set[str]:
    return set(_WORD.findall(text.replace("_", " ")))


def words_of(article: Article) -> set[str]:
    """All words of a record's residue and sections. The marks of lists that do not count are none: a page has bullets."""
    pieces = list(article.residue)
    for section in walk_sections(article.sections):
        pieces.append(section.heading)
        for block in walk_blocks(section.blocks):
            match block:
                case Paragraph() | Code() | Table():
                    pieces.append(block.text)
                case Note():
                    pieces.append(block.label)
                case List(ordered=True):
                    pieces += (item.marker for item in block.items)
    return words(" ".join(printable(piece) for piece in pieces))


class Page(HTMLParser):
    """The elements and the text of a page, whole and in pieces, the marks of steps among these.

    Elements have to nest, ids to be unique.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.pieces: list[str] = []
        self._open: list[str] = []
        self._first_letter: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []
        ids = [attributes["id"] for _, attributes in self.elements if "id" in attributes]
        assert len(ids) == len(set(ids)), ids

    @property
    def links(self) -> list[str]:
        return [attributes["href"] for name, attributes in self.elements if name == "a"]

    def all(self, name: str) -> list[dict[str, str]]:
        return [attributes for element, attributes in self.elements if element == name]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "ol":
            self._first_letter.append({"a": "a", "A": "A"}.get(dict(attrs).get("type") or "", ""))
        if tag == "li" and (value := dict(attrs).get("value")):
            first = self._first_letter[-1]
            self.pieces.append(chr(ord(first) + int(value) - 1) if first else value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        if tag == "ol":
            self._first_letter.pop()

    def handle_data(self, data: str) -> None:
        if "title" not in self._open:
            self.text += data
            self.pieces.append(data)


def harmless(text: str) -> Page:
    """A page all of whose elements are ours: no script but the one, no handler, no style, no link to elsewhere."""
    page = Page(text)
    assert [script["src"].partition("?")[0] for script in page.all("script")] == ["/static/app.js"]
    for name, attributes in page.elements:
        assert name not in {"iframe", "object", "embed", "base", "style", "img", "math", "b", "mi"}
        assert not any(attribute.startswith("on") or attribute == "style" for attribute in attributes), (name, attributes)
        for where in ("href", "src", "action"):
            assert attributes.get(where, "/").startswith(("/", "#")), attributes
            assert not attributes.get(where, "/").startswith("//"), attributes
    assert len(page.all("meta")) <= 4
    assert len(page.all("form")) == 1
    assert not any((ord(letter) < 32 and letter not in "\n\t") or 127 <= ord(letter) < 160 for letter in text)
    return page
