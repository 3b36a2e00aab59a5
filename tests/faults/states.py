"""Two states of a source, and what an index of each answers."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import msgspec

from kbarchive import read
from kbarchive.index import build_index
from kbarchive.search import Index, open_index
from tests.searching import article, write_articles

_FIXED = ("the", "error -file", "title:setting", '"in the"', "win*", "modified:1995..1999", "summary:microsoft", "has:code")
_WORDS = "relay printer network folder letter window driver memory report server script table".split()


def made_up(folder: Path, number: int = 240) -> Path:
    """A folder of made-up articles, some of them revisions of others, some near-identical; always the same."""
    chance = random.Random(1)
    articles = {}
    for n in range(number):
        words = chance.choices(_WORDS, k=30)
        cited = 940000 + chance.randrange(number)
        sections = {
            "SYMPTOMS": " ".join(words[:12]) + f" error {n % 17}.",
            "CAUSE": f"The file is set:\n\n   HKEY_LOCAL_MACHINE\\{words[12]}\\{words[13]}",
            "MORE INFORMATION": " ".join(words[14:]) + f"\n\nSee also:\n\n   Q{cited} {words[14]}",
        }
        name = f"{940000 + n - (n % 20 == 19)}"
        articles[f"Q{name}-{n % 20}"] = article(
            int(name), f"{words[0]} {words[1]} in the {words[2]}".title(), sections, date=f"{1 + n % 28}-MAY-{1993 + n % 8}"
        )
    return write_articles(folder, articles)


class State(msgspec.Struct, frozen=True):
    """A source, how many articles an index of it has, and its answers."""

    source: str
    articles: int
    answers: list[Any]


def states(folder: Path, source: Path) -> tuple[list[str], list[State]]:
    """Queries, and two states of a source: all of it, and nine of ten files, some of which say something else."""
    other = folder / "other"
    shutil.copytree(source, other)
    for number, path in enumerate(sorted(path for path in other.rglob("*") if path.is_file())):
        if number % 10 == 0:
            path.unlink()
        elif number % 10 == 1:
            path.write_bytes(path.read_bytes().replace(b"error", b"wombat"))
    titles = sorted({record.title for record in read(source, on_failure=lambda _: None)})
    queries = [*_FIXED, "wombat", *random.Random(2).sample(titles, min(12, len(titles) // 20))]
    found = []
    for name, place in (("all", source), ("other", other)):
        build_index(place, folder / f"index-{name}", jobs=1)
        with open_index(folder / f"index-{name}") as index:
            found.append(State(str(place), len(index), answers(index, queries)))
    assert found[0] != found[1]
    return queries, found


def answers(index: Index, queries: list[str]) -> list[Any]:
    """All that an index says to queries, as plain values."""
    said: list[Any] = []
    for query in queries:
        results = index.search(query, limit=10, facets=True, fold=True)
        said.append([results.total, results.facets, results.suggestions, [msgspec.to_builtins(hit) for hit in results.hits]])
        said += [msgspec.to_builtins(index.article(hit.key)) for hit in results.hits[:2]]
        said += [index.source_bytes(hit.key) for hit in results.hits[:2]]
    said += [[hit.key for hit in index.search(query, sort="date", snippets=False).hits] for query in queries[:3]]
    said.append([revision.title for key in _some_keys(index) for revision in index.revisions(key)])
    said.append([index.citing(key) for key in _some_keys(index)])
    return said


def _some_keys(index: Index) -> list[str]:
    return sorted(key for key in index.dates() if "#" not in key)[::29]
