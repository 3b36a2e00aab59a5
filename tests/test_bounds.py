"""Nothing takes more than its share: time grows with the length of a text, and no regular expression runs away."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
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


def test_no_regular_expression_takes_more_than_quadratic_time() -> None:
    sre = pytest.importorskip("regexploit.ast.sre", reason="the extra fuzz is not installed; .ci/run installs it")
    redos = pytest.importorskip("regexploit.redos", reason="the extra fuzz is not installed; .ci/run installs it")

    class Parser(sre.SreOpParser):  # type: ignore[misc]  # no types
        """Possessive repetitions never go back; taken for greedy ones they are judged too hard."""

        def from_possessive_repeat(self, *arguments: Any) -> Any:
            return self.from_MAX_REPEAT(*arguments)

    Parser.from_POSSESSIVE_REPEAT = Parser.from_possessive_repeat
    found = subprocess.run([sys.executable, "-m", "tests.regexes"], cwd=ROOT, capture_output=True, check=True).stdout
    patterns = json.loads(found)
    assert len(patterns) > 300
    bad = []
    for each in patterns:
        parsed = Parser().parse_sre(each["pattern"], each["flags"] & ~re.DEBUG)
        worst = max((hit.starriness for hit in redos.find(parsed)), default=0)
        if worst > 2:
            bad.append((each["where"], worst, each["pattern"][:100]))
    assert bad == []
    known = Parser().parse_sre(r"(a+)+$", 0)
    assert max(hit.starriness for hit in redos.find(known)) > 2, "the tool finds one that is bad"
