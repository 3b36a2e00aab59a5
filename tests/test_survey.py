"""An index as a whole: counted, drawn, and as bars on a terminal."""

from __future__ import annotations

import importlib
import os
import re
import sys
import xml.etree.ElementTree as ET  # our own pictures
from collections.abc import Iterator
from pathlib import Path

import pytest

import kbarchive as library
from kbarchive.errors import MissingExtraError
from kbarchive.render.plots import plot
from kbarchive.search import Index
from kbarchive.survey import OTHERS, Spread, Survey, survey
from tests.commands import kbarchive
from tests.terminal import Terminal


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        with library.open_index("sample") as index:
            yield index


def test_survey_counts_every_article(sample: Index) -> None:
    found = survey(sample)
    articles = list(sample.articles())
    assert found.articles == len(articles) == sum(found.collections.values())
    assert [*found.collections][-1] == OTHERS
    assert len(found.collections) == 10
    assert sum(sum(years.values()) for years in found.years.values()) == sum(1 for article in articles if article.modified)
    assert found.years["exchange"][1999] == len(sample.search("collection:exchange modified:1999", limit=99).hits)
    assert sum(spread.sections for spread in found.lengths.values()) == sum(len(article.sections) for article in articles)
    assert found.cited["Q206968"] == len(sample.citing("Q206968"))
    assert sum(found.citations.values()) == sum(sum(map(sample.has, {r.id for r in a.references})) for a in articles)
    assert found.diagnostics == sample.metadata.counts["diagnostic"]


def test_spread_of_lengths(sample: Index) -> None:
    for kind, spread in survey(sample).lengths.items():
        assert spread.low <= spread.quarter <= spread.middle <= spread.three_quarters <= spread.high, kind


def test_survey_names_so_many(sample: Index) -> None:
    found = survey(sample, largest=2, most_cited=3)
    assert len(found.collections) == 3
    assert len(found.cited) == 3
    assert {name for pair in found.citations for name in pair} <= {*found.collections}


def test_plot_is_a_picture_with_words(sample: Index) -> None:
    found = survey(sample)
    picture = plot(found, title="Lamps & <Harbors>")
    words = {element.text for element in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")}  # noqa: S314
    assert {"Lamps & <Harbors>", "exchange", "1999", "residue", "Q206968"} <= words
    assert plot(found, title="Lamps & <Harbors>") == picture
    assert not re.search(rb"(?:href|src)=.http", picture)
    assert plot(found, "png").startswith(b"\x89PNG")
    assert plot(found, "pdf").startswith(b"%PDF")


def test_plot_of_little() -> None:
    plot(Survey(0, {}, {}, {}, {}, {}, {}))
    plot(Survey(1, {"$x$_{": 1}, {"$x$_{": {1999: 1}}, {"cause": Spread(1, 3, 3, 3, 3, 3)}, {}, {("$x$_{", "$x$_{"): 1}, {}))


def test_plot_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'kbarchive\[plot\]'"):
        plot(Survey(0, {}, {}, {}, {}, {}, {}))


def test_stats_draws(tmp_path: Path) -> None:
    target = tmp_path / "o.SVG"
    fonts = importlib.import_module("matplotlib").get_cachedir()  # which are looked for once, and take seconds
    done = kbarchive("stats", "--plot", str(target), "--index", "sample", MPLCONFIGDIR=fonts)
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.endswith(f"kbarchive: -> {target}\n".encode())
    assert b"the bundled sample" in target.read_bytes()
    done = kbarchive("stats", "--plot", str(tmp_path / "o.gif"))
    assert done.returncode == 2
    assert b"let it end in .svg, .png, .pdf" in done.stderr
    assert kbarchive("stats", "--json", "--plot", str(tmp_path / "o.png")).returncode == 2
    assert os.listdir(tmp_path) == ["o.SVG"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
def test_bars_on_a_terminal_alone() -> None:
    command = [sys.executable, "-m", "kbarchive.cli.main", "stats", "--index", "sample", "-q"]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "80"}
    with Terminal(command, environment) as terminal:
        code, shown = terminal.end()
    assert code == 0
    lines = {line.split()[1]: line.split()[2:] for line in shown.decode().splitlines() if len(line.split()) > 1}
    longest = max(len(bar[0]) for bar in lines.values() if bar and bar[0].startswith("█"))
    assert len(lines["ftp"][0]) == longest
    assert len(lines["support"][0]) < longest / 10
    with Terminal(command, {**environment, "PYTHONIOENCODING": "ascii"}) as terminal:
        assert "█" not in terminal.end()[1].decode()
    assert "█" not in kbarchive("stats", "--index", "sample").stdout.decode()
