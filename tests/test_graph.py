"""Who cites whom."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from kbarchive.errors import UnknownArticleError
from kbarchive.graph import (
    Citation,
    Cited,
    Drift,
    Edge,
    Graph,
    Node,
    drifted,
    missing,
    missing_references,
    most_cited,
    neighbourhood,
    references_of,
)
from kbarchive.render.dot import to_dot
from kbarchive.render.tree import to_tree
from kbarchive.search import Index
from kbarchive.wording import has_drifted
from tests.searching import article, index_of


def citing(number: int, title: str, *cited: str) -> tuple[str, bytes]:
    lines = "See also:\n\n" + "\n\n".join(f"   {line}" for line in cited) if cited else "It says nothing."
    return f"Q{number}", article(number, title, {"MORE INFORMATION": lines})


LINKED: Mapping[str, bytes] = dict(
    (
        citing(920001, 'The "Hub" \\N of & Letters', "Q920002 BUG: Sorting The Letters", "Q929999 Gone For Good"),
        citing(920002, "FIX: Sorting the Letters", "Q920003 Counting Stamps by Hand", "Q920001 The Hub of Letters"),
        citing(920003, "HOWTO: Count Stamps by Machine"),
        citing(920004, "Weighing Letters", "Q929999 Gone For Good", "Q920003 How to Count Stamps by Machine"),
    )
)


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with index_of(tmp_path_factory.mktemp("linked"), LINKED) as index:
        yield index


def test_references_both_ways(tmp_path: Path) -> None:
    with index_of(tmp_path) as index:
        citing = references_of(index, "910001")
        cited = references_of(index, "Q910002")
        assert missing_references(index) == {"Q919999": 1}
        with pytest.raises(UnknownArticleError):
            references_of(index, "Q919999")
    assert citing.cites == (Citation("Q910002", "Q910002", "Setting Up the Connector", "Setting Up the Connector"),)
    assert citing.missing == (Citation("Q919999", "Q919999", None, "Gone For Good"),)
    assert citing.cited_by == ()
    assert cited.cited_by == (Citation("Q910001", "Q910001", 'SMTP: "Relay Not Allowed" When Sending'),)
    assert cited.cites == cited.missing == ()


def test_neighbourhood(linked: Index) -> None:
    around = {depth: neighbourhood(linked, "Q920001", depth) for depth in range(4)}
    assert [[node.key for node in graph.nodes] for graph in around.values()] == [
        ["Q920001"],
        ["Q920001", "Q920002", "Q929999"],
        ["Q920001", "Q920002", "Q929999", "Q920003", "Q920004"],
        ["Q920001", "Q920002", "Q929999", "Q920003", "Q920004"],
    ]
    assert around[1].nodes[1:] == (
        Node("Q920002", "Q920002", "FIX: Sorting the Letters", 1),
        Node("Q929999", "Q929999", None, 1),
    )
    assert around[1].edges == (
        Edge("Q920001", "Q920002", "BUG: Sorting The Letters", "more-information"),
        Edge("Q920001", "Q929999", "Gone For Good", "more-information"),
        Edge("Q920002", "Q920001", "The Hub of Letters", "more-information", drifted=True),
    )
    assert [(edge.citing, edge.cited) for edge in around[2].edges if edge.drifted] == [
        ("Q920002", "Q920003"),
        ("Q920002", "Q920001"),
    ]
    assert all(graph.complete for graph in around.values())


def test_neighbourhood_is_cut(linked: Index) -> None:
    graph = neighbourhood(linked, "Q920001", 5, limit=2)
    assert ([node.key for node in graph.nodes], graph.complete) == (["Q920001", "Q920002"], False)
    assert {edge.cited for edge in graph.edges} == {"Q920001", "Q920002"}
    for wrong in ({"depth": -1}, {"limit": 0}):
        with pytest.raises(ValueError, match="must"):
            neighbourhood(linked, "Q920001", **wrong)
    with pytest.raises(UnknownArticleError):
        neighbourhood(linked, "Q929999")


def test_over_the_whole_index(linked: Index) -> None:
    gone = Cited("Q929999", None, "Gone For Good", 2)
    assert missing(linked) == [gone]
    assert [(cited.id, cited.citations) for cited in most_cited(linked, 3)] == [("Q920003", 2), ("Q929999", 2), ("Q920001", 1)]
    assert len(most_cited(linked)) == 4
    assert drifted(linked)[1:] == [
        Drift(
            "Q920002",
            "Q920003",
            "Counting Stamps by Hand",
            "HOWTO: Count Stamps by Machine",
            "more-information",
        )
    ]


def test_tree(linked: Index) -> None:
    assert to_tree(neighbourhood(linked, "Q920001", 2)).splitlines() == [
        'Q920001  The "Hub" \\N of & Letters',
        "cites: 1",
        "  Q920002  FIX: Sorting the Letters",
        '    -> Q920003  HOWTO: Count Stamps by Machine (cited as "Counting Stamps by Hand")',
        "cited by: 1",
        '  Q920002  FIX: Sorting the Letters (cites it as "The Hub of Letters")',
        "missing: 1",
        "  Q929999  Gone For Good",
        "    <- Q920004  Weighing Letters",
    ]
    far = to_tree(neighbourhood(linked, "Q920003", 2))
    assert "    -> Q929999  Gone For Good (missing)\n" in far
    assert "    <> Q920001 " in far


def test_dot(linked: Index) -> None:
    lines = to_dot(neighbourhood(linked, "Q920001")).splitlines()
    assert lines[0] == 'digraph "Q920001" {'
    assert '  "Q920001" [label="Q920001", tooltip="The &quot;Hub&quot; \u29f5N of &amp; Letters", style="bold"];' in lines
    assert '  "Q929999" [label="Q929999", tooltip="(missing)", style="dashed"];' in lines
    assert (
        '  "Q920002" -> "Q920001" [tooltip="more-information, cited as &quot;The Hub of Letters&quot;", style="dashed"];'
        in lines
    )
    assert lines[-1] == "}"


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed here: it does not read our files")
def test_graphviz_reads_anything() -> None:
    titles = ['The "Hub" \\N \\', "&amp; &quot; <b>", "Two\nlines\x1b[1m", "", None]
    nodes = tuple(Node(None, f'file "{n}"\\#{n}', title, n) for n, title in enumerate(titles))
    edges = tuple(Edge(nodes[0].key, node.key, title, "cause") for node, title in zip(nodes, titles, strict=True))
    drawn = subprocess.run(
        ["dot", "-Tsvg"],  # noqa: S607 - whichever Graphviz there is
        input=to_dot(Graph(nodes, edges, complete=True)).encode(),
        capture_output=True,
        check=True,
    )
    tooltips = re.findall(r'xlink:title="(.*?)"', html.unescape(drawn.stdout.decode().replace("&quot;", "'")))
    assert {"The 'Hub' \u29f5N \u29f5", "&amp; &quot; <b>", "Two lines[1m", "(no title)", "(missing)"} <= set(tooltips)


@pytest.mark.parametrize(
    ("cited_as", "title"),
    [
        ("SORTING  the Letters", "Sorting the letters"),
        ("Sorting &quot;Letters&quot; &amp; Stamps", 'Sorting "Letters" & Stamps'),
        ("BUG: Sorting Letters", "FIX: Sorting Letters"),
        ("BUG:Sorting Letters", "BUG: Sorting Letters"),
        ("PM: Err Msg: Sorting Letters", "Sorting Letters"),
        ("PM: Sorting Letters", "PM Sorting Letters"),
        ("HOWTO: Sort Letters", "How to Sort Letters"),
        ("HOW TO: Sort Letters", "PM97: How To Sort Letters"),
        ("Sorting Letters of All Senders by Hand", "PM: Sorting Letters of All Send"),
        ("Sorting Letters of All Send", "Sorting Letters of All Senders"),
        ("Le Résumé", "Le Resume"),
    ],
)
def test_no_drift(cited_as: str, title: str) -> None:
    assert not has_drifted(cited_as, title)


@pytest.mark.parametrize(
    ("cited_as", "title"),
    [
        ("Sorting Letters by Hand", "Sorting Letters by Machine"),
        ("Letters", "Letters That Nobody Sorts"),
        ("Sort Code 80080005", "Sort Code 8008005"),
        ("BUG: Sorting Letters", "BUG: Sorting Stamps"),
    ],
)
def test_drift(cited_as: str, title: str) -> None:
    assert has_drifted(cited_as, title)
