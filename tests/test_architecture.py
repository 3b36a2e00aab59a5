"""docs/architecture.md says what may import what; here every import is held to it, as the source has it, run or not."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
# Who imports upwards, and what: notebooks ask an object itself how it looks.
UPWARD = {
    ("kbarchive.article", "kbarchive.render.notebook.article_html"),
    ("kbarchive.search.results", "kbarchive.render.notebook.results_html"),
}
LONGEST = 400  # lines; most modules are well under half of it


class Row(NamedTuple):
    """A row of the table: its places (names directly below kbarchive/), and the places and packages it may import."""

    places: frozenset[str]
    own: frozenset[str]
    others: frozenset[str]


class Import(NamedTuple):
    """An import statement; `early` where it runs when its module is imported."""

    line: int
    name: str
    early: bool


def table() -> list[Row]:
    cells = re.findall(r"^\| (`kbarchive/[^|]*) \| [^|]* \| ([^|]*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [Row(frozenset(_places(first)), *map(_names, f"{last};".split(";")[:2])) for first, last in cells]


def _places(cell: str) -> Iterator[str]:
    for path in re.findall(r"`([^`]+)`", cell):
        yield path.removeprefix("kbarchive/").removesuffix("/").removesuffix(".py")


def _names(text: str) -> frozenset[str]:
    return frozenset(filter(None, (name.strip() for name in text.split(","))))


@cache
def modules() -> dict[str, Path]:
    """Every module by its dotted name."""
    found = {}
    for path in sorted((ROOT / "kbarchive").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(source: str) -> Iterator[Import]:
    """The absolute imports of a source, of ``from a import b`` as a.b; those for type checkers alone are not early."""

    def walk(node: ast.AST, early: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            match child:
                case ast.Import(names=names):
                    yield from (Import(child.lineno, alias.name, early) for alias in names)
                case ast.ImportFrom(module=str(module), names=names, level=0):
                    yield from (Import(child.lineno, f"{module}.{alias.name}", early) for alias in names)
                case ast.ImportFrom():
                    raise AssertionError(f"line {child.lineno}: a relative import")
                case ast.If(test=ast.Name("TYPE_CHECKING")) | ast.FunctionDef() | ast.AsyncFunctionDef():
                    yield from walk(child, False)
                case _:
                    yield from walk(child, early)

    return walk(ast.parse(source), True)


def own_module(name: str) -> str:
    """The module of kbarchive that an imported name is, or is found in."""
    while name not in modules():
        name = name.rpartition(".")[0]
    return name


def place_of(module: str) -> str:
    return f"{module}.__init__".split(".")[1]


def breaches(module: str, source: str, rows: list[Row]) -> list[str]:
    """The imports of a module that its row of the table does not allow."""
    row = next(row for row in rows if place_of(module) in row.places)
    allowed = row.places | rows[1].places | {place for other in rows if other.places & row.own for place in other.places}
    found = []
    for line, name, early in imports(source):
        if (module, name) in UPWARD and not early:
            continue
        top = name.partition(".")[0]
        if top == "kbarchive":
            good = "everything" in row.own or place_of(own_module(name)) in allowed
        else:
            good = top in sys.stdlib_module_names or top == "msgspec" or top in row.others
        if not good:
            found.append(f"kbarchive/{place_of(module)} may not import {name} (line {line})")
    return found


def test_every_module_has_one_row_and_every_row_is_there() -> None:
    listed = [place for row in table() for place in row.places]
    assert sorted(listed) == sorted({place_of(module) for module in modules()})


def test_rows_name_rows_above() -> None:
    above: set[str] = {"everything"}
    for row in table():
        assert row.own <= above, f"{sorted(row.places)} name rows that do not stand above"
        above |= row.places


@pytest.mark.parametrize("module", modules())
def test_imports(module: str) -> None:
    assert breaches(module, modules()[module].read_text(encoding="utf-8"), table()) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("kbarchive.dialects.ftp", "import kbarchive.article"),
        ("kbarchive.parsing.lexer", "def lazily():\n    from kbarchive.index import build_index"),
        ("kbarchive.graph", "from kbarchive import web"),
        ("kbarchive.index.store", "import click"),
        ("kbarchive.search.query", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import rich.text"),
    ],
)
def test_a_forbidden_import_is_seen(module: str, source: str) -> None:
    assert len(breaches(module, source, table())) == 1


def test_no_two_modules_import_each_other() -> None:
    graph = {
        module: {
            own_module(name)
            for _, name, early in imports(path.read_text(encoding="utf-8"))
            if early and name.startswith("kbarchive.") and own_module(name) != module
        }
        for module, path in modules().items()
    }
    assert len(list(TopologicalSorter(graph).static_order())) == len(modules())  # raises CycleError, which names them


def test_who_knows_lark() -> None:
    knowing = {
        module
        for module, path in modules().items()
        if any(name.split(".")[0] == "lark" for _, name, _ in imports(path.read_text(encoding="utf-8")))
    }
    assert {module for module in knowing if place_of(module) != "parsing"} == {"kbarchive.search.language"}


def test_only_the_commands_print() -> None:
    """Elsewhere standard output is at most a target, and writers/atomic.py is who opens it."""
    for module, path in modules().items():
        if place_of(module) != "cli":
            words = {
                ast.unparse(node)
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(node, ast.Name | ast.Attribute)
            }
            forbidden = {"print", "sys.stderr"} | ({"sys.stdout"} if module != "kbarchive.writers.atomic" else set())
            assert not words & forbidden, module


def test_modules_are_small() -> None:
    paths = [*modules().values(), *(ROOT / "benchmarks").rglob("*.py")]
    lengths = {path: path.read_text(encoding="utf-8").count("\n") for path in paths}
    assert {str(path): length for path, length in lengths.items() if length > LONGEST} == {}
