"""A survey of an index as one picture, by matplotlib (https://matplotlib.org): SVG, PNG or PDF."""

from __future__ import annotations

import io
from typing import Any

from kbarchive.extras import matplotlib
from kbarchive.survey import OTHERS, Survey

FORMATS = ("svg", "png", "pdf")
"""The kinds of picture, by the suffix of a file's name."""

# Colours that most people can tell apart, also in grey (Okabe and Ito, https://jfly.uni-koeln.de/color/).
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#f0e442", "#4d4d4d", "#8c6d31", "#bbbbbb")
_KINDS = 10  # of sections whose lengths are shown
_UNDATED = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}  # the same picture of the same survey
_SETTINGS = {
    "svg.fonttype": "none",  # text stays text, to be found and read out
    "svg.hashsalt": "kbarchive",  # as above
    "font.size": 9,
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.axisbelow": True,
}


def plot(survey: Survey, format: str = "svg", title: str = "") -> bytes:  # noqa: A002 - as matplotlib has it
    """The picture of a survey; `format` is one of FORMATS. Raises MissingExtraError where matplotlib is not installed."""
    with matplotlib().rc_context(_SETTINGS):
        figure = matplotlib("matplotlib.figure").Figure(figsize=(12, 13), layout="constrained")
        figure.suptitle(title or f"{survey.articles:,} articles", fontsize=13, fontweight="bold")
        (years, collections), (lengths, citations), (cited, diagnostics) = figure.subplots(3, 2)
        _by_year(years, survey)
        _bars(collections, "Articles by collection", survey.collections, _COLOURS)
        _lengths(lengths, survey)
        _citations(citations, survey)
        _bars(cited, "Most cited, by citing articles", survey.cited)
        _bars(diagnostics, "Diagnostics by code", survey.diagnostics)
        stream = io.BytesIO()
        figure.savefig(stream, format=format, dpi=120, metadata=_UNDATED.get(format))
    return stream.getvalue()


def _by_year(axes: Any, survey: Survey) -> None:
    axes.set_title("Articles by year of their last change, and collection")
    met = {year for counts in survey.years.values() for year in counts}
    found = range(min(met), max(met) + 1) if met else range(0)
    floor = dict.fromkeys(found, 0)
    for number, (collection, counts) in enumerate(survey.years.items()):
        heights = [counts.get(year, 0) for year in found]
        label = _plain(collection)
        axes.bar([str(year) for year in found], heights, bottom=[*floor.values()], label=label, color=_colour(number))
        floor = {year: floor[year] + counts.get(year, 0) for year in found}
    if found:
        axes.legend(frameon=False, ncols=2, fontsize=8)
    axes.tick_params(axis="x", rotation=90 if len(found) > 10 else 0)
    _grid(axes, "y")


def _bars(axes: Any, title: str, counts: dict[str, int], colours: tuple[str, ...] = _COLOURS[:1]) -> None:
    axes.set_title(title)
    names = [_plain(name) for name in counts]
    bars = axes.barh(names, [*counts.values()], color=[colours[n % len(colours)] for n in range(len(names))])
    axes.bar_label(bars, [f"{count:,}" for count in counts.values()], padding=3, fontsize=8)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    _grid(axes, "x")


def _lengths(axes: Any, survey: Survey) -> None:
    axes.set_title("Words of a section: 10, 25, 50, 75 and 90 %")
    shown = [*survey.lengths.items()][:_KINDS]
    boxes = [
        {
            "label": f"{kind} ({spread.sections:,})",
            "whislo": spread.low,
            "q1": spread.quarter,
            "med": spread.middle,
            "q3": spread.three_quarters,
            "whishi": spread.high,
        }
        for kind, spread in shown
    ]
    fill = {"facecolor": _COLOURS[4], "edgecolor": _COLOURS[0]}
    if not boxes:
        return
    axes.bxp(
        boxes, orientation="horizontal", showfliers=False, patch_artist=True, boxprops=fill, medianprops={"color": "black"}
    )
    axes.invert_yaxis()
    _grid(axes, "x")


def _citations(axes: Any, survey: Survey) -> None:
    axes.set_title("Citations, from collection (row) to collection")
    names = [*survey.collections]
    table = [[survey.citations.get((citing, cited), 0) for cited in names] for citing in names]
    if not names:
        return
    # The root, since most citations stay within a collection and would leave all else white.
    axes.pcolormesh([[count**0.5 for count in row] for row in table], cmap="Blues")
    axes.invert_yaxis()
    highest = max(map(max, table)) or 1
    for row, counts in enumerate(table):
        for column, count in enumerate(counts):
            if count:
                colour = "white" if count > highest / 3 else "black"
                axes.text(column + 0.5, row + 0.5, f"{count:,}", ha="center", va="center", fontsize=7, color=colour)
    labels = [_plain(name) for name in names]
    places = [number + 0.5 for number in range(len(names))]
    axes.set_xticks(places, labels, rotation=45, ha="right")
    axes.set_yticks(places, labels)


def _grid(axes: Any, axis: str) -> None:
    axes.grid(axis=axis, color="#dddddd")
    getattr(axes, f"{axis}axis").get_major_locator().set_params(integer=True)


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]


def _plain(name: str) -> str:
    """A name as matplotlib shows it: a dollar would begin a formula."""
    return (name or OTHERS).replace("$", r"\$")
