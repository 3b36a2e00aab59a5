"""Nothing takes more than its share: time grows with the length of a text, and no regular expression runs away."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from re import _parser as _regex_parser  # type: ignore[attr-defined]  # what it makes is not documented
from typing import Any

import pytest

from tests.growth import BEFORE, cases, seconds, text_of

ROOT = Path(__file__).parent.parent

# Ten times the length: linear time is ten times as long, quadratic a hundred times. What is short is lost in the noise.
_MOST_GROWTH = 40
_SHORT = 0.1


@pytest.mark.parametrize("before", [*BEFORE, "query"])
def test_time_grows_with_the_length(before: str) -> None:
    runaways = []
    for name, read, start, piece in cases():
        if name.split(" ")[0] != before:
            continue
        long = seconds(read, text_of(start, piece, 18_000), times=1)
        if long > _SHORT and long > _MOST_GROWTH * seconds(read, text_of(start, piece, 1_800)):  # once more, then
            long, short = (min(seconds(read, text_of(start, piece, size)) for _ in range(2)) for size in (18_000, 1_800))
            if long > _SHORT and long > _MOST_GROWTH * short:
                runaways.append((name, short, long))
    assert runaways == []


@cache
def _patterns() -> list[dict[str, Any]]:
    """Every regular expression of the package."""
    found = subprocess.run([sys.executable, "-m", "tests.regexes"], cwd=ROOT, capture_output=True, check=True).stdout
    patterns: list[dict[str, Any]] = json.loads(found)
    assert len(patterns) > 300
    return patterns


def test_no_group_is_repeated_possessively_that_could_fail_halfway() -> None:
    """Before 3.11.5 Python goes on behind what such a group had read when it failed; (?>(?:...)*) is the same, and sound.

    https://github.com/python/cpython/issues/106052
    """
    assert _fails_halfway(r"(?:ab?c)++")
    assert _fails_halfway(r"(?:(?!x)a\n)*+")
    assert not _fails_halfway(r"(?:[ ]*+\n)*+(?>(?:ab?c)+)")
    assert [each["where"] for each in _patterns() if _fails_halfway(each["pattern"], each["flags"] & ~re.DEBUG)] == []


def _fails_halfway(pattern: str, flags: int = 0) -> bool:
    """Whether a group that is repeated possessively has more in it than characters and possessive repeats of one."""
    plain = {"LITERAL", "NOT_LITERAL", "IN", "ANY"}

    def visit(sequence: Any, within: bool) -> bool:
        for code, argument in sequence:
            name = str(code)
            single = name == "POSSESSIVE_REPEAT" and len(argument[2]) == 1 and str(argument[2][0][0]) in plain
            if within and name not in plain and not single:
                return True
            inside = within or (name == "POSSESSIVE_REPEAT" and not single)
            if any(visit(inner, inside) for inner in _sequences(argument)):
                return True
        return False

    return visit(_regex_parser.parse(pattern, flags), within=False)


def _sequences(argument: Any) -> Iterator[Any]:
    """The sequences that are within an element of a regular expression."""
    if isinstance(argument, _regex_parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for part in argument:
            yield from _sequences(part)


def test_no_regular_expression_takes_more_than_quadratic_time() -> None:
    sre = pytest.importorskip("regexploit.ast.sre", reason="the extra fuzz is not installed; .ci/run installs it")
    redos = pytest.importorskip("regexploit.redos", reason="the extra fuzz is not installed; .ci/run installs it")

    class Parser(sre.SreOpParser):  # type: ignore[misc]  # no types
        """Possessive repetitions and atomic groups never go back; taken for others they are judged too hard."""

        def from_possessive_repeat(self, *arguments: Any) -> Any:
            return self.from_MAX_REPEAT(*arguments)

        def from_atomic_group(self, pattern: Any) -> Any:
            return self.sequence_or_singleton(pattern)

    Parser.from_POSSESSIVE_REPEAT = Parser.from_possessive_repeat
    Parser.from_ATOMIC_GROUP = Parser.from_atomic_group
    bad = []
    for each in _patterns():
        parsed = Parser().parse_sre(each["pattern"], each["flags"] & ~re.DEBUG)
        worst = max((hit.starriness for hit in redos.find(parsed)), default=0)
        if worst > 2:
            bad.append((each["where"], worst, each["pattern"][:100]))
    assert bad == []
    known = Parser().parse_sre(r"(a+)+$", 0)
    assert max(hit.starriness for hit in redos.find(known)) > 2, "the tool finds one that is bad"
