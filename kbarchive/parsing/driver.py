"""Runs a LALR parse table that Lark made, over tokens that are plain tuples.

Lark's own loop makes an object for each token and calls back for each reduction; on this archive the loop here takes a third
of the time (benchmarks/). Lark remains the reference: a test compares the trees.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from lark import Lark
from lark.parsers.lalr_analysis import Shift

from kbarchive.parsing.lexer import Token

Node: TypeAlias = tuple[str, "list[Child]"]
"""A node of the tree: the name of its rule, in lower case, and its children."""

Child: TypeAlias = Any
"""A Token or a Node: the first of either is what it is. (Telling them apart for the type checker costs a third of the time.)"""


class Driver:
    """A parser for one start rule of a grammar. Rules whose names begin with an underscore are inlined, as Lark does."""

    def __init__(self, grammar: Lark, start: str) -> None:
        table: Any = grammar.parser.parser._parse_table
        self._start = table.start_states[start]
        self._end = table.end_states[start]
        self._actions: dict[Any, dict[str, Any]] = {
            state: {name: _action(*action) for name, action in actions.items()} for state, actions in table.states.items()
        }

    def parse(self, tokens: list[Token]) -> Node:
        """The tree of a list of tokens. The grammar is total: a KeyError here is a bug."""
        actions = self._actions
        state = self._start
        states = [state]
        values: list[Any] = []
        row = actions[state]
        for token in (*tokens, ("$END", 0, 0)):
            kind = token[0]
            while True:
                action = row[kind]
                if action.__class__ is tuple:
                    size, origin, inline = action
                    if inline and size == 1:
                        del states[-1]
                        if values[-1].__class__ is not list:
                            values[-1] = [values[-1]]
                    elif inline and size == 2 and values[-2].__class__ is list:
                        # A repetition grows by one: an inlined rule's children are used by no one else.
                        del states[-2:]
                        value = values.pop()
                        if value.__class__ is list:
                            values[-1] += value
                        else:
                            values[-1].append(value)
                    else:
                        children: list[Any] = []
                        if size:
                            for value in values[-size:]:
                                if value.__class__ is list:
                                    children += value
                                else:
                                    children.append(value)
                            del values[-size:]
                            del states[-size:]
                        values.append(children if inline else (origin, children))
                    state = actions[states[-1]][origin]
                    states.append(state)
                    row = actions[state]
                    if state == self._end and kind == "$END":
                        result: Node = values[-1]
                        return result
                else:
                    states.append(action)
                    values.append(token)
                    row = actions[action]
                    break
        raise AssertionError("the end of the tokens was not the end of the tree")


def _action(action: Any, argument: Any) -> Any:
    if action is Shift:
        return argument
    name = str(argument.origin.name)
    return len(argument.expansion), name, name.startswith("_")
