"""Railroad diagrams of the rules of a grammar: ``{railroad} query.lark query near`` draws two rules of one file.

The rules are as Lark itself reads them, so that a diagram cannot say anything else than the grammar does. Boxes with round
ends are tokens, those with corners other rules.
"""

from __future__ import annotations

from io import StringIO

import railroad as diagrams
from docutils import nodes
from docutils.parsers.rst import Directive
from lark import Token, Tree
from lark.load_grammar import load_grammar
from sphinx.application import Sphinx

from kbarchive.resources import grammar_text

_REPEATED = {"?": diagrams.Optional, "*": diagrams.ZeroOrMore, "+": diagrams.OneOrMore}
_TALLEST = 10  # of the choices of a rule; more stand in groups beside one another


def rules(grammar: str) -> dict[str, Tree]:
    """The rules of a grammar file by name, as Lark reads them before it makes tables of them."""
    read, _ = load_grammar(grammar_text(grammar), grammar, [], global_keep_all_tokens=False)
    return {str(name): tree for name, _, tree, _ in read.rule_defs}


def diagram(name: str, rule: Tree) -> str:
    """A rule as SVG, which takes its colours from the page."""
    drawn = diagrams.Diagram(diagrams.Start(label=name), _drawn(rule), type="complex", css="")
    text = StringIO()
    drawn.writeStandalone(text.write, css="")
    return text.getvalue().replace("<style></style>", "").replace("<svg ", f'<svg role="img" aria-label="the rule {name}" ', 1)


def _drawn(part: Tree | Token) -> diagrams.Node:
    match part:
        case Tree(data="expansions", children=[only]) | Tree(data="expansion", children=[only]):
            return _drawn(only)
        case Tree(data="expansions", children=choices):
            drawn = [_drawn(choice) for choice in choices]
            if len(drawn) <= _TALLEST:
                return diagrams.Choice(0, *drawn)
            columns = -(-len(drawn) // _TALLEST)
            tall = -(-len(drawn) // columns)
            return diagrams.HorizontalChoice(
                *(diagrams.Choice(0, *drawn[start : start + tall]) for start in range(0, len(drawn), tall))
            )
        case Tree(data="expansion", children=parts):
            return diagrams.Sequence(*map(_drawn, parts))
        case Tree(data="expr", children=[inner, Token() as operator]):
            return _REPEATED[operator](_drawn(inner))
        case Tree(data="value", children=[symbol]):
            name = str(symbol.name)
            return diagrams.Terminal(name) if name.strip("_").isupper() else diagrams.NonTerminal(name)
    raise ValueError(f"a rule has {part}, which rules.py cannot draw yet")


class Railroad(Directive):
    """The directive: a grammar file, and the rules to draw."""

    required_arguments = 2
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        grammar, names = self.arguments[0], self.arguments[1].split()
        known = rules(grammar)
        drawn = "\n".join(f'<div class="railroad">{diagram(name, known[name])}</div>' for name in names)
        return [nodes.raw("", drawn, format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("railroad", Railroad)
    return {"parallel_read_safe": True}
