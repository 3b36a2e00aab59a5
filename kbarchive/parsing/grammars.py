"""Loads the grammar files into Lark, each when it is first needed.

The .lark files are the single definition of the language: the lexers take their patterns from the terminals here.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from lark import Lark
from lark.lexer import Lexer, TerminalDef

from kbarchive.resources import grammar_text


class TokenListLexer(Lexer):
    """Hands Lark tokens that were made before: what is parsed is a list of them."""

    __future_interface__ = 2

    def __init__(self, lexer_conf: Any) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any) -> Any:  # noqa: ARG002 - the interface of Lark
        return iter(lexer_state.text)


@cache
def load_grammar(name: str, *starts: str) -> Lark:
    """A LALR parser for lists of tokens, by the grammar file `name`; `strict` makes any conflict an error."""
    return Lark(
        grammar_text(name),
        start=list(starts),
        parser="lalr",
        lexer=TokenListLexer,
        keep_all_tokens=True,
        maybe_placeholders=False,
        strict=True,
    )


def terminals(grammar: Lark) -> list[TerminalDef]:
    """The terminals that have a pattern, first those that win."""
    return sorted(grammar.terminals, key=lambda terminal: -terminal.priority)
