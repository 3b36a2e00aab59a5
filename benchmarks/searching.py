"""Asking a hundred queries of all kinds, in a process that has the index open, and one in a process of its own."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.asking import ASKERS, HITS, parts_of
from benchmarks.indexing import LIBRARIES, OURS, build_peer, prepared
from benchmarks.measure import machine
from kbarchive.index import build_index
from kbarchive.search import open_index

_QUERIES = Path(__file__).with_name("queries.txt")

# Asked by a command of its own: words, a field, a phrase, a date.
_COLD = ("relay not allowed", "cause:memory leak", '"access is denied" printer', "modified:1996 setup hangs")

_COMMAND = "import sys; from kbarchive.cli.search import main; main()"
_FTS5 = (
    "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT articles.id FROM words JOIN articles ON "
    "articles.number = words.rowid WHERE words MATCH ? ORDER BY rank LIMIT 10', (sys.argv[2],)).fetchall())"
)

Say = Callable[[str], object]


def queries() -> list[str]:
    """The fixed list."""
    lines = _QUERIES.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def measure_searching(source: Path, index: Path | None, rounds: int, peers: Iterable[str], say: Say) -> str:
    """The tables of asking, the median of `rounds` for each query; `index` is one of the source, None for one built anew."""
    peers = list(peers)
    missing = [peer for peer in peers if peer in LIBRARIES and importlib.util.find_spec(LIBRARIES[peer]) is None]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        if index is None:
            say(f"{OURS}: indexing")
            index = work / OURS
            build_index(source, index)
        asked = [query for query in queries() if parts_of(query) is not None]
        times: dict[str, Mapping[str, float]] = {}
        with open_index(index) as opened:
            say(f"{OURS}: asking")
            articles = len(opened)
            every = _times(lambda query: opened.search(query, limit=HITS), queries(), rounds)
            ranked = _times(lambda query: opened.search(query, limit=HITS, snippets=False), queries(), rounds)
        times[f"{OURS}, with snippets"] = {query: every[query] for query in asked}
        times[f"{OURS}, hits alone"] = {query: ranked[query] for query in asked}
        engines = [peer for peer in peers if peer not in missing]
        if engines:
            say("reading the source")
            prepared(source, work / "whole", 1)
        for engine in engines:
            say(f"{engine}: indexing and asking")
            (work / engine).mkdir()
            build_peer(engine, work / engine, work / "whole" / "rows")
            ask = ASKERS[engine](work / engine)
            times[engine] = _times(lambda query, ask=ask: ask(parts_of(query) or ()), asked, rounds)  # type: ignore[misc]
        tables = [
            f"search, median of {rounds}: {articles:,} articles; {machine()}",
            _table(f"{len(asked)} queries of words and phrases, milliseconds", times),
            _table(f"all {len(every)} queries, fields, dates, wildcards and exclusions among them", {OURS: every}),
            _cold(index, source, work, rounds, say),
        ]
    if missing:
        tables.append(f"Not installed, and so not measured: {', '.join(missing)}.")
    return "\n\n".join(tables)


def _times(ask: Callable[[str], object], asked: Sequence[str], rounds: int) -> dict[str, float]:
    """For each query the median of its times in seconds, once all have been asked before."""
    taken: dict[str, list[float]] = {query: [] for query in asked}
    for number in range(rounds + 1):
        for query in asked:
            start = time.perf_counter()
            ask(query)
            if number:
                taken[query].append(time.perf_counter() - start)
    return {query: sorted(found)[len(found) // 2] for query, found in taken.items()}


def _table(title: str, times: Mapping[str, Mapping[str, float]]) -> str:
    lines = [title, "", "| engine | p50 | p95 | max | mean | p50 of ours is so many times |", "|---|---|---|---|---|---|"]
    first = _at(next(iter(times.values())), 0.5)
    for engine, of_queries in times.items():
        mean = sum(of_queries.values()) / len(of_queries)
        cells = (f"{1e3 * value:.1f}" for value in (*(_at(of_queries, share) for share in (0.5, 0.95, 1.0)), mean))
        lines.append(f"| {engine} | {' | '.join(cells)} | {first / _at(of_queries, 0.5):.1f} |")
    return "\n".join(lines)


def _at(times: Mapping[str, float], share: float) -> float:
    ordered = sorted(times.values())
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _cold(index: Path, source: Path, work: Path, rounds: int, say: Say) -> str:
    """The time of a whole command, Python's start included."""
    say("asking in processes of their own")
    commands: dict[str, Callable[[str], list[str]]] = {
        "kbsearch": lambda query: [sys.executable, "-c", _COMMAND, "--index", str(index), query],
        "python -c pass": lambda _: [sys.executable, "-c", "pass"],
        "python -c 'import whoosh.index'": lambda _: [sys.executable, "-c", "import whoosh.index"],
    }
    database = work / "SQLite FTS5" / "fts5.db"
    if database.exists():
        commands["SQLite FTS5 from Python"] = lambda query: [sys.executable, "-c", _FTS5, str(database), _words(query)]
    if (ripgrep := shutil.which("rg")) and source.is_dir():
        commands["rg -il"] = lambda query: [ripgrep, "-il", "--", _words(query), str(source)]
    lines = [f"a command of its own, milliseconds, median of {3 * rounds}", ""]
    lines += [f"| command | {' | '.join(f'`{query}`' for query in _COLD)} |", f"|---|{'---|' * len(_COLD)}"]
    for name, command in commands.items():
        cells = (f"{1e3 * _command_time(command(query), 3 * rounds):.0f}" for query in _COLD)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    if not ripgrep:
        lines.append("\nripgrep is not installed, and so not measured.")
    return "\n".join(lines)


def _words(query: str) -> str:
    """What can be asked of programs without fields."""
    return " ".join(part.rpartition(":")[2].strip('"') for part in query.split() if not part.startswith("modified:"))


def _command_time(command: Sequence[str], rounds: int) -> float:
    # Where Python is told to write no compiled files, each start would compile the sources anew, which no installation does.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    taken = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603 - our own commands
        taken.append(time.perf_counter() - start)
    return sorted(taken[1:])[rounds // 2]
