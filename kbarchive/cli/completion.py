"""What a shell may complete in arguments and options: keys of articles, queries, files, indexes.

A completer may raise whatever it likes: `shells` says nothing then. Nothing heavy is imported before one is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from kbarchive.search import Index

_MOST_TITLES = 20


def complete_key(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Keys of articles, a few with their titles."""
    with _index(ctx) as index:
        keys = index.keys(incomplete)
        return _with_titles(index, keys, keys)


def complete_query(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A query that goes on: fields, their values, keys of articles."""
    with _index(ctx) as index:
        texts = index.completions(incomplete)
        return _with_titles(index, texts, [text.rpartition(":")[2].rpartition(" ")[2] for text in texts])


def complete_index(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A folder, or "sample"."""
    from click.shell_completion import CompletionItem

    from kbarchive.index.folders import SAMPLE

    sample = [CompletionItem(SAMPLE)] if incomplete and SAMPLE.startswith(incomplete) else []
    return [*sample, CompletionItem(incomplete, type="dir")]


def complete_file(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files and folders; the shell knows them."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def _index(ctx: click.Context) -> Index:
    from kbarchive.search import open_index

    return open_index(ctx.params.get("index_dir"))


def _with_titles(index: Index, texts: list[str], keys: list[str]) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    few = len(texts) <= _MOST_TITLES
    return [CompletionItem(text, help=_title(index, key) if few else None) for text, key in zip(texts, keys, strict=True)]


def _title(index: Index, key: str) -> str | None:
    from kbarchive.errors import UnknownArticleError

    try:
        return index.article(key).title
    except UnknownArticleError:
        return None
