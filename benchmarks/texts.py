"""The articles that the peers are given: read once from a source, and kept for the next run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from benchmarks.peers import Text
from kbarchive.article import Article
from kbarchive.errors import SourceError
from kbarchive.reading import read
from kbarchive.revisions import Role, facts_of, roles


def texts_of(source: Path, work: Path) -> Callable[[], Iterator[Text]]:
    """What gives the texts of a source, as often as it is asked; they are kept in the folder `work`.

    Of several texts of an article there is the newest, as in an index of ours. Raises SourceError where the folder was used
    for another source.
    """
    kept, named = work / "texts.jsonl", work / "source.txt"
    name = str(source.resolve())
    if not named.exists():
        work.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(b"".join(msgspec.json.encode(text) + b"\n" for text in _read_texts(source)))
        named.write_text(name, encoding="utf-8")
    elif (other := named.read_text(encoding="utf-8")) != name:
        raise SourceError(f"{work}: holds what was made of {other}; choose another folder with --work")

    def texts() -> Iterator[Text]:
        with kept.open("rb") as lines:
            for line in lines:
                yield msgspec.json.decode(line, type=Text)

    return texts


def text_of(article: Article) -> Text:
    """An article as a peer sees it: nothing that can be searched for is left out."""
    rest = (
        article.collection or "",
        *article.products,
        *article.keywords,
        *(entry.text for entry in article.applies_to),
        *article.query_words,
        *article.metadata.values(),
        *article.residue,
    )
    return Text(article.id or article.key, article.title, article.text, "\n".join(filter(None, rest)))


def _read_texts(source: Path) -> Iterable[Text]:
    facts, texts = [], []
    for article in read(source):
        facts.append(facts_of(article))
        texts.append(text_of(article))
    if not texts:
        raise SourceError(f"{source}: no article found")
    return (text for text, role in zip(texts, roles(facts), strict=True) if role == Role.ARTICLE)
