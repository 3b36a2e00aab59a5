"""A graph of cross-references as an indented list."""

from __future__ import annotations

from collections.abc import Iterator

from kbarchive.graph import Edge, Graph, Node
from kbarchive.render.clean import printable

_ARROWS = {(True, False): "-> ", (False, True): "<- ", (True, True): "<> "}


def to_tree(graph: Graph) -> str:
    """The article in the middle; below it what it cites, what cites it, and what it cites that is missing.

    Further away articles stand below the first one that leads to them, each once, with an arrow: -> is cited by the one
    above it, <- cites it, <> both. Where a citation gives a title that is another now, that title stands behind the own one.
    """
    return "\n".join(map(printable, _Tree(graph).lines())) + "\n"


class _Tree:
    def __init__(self, graph: Graph) -> None:
        self._nodes = {node.key: node for node in graph.nodes}
        self._edges = {(edge.citing, edge.cited): edge for edge in graph.edges}
        self._middle = graph.nodes[0].key
        self._below: dict[str, list[Node]] = {node.key: [] for node in graph.nodes}
        self._groups: dict[str, list[Node]] = {"cites": [], "cited by": [], "missing": []}
        for node, above in _parents(graph).items():
            if above != self._middle:
                self._below[above].append(self._nodes[node])
                continue
            known = self._nodes[node].title is not None
            if (self._middle, node) in self._edges:
                self._groups["cites" if known else "missing"].append(self._nodes[node])
            if (node, self._middle) in self._edges:
                self._groups["cited by"].append(self._nodes[node])

    def lines(self) -> Iterator[str]:
        middle = self._nodes[self._middle]
        yield f"{middle.key}  {middle.title}"
        shown: set[str] = set()
        for name, nodes in self._groups.items():
            yield f"{name}: {len(nodes)}"
            for node in nodes:
                citing, cited = (node.key, self._middle) if name == "cited by" else (self._middle, node.key)
                yield self._line(node, "  ", self._edges[citing, cited])
                if node.key not in shown:  # of two that cite one another what is below it stands below the first
                    yield from self._lines_below(node.key, "    ")
                shown.add(node.key)

    def _lines_below(self, key: str, indent: str) -> Iterator[str]:
        # With a stack of its own: a chain of citations may be longer than Python's.
        left = [(child, key, indent) for child in reversed(self._below[key])]
        while left:
            node, above, margin = left.pop()
            out, back = self._edges.get((above, node.key)), self._edges.get((node.key, above))
            yield self._line(node, margin + _ARROWS[out is not None, back is not None], *filter(None, (out, back)))
            left += [(child, node.key, margin + "  ") for child in reversed(self._below[node.key])]

    def _line(self, node: Node, margin: str, *edges: Edge) -> str:
        out = next((edge for edge in edges if edge.cited == node.key), None)
        title = node.title if node.title is not None else out and out.cited_as
        notes = [f'({"cited" if edge is out else "cites it"} as "{edge.cited_as}")' for edge in edges if edge.drifted]
        if node.title is None and node.distance > 1:
            notes.append("(missing)")
        return f"{margin}{node.key}  {' '.join([title or '', *notes])}".rstrip()


def _parents(graph: Graph) -> dict[str, str]:
    """For each node but the one in the middle the first node that is one step nearer; in the order of the nodes."""
    order = {node.key: number for number, node in enumerate(graph.nodes)}
    distances = {node.key: node.distance for node in graph.nodes}
    parents: dict[str, str] = {}
    for edge in graph.edges:
        for near, far in ((edge.citing, edge.cited), (edge.cited, edge.citing)):
            if distances[near] + 1 == distances[far] and (far not in parents or order[near] < order[parents[far]]):
                parents[far] = near
    return {node.key: parents[node.key] for node in graph.nodes if node.distance}
