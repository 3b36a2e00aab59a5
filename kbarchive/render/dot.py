"""A graph of cross-references in the DOT language of Graphviz (https://graphviz.org/doc/info/lang.html)."""

from __future__ import annotations

import html
from collections.abc import Mapping

from kbarchive.graph import Edge, Graph, Node
from kbarchive.render.clean import printable

_BACKSLASH, _LIKE_IT = "\\", "\u29f5"


def to_dot(graph: Graph) -> str:
    """The graph as a digraph: titles are tooltips, missing articles are dashed, the one in the middle is bold.

    An edge that cites under a title which is another now is dashed, and its tooltip tells how it cites.
    """
    middle = graph.nodes[0].key
    lines = [f"digraph {_quoted(middle)} {{", "  node [shape=box];"]
    lines += [f"  {_quoted(node.key)} [{_attributes(_of_node(node))}];" for node in graph.nodes]
    lines += [f"  {_quoted(edge.citing)} -> {_quoted(edge.cited)} [{_attributes(_of_edge(edge))}];" for edge in graph.edges]
    return "\n".join([*lines, "}"]) + "\n"


def _of_node(node: Node) -> dict[str, str]:
    facts = {"label": node.key, "tooltip": node.title or ("(no title)" if node.title is not None else "(missing)")}
    if node.title is None:
        facts["style"] = "dashed"
    elif node.distance == 0:
        facts["style"] = "bold"
    return facts


def _of_edge(edge: Edge) -> dict[str, str]:
    cited_as = f', cited as "{edge.cited_as}"' if edge.cited_as else ""
    facts = {"tooltip": f"{edge.section}{cited_as}"}
    if edge.drifted:
        facts["style"] = "dashed"
    return facts


def _attributes(facts: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={_quoted(text)}" for name, text in facts.items())


def _quoted(text: str) -> str:
    """A string in which nothing means anything to Graphviz, which has escapes and knows entities.

    How often it reads an escape differs by attribute and version, so that there is none: a backslash is a sign like it.
    """
    return f'"{html.escape(" ".join(printable(text).split()), quote=True).replace(_BACKSLASH, _LIKE_IT)}"'
