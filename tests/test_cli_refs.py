"""The command `kbarchive refs`, run as a process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands import kbarchive
from tests.searching import index_of
from tests.test_graph import LINKED


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("refs")
    index_of(place, LINKED).close()
    return str(place / "index")


def test_around_an_article(folder: str) -> None:
    near = kbarchive("refs", "920003", "--index", folder).stdout.decode()
    far = kbarchive("refs", "920003", "--depth", "2", "--index", folder, "--format", "text").stdout.decode()
    assert near.startswith("Q920003  HOWTO: Count Stamps by Machine\ncites: 0\ncited by: 2\n  Q920002  ")
    assert ("Q920001" in near, "Q920001" in far) == (False, True)
    dot = kbarchive("refs", "920003", "--format", "dot", "--index", folder).stdout
    assert dot.startswith(b'digraph "Q920003" {\n')


def test_as_json(folder: str) -> None:
    plain = kbarchive("refs", "Q920001", "--json", "--index", folder).stdout
    assert plain == kbarchive("refs", "Q920001", "--format", "json", "--depth", "1", "--index", folder).stdout
    facts = json.loads(plain)
    assert [len(facts[name]) for name in ("cites", "cited_by", "missing", "nodes", "edges")] == [1, 1, 1, 3, 3]
    assert (facts["depth"], facts["complete"], facts["nodes"][0]["distance"]) == (1, True, 0)


def test_a_cut_is_told(folder: str) -> None:
    done = kbarchive("refs", "Q920001", "--depth", "5", "--limit", "2", "--index", folder)
    assert b"Q929999" not in done.stdout
    assert done.stderr.endswith(b"kbarchive: cut at 2 articles; more with --limit\n")
    assert kbarchive("refs", "Q920001", "--limit", "2", "--quiet", "--index", folder).stderr == b""


def test_lists_of_the_whole_index(folder: str) -> None:
    done = kbarchive("refs", "--most-cited", "--limit", "2", "--index", folder)
    assert done.stdout.decode().splitlines() == [
        "     2  Q920003  HOWTO: Count Stamps by Machine",
        "     2  Q929999  Gone For Good (missing)",
    ]
    assert done.stderr.endswith(b"kbarchive: 2 of 4; more with --limit\n")
    (gone,) = json.loads(kbarchive("refs", "--missing", "--json", "--index", folder).stdout)
    assert gone == {"id": "Q929999", "title": None, "cited_as": "Gone For Good", "citations": 2}
    changed = kbarchive("refs", "--drifted", "--index", folder).stdout.decode().splitlines()
    assert changed[1] == 'Q920003  HOWTO: Count Stamps by Machine (cited as "Counting Stamps by Hand" by Q920002)'


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "give one of KEY, --most-cited, --missing and --drifted"),
        (("Q920001", "--missing"), "give one of KEY"),
        (("--missing", "--format", "dot"), "--missing is a list"),
        (("--drifted", "--depth", "2"), "--drifted is a list"),
        (("Q929999",), "no article 'Q929999'"),
    ],
)
def test_what_cannot_be_told(folder: str, arguments: tuple[str, ...], told: str, tmp_path: Path) -> None:
    done = kbarchive("refs", *arguments, "--index", folder, "--quiet")
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert told in done.stderr.decode()
