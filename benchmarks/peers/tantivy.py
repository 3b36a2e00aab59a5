"""tantivy, the library of quickwit: BM25 field by field, the boosted scores of the fields added up."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import tantivy

from benchmarks.peers import engine
from benchmarks.peers.engine import FORMS, SUM_BOOSTS, Text, first_then, setting
from benchmarks.qrels import ASKED

_TOKENIZERS = {"stemmed": "en_stem", "plain": "default"}
_FIELD_NAMES = ("title", "body", "rest", "whole")

# The fields asked, and their boosts.
_FIELDS = {
    "one field": {"whole": 1},
    "title only": {"title": 1},
    "body only": {"body": 1},
    **{f"title x{boost}, body": {"title": boost, "body": 1} for boost in SUM_BOOSTS},
    **{f"title x{boost}, body, rest": {"title": boost, "body": 1, "rest": 1} for boost in SUM_BOOSTS},
}


class Engine(engine.Engine):
    version = f"tantivy {version('tantivy')}"

    @classmethod
    def build(cls, folder: Path, texts: Iterable[Text]) -> None:
        builder = tantivy.SchemaBuilder().add_text_field("id", stored=True, tokenizer_name="raw")
        for kind, tokenizer in _TOKENIZERS.items():
            for field in _FIELD_NAMES:
                builder.add_text_field(f"{kind}_{field}", tokenizer_name=tokenizer)
        writer = tantivy.Index(builder.build(), path=str(folder)).writer(num_threads=1)
        for text in texts:
            by_kind = {f"{kind}_{field}": getattr(text, field) for kind in _TOKENIZERS for field in _FIELD_NAMES}
            writer.add_document(tantivy.Document(id=text.id, **by_kind))
        writer.commit()
        writer.wait_merging_threads()

    def __init__(self, folder: Path) -> None:
        self._index = tantivy.Index.open(str(folder))
        self._searcher = self._index.searcher()

    def search(self, query: str) -> dict[str, list[str]]:
        found = {}
        for kind in _TOKENIZERS:
            for form, words_of in FORMS.items():
                expression = " ".join(f'"{word}"' for word in words_of(query))
                for fields, boosts in _FIELDS.items():
                    asked = {f"{kind}_{field}": float(boost) for field, boost in boosts.items()}
                    some = self._search(expression, asked, every=False)
                    every = self._search(expression, asked, every=True)
                    found[setting(kind, fields, form)] = some
                    found[setting(kind, fields, form, "all words first")] = first_then(every, some, ASKED)
        return found

    def _search(self, expression: str, boosts: dict[str, float], *, every: bool) -> list[str]:
        query = self._index.parse_query(expression, list(boosts), field_boosts=boosts, conjunction_by_default=every)
        return [self._searcher.doc(address)["id"][0] for _, address in self._searcher.search(query, ASKED).hits]
