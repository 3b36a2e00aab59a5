"""The grammars themselves: no conflict, and the lexer and the driver do what the .lark files and Lark say."""

from __future__ import annotations

import re
import string
from functools import cache
from pathlib import Path

import pytest
from lark import Lark, Token, Tree
from lark.exceptions import GrammarError

from kbarchive import dialects, markup, parsing
from kbarchive.dialects import UNKNOWN
from kbarchive.parsing import _lexer, _parse_part
from kbarchive.parsing.articles import find_articles
from kbarchive.parsing.driver import _APPEND, Driver, Node
from kbarchive.parsing.grammars import TokenListLexer, load_grammar
from kbarchive.resources import grammar_text, resource_folder
from tests.corpus import corpus_files, dialect_files

ALL = [*corpus_files(), *dialect_files()]
BODY_TYPES = {"INDENT", "DEDENT", "PREAMBLE", "HEADER", "EPILOGUE", "MARKUP"}


@pytest.mark.parametrize(("name", "starts"), [("body.lark", ["article"]), ("inline.lark", ["references", "entry", "versions"])])
def test_no_conflict(name: str, starts: list[str]) -> None:
    # In strict mode Lark raises for a conflict; otherwise it would quietly shift.
    Lark(grammar_text(name), start=starts, parser="lalr", lexer=TokenListLexer, strict=True)


def test_strict_mode_finds_a_conflict() -> None:
    ambiguous = grammar_text("body.lark").replace("list: INDENT item+ DEDENT", "list: item+")
    with pytest.raises(GrammarError, match="conflict"):
        Lark(ambiguous, start="article", parser="lalr", lexer=TokenListLexer, strict=True)


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_driver_gives_the_tree_of_lark(path: Path) -> None:
    for part in find_articles(path.read_bytes()):
        tokens = _tokens(_parse_part(part))
        stock = load_grammar("body.lark", "article").parse([Token(kind, place) for kind, *place in tokens])  # type: ignore[arg-type]
        assert _plain(stock) == _parse_part(part)


def test_a_block_behind_others_is_appended_at_once() -> None:
    """Trees are the same without that, and take longer."""
    (rule,) = re.findall(r"^_blocks: \((.*?)\)\+$", grammar_text("body.lark"), re.DOTALL | re.MULTILINE)
    rows = Driver(load_grammar("body.lark", "article"), "article")._actions.values()
    appended = [sorted(name for name, action in row.items() if action is _APPEND) for row in rows]
    assert list(filter(None, appended)) == [sorted(re.findall(r"[A-Z_]+", rule))]


@cache
def _terminal(blocks: frozenset[str], kind: str, margin: tuple[int, int]) -> re.Pattern[str]:
    return re.compile(_lexer(blocks).pattern(kind, margin))


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_tokens_are_what_the_terminals_say(path: Path) -> None:
    """Each token, matched alone by the pattern of its terminal at some margin, is that token to its end."""
    margins = [(0, 0), *{(low, high) for low in range(2, 20) for high in range(low, low + 6)}]
    for part in find_articles(path.read_bytes()):
        text = part.text.readable
        place = 0
        for kind, first, last, _ in _tokens(_parse_part(part)):
            assert first == place, "tokens leave no gap"
            place = last
            if kind in BODY_TYPES:
                assert first == last or kind not in ("INDENT", "DEDENT")
                continue
            matchers = (_terminal(part.dialect.blocks, kind, margin) for margin in margins)
            # What follows an article is not looked at.
            ends = (match.end() for matcher in matchers if (match := matcher.match(text, first, part.end)))
            assert last in ends, (kind, text[first:last])
        assert place == len(text)


@pytest.mark.parametrize("sign", [*string.printable, *"\u2022\u00b7\u0130\u0131\u0663\u00e9"])
def test_a_first_sign_rules_out_no_terminal_that_fits(sign: str) -> None:
    """A terminal says the same without the lookahead at one sign that it begins with."""
    lexer = _lexer(frozenset())
    marks = (" x", ". x", ") x", "1) x", "OTE: x", "MPORTANT: x", "900301 x", sign * 30, "x", "\t x", f"{sign} x")
    for name in ("APPLIES", "RULE", "BULLET", "NUMBER", "BOX", "NOTE", "CITATION", "PARAGRAPH", "LAYOUT", "BLANK"):
        pattern = lexer.pattern(name)
        bare = re.sub(r"\A\(\?=\[(?:[^\]\\]|\\.)+\]\)", "", pattern)
        assert bare != pattern
        for mark in marks:
            text = f"{sign}{mark}\nmore\n"
            match, expected = re.match(pattern, text), re.match(bare, text)
            assert (match and match.end()) == (expected and expected.end()), (name, text)


def test_digits_are_those_of_ascii() -> None:
    """In a regular expression \\d is a digit of any script, of which an id or a date must not be made."""
    modules = [Path(path) for package in (parsing, dialects, markup) for path in package.__path__]
    files = [resource_folder("grammar") / name for name in ("body.lark", "inline.lark")]
    files += [path for folder in modules for path in folder.glob("*.py")]
    assert [path.name for path in files if "\\d" in path.read_text(encoding="utf-8")] == []


def test_unknown_text_has_no_header() -> None:
    (part,) = find_articles(b"Just a line.")
    assert part.dialect is UNKNOWN
    assert [kind for kind, *_ in _tokens(_parse_part(part))] == ["PARAGRAPH"]


def _tokens(node: Node) -> list[tuple[str, int, int]]:
    found = []
    for child in node[1]:
        found += [child] if child[0].isupper() else _tokens(child)
    return found


def _plain(tree: Tree[Token]) -> Node:
    children = [_plain(child) if isinstance(child, Tree) else (child.type, *child.value) for child in tree.children]
    return str(tree.data), children
