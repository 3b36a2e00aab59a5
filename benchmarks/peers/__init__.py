"""Other search engines, over the same articles: each in several settings, so that it is compared at its best.

A module here has a class `Engine`; its library comes with the extra `bench`. Queries are words to all of them: what would
be an operator in an engine's own query language is escaped, so that no query fails.
"""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.peers.engine import Engine, Text

_MODULES = {"SQLite FTS5": "fts5", "tantivy": "tantivy", "bm25s": "bm25s", "Whoosh": "whoosh"}

PEERS: tuple[str, ...] = tuple(_MODULES)

_BUILT = "built"


def open_peer(peer: str, work: Path, texts: Callable[[], Iterable[Text]]) -> Engine:
    """The engine over the texts, which it indexes below `work` unless that was done before.

    Raises ImportError where its library is not installed.
    """
    engine: type[Engine] = importlib.import_module(f"benchmarks.peers.{_MODULES[peer]}").Engine
    folder = work / _MODULES[peer]
    if not (folder / _BUILT).exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        engine.build(folder, texts())
        (folder / _BUILT).touch()
    return engine(folder)


__all__ = ["PEERS", "Engine", "Text", "open_peer"]
