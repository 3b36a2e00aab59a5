"""How well the right article is found, beside other engines over the same articles, asked the same queries in the same run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from benchmarks.ablation import AS_IT_IS, VARIANTS
from benchmarks.agreement import disagreements
from benchmarks.peers import Engine, open_peer
from benchmarks.qrels import ASKED, Ranks, Sets, ask, read_sets
from benchmarks.tables import ablation_table, agreement_line, head, relevance_tables
from benchmarks.texts import texts_of
from kbarchive import __version__
from kbarchive.index import build_index
from kbarchive.search import Index, open_index

OURS = "kbarchive"

Say = Callable[[str], object]


def measure_relevance(
    source: Path, qrels: Path, work: Path, index: Path | None, peers: Iterable[str], say: Say, *, parts: bool, agreement: bool
) -> str:
    """The tables of all sets of queries in the folder `qrels`.

    `index` is an index of ours of the source; None means one built anew. The peers' indexes and what they answered are kept
    in the folder `work` and used again: it is to be deleted when their module, or the parser, has changed. `parts` adds the
    table of the parts of the ranking, `agreement` the comparison of the first hits with many.
    """
    sets = read_sets(qrels)
    texts = texts_of(source, work)
    if index is None:
        index = work / OURS
        say(f"{OURS}: indexing")
        build_index(source, index)
    runs: dict[str, dict[str, Ranks]] = {}
    versions, missing = [f"{OURS} {__version__}"], []
    with open_index(index) as opened:
        articles = len(opened)
        say(f"{OURS}: asking")
        runs[OURS] = {AS_IT_IS: _ranks(opened, sets)}
    for peer in peers:
        say(f"{peer}: opening")
        try:
            engine = open_peer(peer, work, texts)
        except ImportError:
            say(f"{peer}: not installed; pip install -e '.[bench]'")
            missing.append(peer)
            continue
        versions.append(engine.version)
        runs[peer] = _peer_ranks(peer, engine, sets, work, say)
    blocks = [head(articles, sets, versions, missing), *relevance_tables(sets, runs, OURS)]
    if parts:
        blocks.append(ablation_table(sets, {name: _variant_ranks(name, index, sets, say) for name in VARIANTS}))
    if agreement:
        with open_index(index) as opened:
            say(f"{OURS}: comparing the first hits with many")
            queries = [question.query for questions in sets.values() for question in questions]
            blocks.append(agreement_line(len(queries), list(disagreements(opened, queries))))
    return "\n\n".join(blocks)


def _ranks(index: Index, sets: Sets) -> Ranks:
    return ask(sets, lambda query: [hit.id for hit in index.search(query, limit=ASKED, snippets=False).hits])


def _variant_ranks(name: str, index: Path, sets: Sets, say: Say) -> Ranks:
    say(f"{OURS}, {name}: asking")
    with VARIANTS[name](index) as opened:
        return _ranks(opened, sets)


def _peer_ranks(peer: str, engine: Engine, sets: Sets, work: Path, say: Say) -> dict[str, Ranks]:
    """The ranks for each setting; they are kept, since a slow peer takes many minutes and does not change."""
    ranks: dict[str, dict[str, list[int]]] = {}
    for name, questions in sets.items():
        digest = hashlib.sha256(msgspec.json.encode([engine.version, questions])).hexdigest()[:16]
        kept = work / "ranks" / f"{peer}-{name}-{digest}.json"
        if not kept.exists():
            say(f"{peer}: asking {name}")
            found: dict[str, list[int]] = {}
            for question in questions:
                for setting, ids in engine.search(question.query).items():
                    found.setdefault(setting, []).append(question.rank(ids))
            kept.parent.mkdir(exist_ok=True)
            kept.write_bytes(msgspec.json.encode(found))
        for setting, of_set in msgspec.json.decode(kept.read_bytes(), type=dict[str, list[int]]).items():
            ranks.setdefault(setting, {})[name] = of_set
    return dict(ranks)
