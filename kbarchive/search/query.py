"""From the text of a query to a small tree of our own; any text is a query.

The language is defined in `grammar/query.lark`.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import msgspec
from lark import Lark, Token, Transformer

from kbarchive.resources import grammar_text


class Word(msgspec.Struct, frozen=True, tag=True):
    """Text without blanks, wanted in the article."""

    text: str


class Phrase(msgspec.Struct, frozen=True, tag=True):
    """Words wanted one after another."""

    text: str


class ArticleNumber(msgspec.Struct, frozen=True, tag=True):
    """The article of this number first, then those that name the number."""

    number: int


class Not(msgspec.Struct, frozen=True, tag=True):
    """What must not occur."""

    node: Word | Phrase


class And(msgspec.Struct, frozen=True, tag=True):
    """All of these."""

    nodes: tuple[Node, ...]


Node = Word | Phrase | ArticleNumber | Not | And


def parse(text: str) -> And:
    """The tree of a query; it never raises. White space around the text means nothing."""
    return cast(And, _parser().parse(text.strip()))  # what the transformer makes of the tree


class _Builder(Transformer[Token, Any]):
    def query(self, nodes: list[Node]) -> And:
        return And(tuple(nodes))

    def word(self, tokens: list[Token]) -> Word:
        return Word(str(tokens[0]))

    def phrase(self, tokens: list[Token]) -> Phrase:
        return Phrase(str(tokens[0])[1:-1])

    def exclusion(self, children: list[Any]) -> Not:
        return Not(children[1])

    def article(self, tokens: list[Token]) -> ArticleNumber:
        return ArticleNumber(int(tokens[0].upper().lstrip("QKB")))


@cache
def _parser() -> Lark:
    return Lark(grammar_text("query.lark"), start="query", parser="lalr", transformer=_Builder())
