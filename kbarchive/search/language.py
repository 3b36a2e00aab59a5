"""Reads a query by the grammar of the query language, with Lark.

The language is defined in `grammar/query.lark` and told in `docs/query.md`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from lark import Lark, Token, Tree
from lark.lark import PostLex

from kbarchive.resources import grammar_text
from kbarchive.search.fields import field_node, range_node
from kbarchive.search.nodes import And, ArticleNumber, Fuzzy, Leaf, Near, Node, Not, Or, Phrase, Wildcard, Word
from kbarchive.search.results import QueryDiagnostic

# Brackets deeper than this are words: nobody writes them, and every depth is one of Python's stack.
_DEEPEST = 20

# More words than this in capitals, one after another, were pasted: BAD COMMAND OR FILE NAME.
_SHOUTED = 3

_TEXTS = ("WORD", "PHRASE", "WILDCARD", "FUZZY")
_FIELDS = ("FIELD", "MINUS_FIELD")
_BEGINS = (*_TEXTS, *_FIELDS, "MINUS", "OPEN")
_ENDS = (*_TEXTS, "RANGE", "CLOSE")

_EMPTY = "()"
_STRAY = {
    "(": ("unbalanced", "this bracket is not closed"),
    ")": ("unbalanced", "this bracket was not opened"),
    '"': ("unbalanced", "this quote is not closed"),
    "OR": ("operator", "OR wants something to look for on both sides"),
    "NEAR": ("operator", "NEAR wants a word or a phrase on both sides"),
}


def read(text: str, offset: int) -> tuple[And, list[QueryDiagnostic]]:
    """The tree of a text, and what could not be read of it; it never raises. The places of diagnostics are `offset` further."""
    reader = _Reader(text, offset)
    return And(tuple(reader.nodes(_grammar().parse(text).children, None))), reader.diagnostics


class Balancing(PostLex):
    """Makes any run of tokens a sentence of the grammar: what has no partner becomes STRAY, or a WORD where it is none."""

    always_accept = ()

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        tokens = list(stream)
        _pair_brackets(tokens)
        _lower_operators(tokens)
        before = after = ""
        for number, token in enumerate(tokens):
            after = tokens[number + 1].type if number + 1 < len(tokens) else ""
            if not _fits(token, before, after, _is_field(tokens, number - 2)):
                token = token.update(type="STRAY" if token.type in ("OR", "NEAR") else "WORD")
                tokens[number] = token
            before = token.type
        return iter(tokens)


def _fits(token: Token, before: str, after: str, before_is_scoped: bool) -> bool:
    match token.type:
        case "OR":
            return before in _ENDS and after in _BEGINS
        case "NEAR":
            return before in _TEXTS and not before_is_scoped and after in _TEXTS
        case "FIELD" | "MINUS_FIELD":
            # A bracket behind it may have no partner.
            return after in (*_TEXTS, "RANGE", "OPEN")
        case "RANGE":
            return before in _FIELDS
        case _:
            return True


def _is_field(tokens: Sequence[Token], number: int) -> bool:
    return number >= 0 and tokens[number].type in (*_FIELDS, "MINUS")


def _lower_operators(tokens: list[Token]) -> None:
    """Among words in capitals OR is one of them, unless they are as few as only a query has."""
    for shouted, run in groupby(range(len(tokens)), lambda number: not any(map(str.islower, tokens[number]))):
        numbers = list(run)
        if shouted and sum(tokens[number].type in _TEXTS for number in numbers) > _SHOUTED:
            for number in numbers:
                if tokens[number].type == "OR":
                    tokens[number] = tokens[number].update(type="WORD")


def _pair_brackets(tokens: list[Token]) -> None:
    """Brackets with a partner and something between them stay; others are words, stray ones where they look like brackets."""
    opened: list[int] = []
    kept: set[int] = set()
    empty: set[int] = set()
    for number, token in enumerate(tokens):
        if token.type == "OPEN":
            opened.append(number)
        elif token.type == "CLOSE" and opened:
            first = opened.pop()
            if first + 1 == number:
                empty |= {first, number}
            elif len(opened) < _DEEPEST:
                kept |= {first, number}
    for number, token in enumerate(tokens):
        if token.type in ("OPEN", "CLOSE") and number not in kept:
            # Of brackets with nothing between them nothing need be told.
            tokens[number] = token.update(type="STRAY", value=_EMPTY if number in empty else str(token))
        elif token.type == "WORD" and str(token) == '"':
            following = tokens[number + 1] if number + 1 < len(tokens) else None
            begins = number == 0 or tokens[number - 1].end_pos != token.start_pos
            if begins and following is not None and following.start_pos == token.end_pos:
                tokens[number] = token.update(type="STRAY")


class _Reader:
    """Turns Lark's tree into nodes, and keeps what could not be read."""

    def __init__(self, text: str, offset: int) -> None:
        self.diagnostics: list[QueryDiagnostic] = []
        self._text = text
        self._offset = offset

    def nodes(self, trees: Sequence[Any], field: Token | None) -> Iterator[Node]:
        """The nodes of a run of trees; a group in it, whose nodes are all wanted as well, is no node of its own."""
        for tree in trees:
            node = self._node(tree, field)
            if isinstance(node, And):
                yield from node.nodes
            else:
                yield node

    def _node(self, tree: Tree[Token], field: Token | None) -> Node:
        children: list[Any] = tree.children
        match tree.data:
            case "article":
                return ArticleNumber(int(children[0].upper().lstrip("QKB")))
            case "choice":
                return Or(tuple(self._node(child, field) for child in children[::2]))
            case "group":
                nodes = tuple(self.nodes(children[1:-1], field))
                return nodes[0] if len(nodes) == 1 else And(nodes)
            case "scope":
                return self._excluded(children[0], self._node(children[1], children[0]))
            case "exclusion":
                return Not(self._node(children[1], field))
            case "field" | "excluded_field":
                name, value = children
                return self._excluded(name, self._ranged(name, value) if value.data == "range" else self._node(value, name))
            case "near":
                return self._near(children, field)
            case _:
                (token,) = children
                return self._in_field(field, self._leaf(token), token.start_pos or 0, token.end_pos or 0)

    def _leaf(self, token: Token) -> Leaf:
        match token.type:
            case "PHRASE":
                return Phrase(token[1:-1])
            case "WILDCARD":
                return Wildcard(str(token))
            case "FUZZY":
                return Fuzzy(token[:-1])
            case "STRAY" if token != _EMPTY:
                self._tell(*_STRAY[token.partition("/")[0]], token.start_pos or 0, token.end_pos or 0)
        return Word(str(token))

    def _near(self, children: Sequence[Any], field: Token | None) -> Node:
        leaves = [child.children[0] for child in children[::2]]
        distances = [int(child.partition("/")[2]) for child in children[1::2]]
        pairs = zip(leaves, distances, leaves[1:], strict=False)
        nodes = [
            self._in_field(field, Near(self._leaf(left), self._leaf(right), distance), left.start_pos or 0, right.end_pos or 0)
            for left, distance, right in pairs
        ]
        return nodes[0] if len(nodes) == 1 else And(tuple(nodes))

    def _in_field(self, field: Token | None, node: Leaf | Near, start: int, end: int) -> Node:
        return node if field is None else self._checked(field_node(_name(field), node), field, start, end)

    def _ranged(self, field: Token, tree: Tree[Token]) -> Node:
        token: Any = tree.children[0]
        return self._checked(range_node(_name(field), str(token)), field, token.start_pos, token.end_pos)

    def _checked(self, node: Node | str, field: Token, start: int, end: int) -> Node:
        """The node of a field, or the words that were written where there is none."""
        if not isinstance(node, str):
            return node
        self._tell("field-value", node, start, end)
        begin = field.start_pos or 0
        return Word(self._text[begin:end] if field.end_pos == start else self._text[start:end])

    def _excluded(self, field: Token, node: Node) -> Node:
        # What could not be read is wanted as words, whatever stood before it.
        return Not(node) if field.type == "MINUS_FIELD" and not isinstance(node, Word) else node

    def _tell(self, code: str, message: str, start: int, end: int) -> None:
        self.diagnostics.append(QueryDiagnostic(code, message, start + self._offset, end + self._offset))


def _name(field: Token) -> str:
    return field.removeprefix("-").removesuffix(":")


@cache
def _grammar() -> Lark:
    return Lark(grammar_text("query.lark"), start="query", parser="lalr", lexer="basic", postlex=Balancing())
