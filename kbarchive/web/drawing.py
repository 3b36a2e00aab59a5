"""Small pictures as SVG, in numbers: templates make elements of them. Colours are the style sheet's."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kbarchive.graph import Graph, Node

_ROW, _BOX, _WIDE, _GAP = 26, 20, 72, 36
_MOST_MONTHS = 150  # beyond, bars are years

_Point = tuple[float, float]


class Box(msgspec.Struct, frozen=True):
    """An article of a neighbourhood: its upper left corner. `side` is "middle", "cites" or "cited-by"."""

    node: Node
    side: str
    x: int
    y: int


class Drawing(msgspec.Struct, frozen=True):
    """Boxes and the curves between them, as paths."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    curves: tuple[str, ...]
    box_width: int = _WIDE
    box_height: int = _BOX


class Bar(msgspec.Struct, frozen=True):
    """The articles of a month or a year; `height` is of 100."""

    label: str
    count: int
    x: int
    height: float


class Timeline(msgspec.Struct, frozen=True):
    """A bar for each month, or year, that has articles, at one of `places` places; the years with their counts.

    Where `aligned`, the years are all from the first to the last, and each is as wide as the next.
    """

    aligned: bool
    places: int
    bars: tuple[Bar, ...]
    years: tuple[tuple[str, int], ...]


def neighbourhood(graph: Graph) -> Drawing:
    """What cites an article on its left, what it cites on its right; both stand in the order of the graph."""
    middle, *others = graph.nodes
    cited = {edge.cited for edge in graph.edges if edge.citing == middle.key}
    right = [node for node in others if node.key in cited]
    left = [node for node in others if node.key not in cited]
    height = max(len(left), len(right), 1) * _ROW
    columns = [(left, "cited-by", 0), ([middle], "middle", _WIDE + _GAP), (right, "cites", 2 * (_WIDE + _GAP))]
    if not left:
        columns = [(nodes, side, x - _WIDE - _GAP) for nodes, side, x in columns[1:]]
    boxes = {}
    for nodes, side, x in columns:
        top = (height - len(nodes) * _ROW) / 2 + (_ROW - _BOX) / 2
        for number, node in enumerate(nodes):
            boxes[node.key] = Box(node, side, x, round(top + number * _ROW))
    curves = tuple(_curve(boxes[edge.citing], boxes[edge.cited]) for edge in graph.edges)
    width = max(box.x for box in boxes.values()) + _WIDE
    return Drawing(width, height, tuple(boxes.values()), curves)


def timeline(months: Mapping[str, int]) -> Timeline:
    """Of counts by month (1999-05), which are in order."""
    years: dict[str, int] = {}
    for month, count in months.items():
        years[month[:4]] = years.get(month[:4], 0) + count
    if not months:
        return Timeline(False, 0, (), ())
    first, last = int(min(years)), int(max(years))
    by_month = (last - first + 1) * 12 <= _MOST_MONTHS
    labels = [
        f"{year}-{month:02}" if by_month else str(year)
        for year in range(first, last + 1)
        for month in (range(1, 13) if by_month else range(1))
    ]
    counts = months if by_month else years
    most = max(counts.values())
    bars = (
        Bar(label, counts[label], place, max(1.5, round(100 * counts[label] / most, 1)))
        for place, label in enumerate(labels)
        if label in counts
    )
    shown = [(str(year), years.get(str(year), 0)) for year in range(first, last + 1)] if by_month else years.items()
    return Timeline(by_month, len(labels), tuple(bars), tuple(shown))


def _curve(start: Box, end: Box) -> str:
    """From the citing to the cited: out of the side that faces it; within a column round its outer side."""
    if start.x == end.x:
        x = start.x + (_WIDE if start.side == "cites" else 0)
        bend = x + (18 if start.side == "cites" else -18)
        return f"M{x} {start.y + _BOX // 2}C{bend} {start.y + _BOX // 2} {bend} {end.y + _BOX // 2} {x} {end.y + _BOX // 2}"
    rightwards = start.x < end.x
    a: _Point = (start.x + (_WIDE if rightwards else 0), start.y + _BOX // 2)
    b: _Point = (end.x + (0 if rightwards else _WIDE), end.y + _BOX // 2)
    half = (a[0] + b[0]) / 2
    return f"M{a[0]} {a[1]}C{half:g} {a[1]} {half:g} {b[1]} {b[0]} {b[1]}"
