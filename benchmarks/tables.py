"""What came of asking, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean

from benchmarks.measure import machine
from benchmarks.qrels import MEASURES, PARTS, Ranks, Sets, difference, figure

MRR = "MRR@10"

Run = Mapping[str, Ranks]
"""The ranks of one engine, by setting."""

_NAMED_QUERIES = 20


def head(articles: int, sets: Sets, versions: Sequence[str], missing: Sequence[str]) -> str:
    """What was measured, and with what."""
    rows = ", ".join(
        f"{name} {len(questions)} ({sum(question.train for question in questions)} train)" for name, questions in sets.items()
    )
    lines = [f"relevance: {articles:,} articles; queries: {rows}; {', '.join(versions)}; {machine()}"]
    if missing:
        lines.append(f"\nNot installed, and so not measured: {', '.join(missing)}.")
    return "\n".join(lines)


def relevance_tables(sets: Sets, runs: Mapping[str, Run], ours: str) -> Iterator[str]:
    """Each engine at its best, how far ours is ahead, each engine with one setting for all sets, and all settings."""
    for name in sets:
        rows = (
            (engine if part == "all" else "", setting if part == "all" else "", part, *_figures(sets, name, part, run[setting]))
            for engine, run in runs.items()
            for setting in (best_setting(run, sets, [name], "all"),)
            for part in PARTS
        )
        title = f"{name}: each engine with the setting that is its best of {name}, on all rows; ± is the standard error"
        yield _table(title, ("engine", "setting", "rows", *MEASURES), rows)
    peers = {engine: run for engine, run in runs.items() if engine != ours}
    (our_ranks,) = runs[ours].values()
    if peers:
        title = f"{ours} beside the best peer of each set and part, at its best setting of just these rows: {MRR}, paired"
        columns = ("queries", "rows", "best peer", "its setting", "it", ours, "difference", "ahead by more than the error")
        yield _table(title, columns, _ahead(sets, peers, our_ranks))
    rows = (
        (engine, setting, f"{_mean_of_sets(sets, run[setting], sets, 'all'):.3f}", *_by_set(sets, run[setting]))
        for engine, run in runs.items()
        for setting in (best_setting(run, sets, list(sets), "all"),)
    )
    yield _table(f"each engine with its best setting for all sets: {MRR}", ("engine", "setting", "mean", *sets), rows)
    if peers:
        rows = ((engine, name, *_by_set(sets, ranks)) for engine, run in peers.items() for name, ranks in run.items())
        yield _table(f"all settings of the peers: {MRR}, all rows", ("engine", "setting", *sets), rows)


def ablation_table(sets: Sets, run: Run) -> str:
    """The variants of one engine beside the first of them: what each loses, with the error of the paired difference."""
    first = next(iter(run))
    parts = [(name, part) for name in sets for part in PARTS if part != "train"]
    rows = (
        (
            variant,
            *(
                str(figure(MRR, sets, name, part, ranks))
                if variant == first
                else _signed(difference(MRR, sets, name, part, ranks, run[first]))
                for name, part in parts
            ),
        )
        for variant, ranks in run.items()
    )
    title = f"parts of the ranking switched off: {MRR} of the first row, and what changes without a part"
    return _table(title, ("variant", *(f"{name}, {part}" for name, part in parts)), rows)


def agreement_line(asked: int, disagreeing: Sequence[str]) -> str:
    """How many queries have the same first hits however many are asked for; the others are named."""
    lines = [
        f"first hits the same however many are asked for, and page by page: {asked - len(disagreeing):,} of {asked:,} queries"
    ]
    lines += [f"- differing: {query}" for query in disagreeing[:_NAMED_QUERIES]]
    return "\n".join(lines)


def best_setting(run: Run, sets: Sets, names: Iterable[str], part: str) -> str:
    """The setting with the best mean of the sets' MRR; of equal ones the first."""
    names = list(names)
    return max(run, key=lambda setting: _mean_of_sets(sets, run[setting], names, part))


def _mean_of_sets(sets: Sets, ranks: Ranks, names: Iterable[str], part: str) -> float:
    return fmean(figure(MRR, sets, name, part, ranks).value for name in names)


def _ahead(sets: Sets, peers: Mapping[str, Run], ours: Ranks) -> Iterator[tuple[str, ...]]:
    for name in sets:
        for part in PARTS:
            best = {engine: best_setting(run, sets, [name], part) for engine, run in peers.items()}
            engine = max(best, key=lambda engine: figure(MRR, sets, name, part, peers[engine][best[engine]]).value)
            theirs = peers[engine][best[engine]]
            values = (f"{figure(MRR, sets, name, part, ranks).value:.3f}" for ranks in (theirs, ours))
            gain = difference(MRR, sets, name, part, ours, theirs)
            yield name, part, engine, best[engine], *values, _signed(gain), "yes" if gain.ahead else "no"


def _figures(sets: Sets, name: str, part: str, ranks: Ranks) -> Iterator[str]:
    return (str(figure(measure, sets, name, part, ranks)) for measure in MEASURES)


def _by_set(sets: Sets, ranks: Ranks) -> Iterator[str]:
    return (f"{figure(MRR, sets, name, 'all', ranks).value:.3f}" for name in sets)


def _signed(gain: tuple[float, float]) -> str:
    value, error = gain
    return f"{value:+.3f} ± {error:.3f}"


def _table(title: str, columns: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    lines = (f"| {' | '.join(cells)} |" for cells in (columns, ["---"] * len(columns), *rows))
    return "\n".join((title, "", *lines))
