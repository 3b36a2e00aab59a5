"""From bytes to records: decode, recognise the dialect, cut into blocks, parse, build."""

from __future__ import annotations

import hashlib
from functools import cache

from lark import Token as LarkToken
from lark import Tree

from kbarchive.article import Article, Block, Source
from kbarchive.dialects import UNKNOWN, Dialect, recognise
from kbarchive.parsing.builder import Builder
from kbarchive.parsing.driver import Driver, Node
from kbarchive.parsing.grammars import load_grammar
from kbarchive.parsing.header import header_end
from kbarchive.parsing.lexer import BodyLexer, Token
from kbarchive.parsing.text import Text, decode, encode, line_finder, line_starts
from kbarchive.parsing.typeset import Typesetter

__all__ = ["is_lossless", "parse", "parse_document", "parse_tree", "read_blocks"]


def parse(data: bytes | str) -> Article:
    """The record of one article in any known dialect.

    Any input gives an Article: what is none has the dialect "unknown" and the diagnostic ``not-an-article``. Of a file that
    holds several articles this is the first; `kbarchive.read` gives them all.
    """
    return parse_document(data)[0]


def parse_document(data: bytes | str, *, file: str | None = None, member: str | None = None) -> list[Article]:
    """The records of all the articles in a file, at least one; `file` and `member` say where it was read."""
    text, dialect, start = _recognise(data)
    tree = _parse_body(text, dialect, start)
    number = 1
    source = Source(
        file,
        member,
        number,
        1,
        dialect.name,
        text.encoding,
        text.newline,
        hashlib.sha256(data if isinstance(data, bytes) else encode(data, None)).hexdigest(),
    )
    return [Builder(text, dialect).build(tree, source, f"{member or file or ''}#{number}")]


def parse_tree(data: bytes | str) -> Tree[LarkToken]:
    """The Lark tree of one article.

    Its tokens are blocks, rules are named in grammar/body.lark; `str` of the tokens joined is the decoded text, character
    for character (single-byte forms are decoded as latin-1, others as UTF-8 with surrogateescape).
    """
    text, dialect, start = _recognise(data)
    tree = _parse_body(text, dialect, start)
    starts = line_starts(text.original)
    readable_starts = {place: number for number, place in enumerate(line_starts(text.readable))}

    def original_place(place: int) -> int:
        return starts[min(readable_starts[place], len(starts) - 1)]

    def copy(node: Node) -> Tree[LarkToken]:
        children: list[Tree[LarkToken] | LarkToken] = []
        for child in node[1]:
            if child[0].isupper():
                kind, first, last = child
                first, last = original_place(first), original_place(last)
                children.append(LarkToken(kind, text.original[first:last], start_pos=first, end_pos=last))
            else:
                children.append(copy(child))
        return Tree(node[0], children)

    return copy(tree)


def read_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of running text: what stands below one heading, up to the next. `text` has LF for line ends."""
    lexer, driver = _body_machine()
    children = driver.parse(lexer.tokens(text if text.endswith("\n") else text + "\n"))[1]
    last = next((number for number, child in enumerate(children) if child[0] in ("section", "subsection")), len(children))
    return Typesetter(text, line_finder(text)).blocks(children[:last])


def is_lossless(data: bytes) -> bool:
    """Whether the tokens of a file's tree, joined and encoded again, are the file, byte for byte."""
    text, _, _ = _recognise(data)
    joined = "".join(str(token) for token in parse_tree(data).scan_values(lambda value: isinstance(value, LarkToken)))
    return encode(joined, text.encoding) == data


def _recognise(data: bytes | str) -> tuple[Text, Dialect, int]:
    """The text, its dialect, and where in the readable text the header begins."""
    text = decode(data, UNKNOWN.encoding)
    dialect, start = recognise(text.readable)
    if dialect.encoding != UNKNOWN.encoding and isinstance(data, bytes) and not data.isascii():
        text = decode(data, dialect.encoding)
        start = dialect.find_header(text.readable) or 0
    return text, dialect, start


def _parse_body(text: Text, dialect: Dialect, start: int) -> Node:
    tokens: list[Token] = []
    end = start
    if dialect is not UNKNOWN:
        if start:
            tokens.append(("PREAMBLE", 0, start))
        end = header_end(text.readable, start, dialect)
        tokens.append(("HEADER", start, end))
    lexer, driver = _body_machine()
    tokens += lexer.tokens(text.readable, end)
    return driver.parse(tokens)


@cache
def _body_machine() -> tuple[BodyLexer, Driver]:
    grammar = load_grammar("body.lark", "article")
    return BodyLexer(grammar), Driver(grammar, "article")
