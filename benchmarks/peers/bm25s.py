"""bm25s: BM25 of one text an article, computed ahead into a sparse matrix. The title counts by being repeated in the text."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import bm25s
import msgspec
import Stemmer

from benchmarks.peers import engine
from benchmarks.peers.engine import BOOSTS, Text, setting
from benchmarks.qrels import ASKED

# Whether words are stemmed, and on which of bm25s's stop lists they may not be.
_KINDS: dict[str, tuple[bool, str | None]] = {
    "stemmed": (True, None),
    "stemmed, stop list": (True, "english"),
    "plain": (False, None),
}

# What the one text is made of: how often the title stands in it, and whether the rest does.
_TEXTS = {
    "body only": (0, False),
    **{f"title x{boost}, body": (boost, False) for boost in BOOSTS},
    **{f"title x{boost}, body, rest": (boost, True) for boost in BOOSTS},
}


class Engine(engine.Engine):
    version = f"bm25s {version('bm25s')}"

    @classmethod
    def build(cls, folder: Path, texts: Iterable[Text]) -> None:
        texts = list(texts)
        (folder / "ids.json").write_bytes(msgspec.json.encode([text.id for text in texts]))
        for kind in _KINDS:
            titles, bodies, rests = (
                _tokens([getattr(text, field) for text in texts], kind) for field in ("title", "body", "rest")
            )
            for name, (repeated, with_rest) in _TEXTS.items():
                corpus = [
                    [*title * repeated, *body, *(rest if with_rest else ())]
                    for title, body, rest in zip(titles, bodies, rests, strict=True)
                ]
                matrix = bm25s.BM25()
                matrix.index(corpus, show_progress=False)
                matrix.save(folder / setting(kind, name))

    def __init__(self, folder: Path) -> None:
        self._ids: list[str] = msgspec.json.decode((folder / "ids.json").read_bytes())
        self._matrices = {kind: {name: bm25s.BM25.load(folder / setting(kind, name)) for name in _TEXTS} for kind in _KINDS}

    def search(self, query: str) -> dict[str, list[str]]:
        found = {}
        number = min(ASKED, len(self._ids))
        for kind, matrices in self._matrices.items():
            tokens = _tokens([query], kind)
            for name, matrix in matrices.items():
                documents, scores = matrix.retrieve(tokens, k=number, show_progress=False)
                hits = zip(documents[0].tolist(), scores[0].tolist(), strict=True)
                found[setting(kind, name)] = [self._ids[document] for document, score in hits if score > 0]
        return found


def _tokens(texts: list[str], kind: str) -> list[list[str]]:
    stemmed, stop_words = _KINDS[kind]
    tokens: list[list[str]] = bm25s.tokenize(
        texts,
        stopwords=stop_words,
        stemmer=Stemmer.Stemmer("english") if stemmed else None,
        return_ids=False,
        show_progress=False,
    )
    return tokens
