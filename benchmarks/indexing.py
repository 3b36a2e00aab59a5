"""Building an index, beside other engines that store and index the same: time, memory, size, and how they grow."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.measure import machine
from benchmarks.processes import Measured, measured
from benchmarks.storing import STORES, Row
from benchmarks.texts import text_of
from kbarchive.article import Article
from kbarchive.errors import SourceError
from kbarchive.index import build_index
from kbarchive.reading import outcomes, own_bytes
from kbarchive.sources import documents

OURS = "kbarchive"
PART = 8
"""Growth is told from every eighth document to all."""

LIBRARIES = {"tantivy": "tantivy", "Whoosh": "whoosh"}
_LENGTH_BYTES = 4

Say = Callable[[str], object]


class _Built(NamedTuple):
    cost: Measured
    size: int
    articles: int


def measure_indexing(source: Path, jobs: int | None, rounds: int, peers: Iterable[str], say: Say) -> str:
    """The tables of building indexes of a source, the median of `rounds`."""
    peers = list(peers)
    missing = [peer for peer in peers if peer in LIBRARIES and importlib.util.find_spec(LIBRARIES[peer]) is None]
    engines = [OURS, *(peer for peer in peers if peer not in missing)]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        say("reading the source")
        counts = {part: prepared(source, work / part, step) for part, step in (("part", PART), ("whole", 1))}
        if not counts["part"]:
            raise SourceError(f"{source}: no article to index")
        runs: dict[tuple[str, str], list[_Built]] = {}
        # The engines take turns, so that a busy machine disturbs all alike.
        for _ in range(rounds):
            for part in counts:
                for engine in engines:
                    say(f"{engine}: indexing the {part}")
                    cost, size = _built(engine, source if part == "whole" else work / part / "documents", work, part, jobs)
                    runs.setdefault((engine, part), []).append(_Built(cost, size, counts[part]))
    median = {key: sorted(built, key=lambda built: built.cost.wall)[len(built) // 2] for key, built in runs.items()}
    return _tables(engines, median, missing, rounds)


def prepared(source: Path, folder: Path, step: int) -> int:
    """Writes each so many-th document of a source into a folder, and what peers are given of them; how many articles."""
    (folder / "documents").mkdir(parents=True)
    articles = 0
    with (folder / "rows").open("wb") as rows:
        for number, document in enumerate(documents(source, on_failure=lambda _: None)):
            if number % step:
                continue
            if step > 1:
                suffix = Path(document.member or document.file).suffix
                (folder / "documents" / f"{number}{suffix}").write_bytes(document.data)
            found = [outcome for outcome in outcomes(document) if isinstance(outcome, Article)]
            for article, own in zip(found, own_bytes(found, document.data), strict=True):
                text = text_of(article)
                row = Row(text.id, text.title, text.body, text.rest, msgspec.msgpack.encode(article), own)
                encoded = msgspec.msgpack.encode(row)
                rows.write(len(encoded).to_bytes(_LENGTH_BYTES) + encoded)
                articles += 1
    return articles


def _built(engine: str, source: Path, work: Path, part: str, jobs: int | None) -> tuple[Measured, int]:
    with tempfile.TemporaryDirectory(dir=work) as folder:
        if engine == OURS:
            cost = measured(build_index, source, Path(folder), jobs)
        else:
            cost = measured(build_peer, engine, Path(folder), work / part / "rows")
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    return cost, size


def build_peer(engine: str, folder: Path, rows: Path) -> None:
    STORES[engine](folder, _rows(rows))


def _rows(path: Path) -> Iterator[Row]:
    decode = msgspec.msgpack.Decoder(Row).decode
    with path.open("rb") as stream:
        while length := stream.read(_LENGTH_BYTES):
            yield decode(stream.read(int.from_bytes(length)))


def _tables(engines: Sequence[str], built: dict[tuple[str, str], _Built], missing: Sequence[str], rounds: int) -> str:
    ours = built[OURS, "whole"]
    lines = [
        f"index, median of {rounds}: {ours.articles:,} articles, the same stored and indexed by all; ours also reads and "
        f"parses them; {machine()}",
        "",
        "| engine | wall s | ours is so many times | CPU s | peak MB | MB on disk | ours is so many times |",
        "|---|---|---|---|---|---|---|",
    ]
    for engine in engines:
        cost, size, _ = built[engine, "whole"]
        lines.append(
            f"| {engine} | {cost.wall:.2f} | {ours.cost.wall / cost.wall:.2f} | {cost.cpu:.2f} "
            f"| {'' if cost.memory is None else f'{cost.memory / 1e6:.0f}'} | {size / 1e6:.1f} | {ours.size / size:.2f} |"
        )
    lines += [
        "",
        f"growth, from every {PART}th document to all: microseconds an article",
        "",
        "| engine | wall, part | wall, whole | growth | CPU, part | CPU, whole | growth | peak MB, part |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for engine in engines:
        part, whole = built[engine, "part"], built[engine, "whole"]
        cells = []
        for some, every in ((part.cost.wall, whole.cost.wall), (part.cost.cpu, whole.cost.cpu)):
            few, many = some / part.articles * 1e6, every / whole.articles * 1e6
            cells += [f"{few:.0f}", f"{many:.0f}", f"{many / few - 1:+.0%}"]
        memory = "" if part.cost.memory is None else f"{part.cost.memory / 1e6:.0f}"
        lines.append(f"| {engine} | {' | '.join(cells)} | {memory} |")
    if missing:
        lines.append(f"\nNot installed, and so not measured: {', '.join(missing)}.")
    return "\n".join(lines)
