"""From bytes to records: decode, recognise the dialect, cut into blocks, parse, build."""

from __future__ import annotations

import hashlib
from functools import cache

from lark import Lark, Tree
from lark import Token as LarkToken

from kbarchive.article import Article, Block, Source
from kbarchive.dialects import OPTIONAL, UNKNOWN
from kbarchive.parsing.articles import Part, describe, find_articles
from kbarchive.parsing.builder import Builder
from kbarchive.parsing.driver import Driver, Node
from kbarchive.parsing.flowing import FlowBuilder
from kbarchive.parsing.grammars import load_grammar
from kbarchive.parsing.header import header_end
from kbarchive.parsing.inline import find_citations, read_entry, read_versions
from kbarchive.parsing.lexer import BodyLexer, Token
from kbarchive.parsing.text import Text, encode, line_starts, sign_finder, undecodable
from kbarchive.parsing.typeset import Typesetter

__all__ = ["cut_apart", "is_lossless", "load", "parse", "parse_document", "parse_tree", "read_blocks", "recognition"]


def load() -> None:
    """Loads the grammars, which else the first article does: a process that is forked from here on shares their memory."""
    _driver()
    find_citations("")
    read_entry("")
    read_versions("")


def parse(data: bytes | str) -> Article:
    """The record of one article in any known dialect.

    Any input gives an Article: what is none has the dialect "unknown" and the diagnostic ``not-an-article``. Of a file that
    holds several articles `kbarchive.read` gives them all; here what follows the first is taken for its text.
    """
    return _build(find_articles(data, one=True)[0], 1, data if isinstance(data, bytes) else None, "")


def parse_document(data: bytes | str, *, file: str | None = None, member: str | None = None) -> list[Article]:
    """The records of all the articles in a file, at least one; `file` and `member` say where it was read."""
    parts = find_articles(data)
    whole = data if len(parts) == 1 and isinstance(data, bytes) else None
    return [_build(part, number, whole, member or file or "", file, member) for number, part in enumerate(parts, 1)]


def parse_tree(data: bytes | str) -> Tree[LarkToken]:
    """The Lark tree of one article, as `parse` reads it.

    Its tokens are blocks, rules are named in grammar/body.lark; `str` of the tokens joined is the decoded text, character
    for character (single-byte codes are decoded as latin-1, UTF-8 with surrogateescape).
    """
    (part,) = find_articles(data, one=True)
    return _copy(_parse_part(part), part.text)


def recognition(data: bytes | str) -> str:
    """What form a file has, and why it was taken for that: where the marks of the form stand."""
    return describe(find_articles(data))


def cut_apart(data: bytes) -> list[bytes]:
    """The bytes of each article of a file; joined they are the file."""
    return [encode(part.text.original, part.text.encoding) for part in find_articles(data)]


def is_lossless(data: bytes) -> bool:
    """Whether the tokens of a file's tree, joined and encoded again, are the file, byte for byte."""
    parts = find_articles(data)
    joined = "".join(
        str(token)
        for part in parts
        for token in _copy(_parse_part(part), part.text).scan_values(lambda value: isinstance(value, LarkToken))
    )
    return encode(joined, parts[0].text.encoding) == data


def _build(
    part: Part, number: int, data: bytes | None, place: str, file: str | None = None, member: str | None = None
) -> Article:
    """The record of one part of a file; `data` are its bytes where they are at hand, `place` the file for its key."""
    text = part.text
    digest = hashlib.sha256(encode(text.original, text.encoding) if data is None else data).hexdigest()
    source = Source(file, member, number, text.line, part.dialect.name, text.encoding, text.newline, digest)
    key = f"{place}#{part.name}"
    if part.flow is not None:
        return FlowBuilder(part.flow, part.dialect).build(source, key, part.facts, undecodable(text))
    return Builder(part).build(_parse_part(part), source, key)


def _copy(tree: Node, text: Text) -> Tree[LarkToken]:
    """The tree in Lark's classes, with the original text."""
    starts = line_starts(text.original)
    numbers = {place: number for number, place in enumerate(line_starts(text.readable))}
    folded_place = sign_finder(text) if text.folded else None

    def original_place(place: int) -> int:
        return folded_place(place) if folded_place else starts[min(numbers[place], len(starts) - 1)]

    last = len(text.original)
    end = len(text.readable)

    def copy(node: Node) -> Tree[LarkToken]:
        children: list[Tree[LarkToken] | LarkToken] = []
        for child in node[1]:
            if child[0].isupper():
                kind, first, behind, _ = child
                first, behind = original_place(first), last if behind == end else original_place(behind)
                children.append(LarkToken(kind, text.original[first:behind], start_pos=first, end_pos=behind))
            else:
                children.append(copy(child))
        return Tree(node[0], children)

    return copy(tree)


def read_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of running text: what stands below one heading, up to the next. `text` has LF for line ends."""
    text = text if text.endswith("\n") else text + "\n"
    children = _driver().parse(_lexer(frozenset()).tokens(text))[1]
    last = next((number for number, child in enumerate(children) if child[0] in ("section", "subsection")), len(children))
    return Typesetter(text).blocks(children[:last])


def _parse_part(part: Part) -> Node:
    text, dialect, line = part.text.readable, part.dialect, part.text.line
    tokens: list[Token] = []
    end = 0
    if part.flow is not None:
        return _driver().parse([("MARKUP", 0, len(text), line)])
    if dialect is not UNKNOWN:
        header = part.header
        if header:
            tokens.append(("PREAMBLE", 0, header, line))
            line += text.count("\n", 0, header)
        body = text if part.end == len(text) else text[: part.end]
        end = header_end(body, header, dialect)
        tokens.append(("HEADER", header, end, line))
        line += text.count("\n", header, end)
    else:
        body = text
    tokens += _lexer(dialect.blocks).tokens(body, end, line)
    if part.end < len(text):
        tokens.append(("EPILOGUE", part.end, len(text), line + text.count("\n", end, part.end)))
    if part.text.folded:  # all of it is one line of the file
        tokens = [(kind, start, end, part.text.line) for kind, start, end, _ in tokens]
    return _driver().parse(tokens)


@cache
def _lexer(blocks: frozenset[str]) -> BodyLexer:
    return BodyLexer(_grammar(), OPTIONAL, blocks)


@cache
def _driver() -> Driver:
    return Driver(_grammar(), "article")


def _grammar() -> Lark:
    return load_grammar("body.lark", "article")
