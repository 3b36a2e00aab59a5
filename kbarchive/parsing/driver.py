"""Runs a LALR parse table that Lark made, over tokens that are plain tuples.

Lark's own loop makes an object for each token and calls back for each reduction; on this archive the loop here takes a third
of the time (benchmarks/). Lark remains the reference: a test compares the trees.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from lark import Lark
from lark.parsers.lalr_analysis import Shift

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
        self._find_appends(table)

    def _find_appends(self, table: Any) -> None:
        """Marks the tokens that only make a repetition longer.

        Where a token leads from a state that stands for a repetition to one that does nothing but take it in, the parser
        comes back to the very state it was in: the token can be appended at once.
        """
        for row in self._actions.values():
            for name, action in row.items():
                if not name.isupper() or action.__class__ is tuple:
                    continue
                after = {id(argument): argument for kind, argument in table.states[action].values() if kind is not Shift}
                shifts = any(kind is Shift for kind, _ in table.states[action].values())
                if len(after) == 1 and not shifts:
                    (rule,) = after.values()
                    symbols = [symbol.name for symbol in rule.expansion]
                    if symbols == [rule.origin.name, name] and symbols[0].startswith("_"):
                        row[name] = _APPEND

    def parse(self, tokens: Sequence[tuple[Any, ...]]) -> Node:
        """The tree of a list of tokens, of which each begins with its type. The grammar is total: a KeyError here is a bug."""
        actions = self._actions
        state = self._start
        states = [state]
        values: list[Any] = []
        row = actions[state]
        for token in (*tokens, _END):
            kind = token[0]
            action = row[kind]
            if action is _APPEND:
                values[-1].append(token)
                continue
            while action.__class__ is tuple:
                size, origin, inline = action
                if inline and size == 1:
                    del states[-1]
                    if values[-1].__class__ is not list:
                        values[-1] = [values[-1]]
                elif inline and size == 2 and values[-2].__class__ is list:  # a repetition grows
                    del states[-2:]
                    last = values.pop()
                    if last.__class__ is list:
                        values[-1] += last
                    else:
                        values[-1].append(last)
                else:
                    # An inlined rule's children are used by no one else, so the first can be taken over.
                    children: list[Any] = []
                    for value in values[len(values) - size :]:
                        if value.__class__ is list:
                            if children:
                                children += value
                            else:
                                children = value
                        else:
                            children.append(value)
                    if size:
                        del values[-size:]
                        del states[-size:]
                    values.append(children if inline else (origin, children))
                state = actions[states[-1]][origin]
                states.append(state)
                row = actions[state]
                if state == self._end and token is _END:
                    result: Node = values[-1]
                    return result
                action = row[kind]
            if action is _APPEND:
                values[-1].append(token)
                continue
            states.append(action)
            values.append(token)
            row = actions[action]
        raise AssertionError("the end of the tokens was not the end of the tree")


_END = ("$END",)
_APPEND = object()


def _action(action: Any, argument: Any) -> Any:
    """What to do, small: the state to go to, or of a reduction (how many, to what, whether it is inlined)."""
    if action is Shift:
        return argument
    name = str(argument.origin.name)
    return len(argument.expansion), name, name.startswith("_")
