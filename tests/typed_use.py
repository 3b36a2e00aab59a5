"""The library as a strictly typed program uses it: mypy checks this file, and nothing runs it.

Each `assert_type` is a promise to users: a public name whose type gets lost, or becomes another, fails the check of types.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import assert_type

from lark import Token, Tree

import kbarchive
from kbarchive.graph import Graph, neighbourhood
from kbarchive.search import Snippet
from kbarchive.survey import Survey, survey


def read(path: Path) -> None:
    article = kbarchive.parse(path.read_bytes())
    assert_type(article, kbarchive.Article)
    assert_type(kbarchive.parse("text"), kbarchive.Article)
    assert_type(kbarchive.parse_tree(b""), Tree[Token])
    assert_type(kbarchive.read(path, "-"), Iterator[kbarchive.Article])
    assert_type(article.id, str | None)
    assert_type(article.products, tuple[str, ...])
    assert_type(article.symptoms, str)
    assert_type(article.sections[0].blocks, tuple[kbarchive.Block, ...])
    assert_type([diagnostic.code for diagnostic in article.diagnostics], list[str])
    for block in article.sections[0].blocks:
        match block:
            case kbarchive.List(items=items):
                assert_type(items, tuple[kbarchive.Item, ...])
            case kbarchive.Table(rows=rows):
                assert_type(rows, tuple[tuple[str, ...], ...])
            case kbarchive.Note(label=text) | kbarchive.Paragraph(text=text) | kbarchive.Code(text=text):
                assert_type(text, str)
            case kbarchive.Rule():
                pass


def convert(path: Path) -> None:
    assert_type(kbarchive.convert(path, path / "o.jsonl", newest=True), kbarchive.Report)
    assert_type(kbarchive.convert([path, "other.zip"], "-", "jsonl", jobs=1), kbarchive.Report)
    assert_type(kbarchive.loads(b""), kbarchive.Article)
    assert_type(kbarchive.read_jsonl(path), Iterator[kbarchive.Article])
    kbarchive.to_dataframe(kbarchive.read(path))


def search(path: Path) -> None:
    assert_type(kbarchive.open_index(path), kbarchive.Index)
    with kbarchive.open_index() as index:
        results = index.search("relay", limit=3, sort="date", facets=True, explain=True)
        assert_type(results, kbarchive.Results)
        assert_type(results.hits, tuple[kbarchive.Hit, ...])
        assert_type(results.hits[0].snippets, tuple[Snippet, ...])
        assert_type(results.facets, dict[str, dict[str, int]])
        assert_type(index.like("Q206968"), kbarchive.Results)
        assert_type(index.article("Q206968"), kbarchive.Article)
        assert_type(index.revisions("Q206968"), list[kbarchive.Article])
        assert_type(index.articles(), Iterator[kbarchive.Article])
        assert_type(neighbourhood(index, "Q206968"), Graph)
        assert_type(survey(index), Survey)


def fail() -> None:
    try:
        kbarchive.loads("")
    except kbarchive.KbArchiveError as error:
        assert_type(error, kbarchive.KbArchiveError)
    kbarchive.open_index().search("relay", sort="size")  # type: ignore[arg-type]  # an order that there is not
    kbarchive.parse(1)  # type: ignore[arg-type]
    kbarchive.parse(b"").title = "other"  # type: ignore[misc]  # records are immutable
