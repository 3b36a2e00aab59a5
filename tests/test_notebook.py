"""What notebooks show of articles and results, DataFrames, and the notebook of the documentation."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

import kbarchive
from kbarchive.errors import MissingExtraError
from kbarchive.render.notebook import results_html
from kbarchive.search import Index
from kbarchive.search.results import Hit, QueryDiagnostic, Results, Snippet
from kbarchive.writers.flat import Row, flat_row
from tests.commands import PATIENCE
from tests.test_render import _Checker

NOTEBOOK = Path(__file__).resolve().parent.parent / "docs" / "notebooks" / "archive.ipynb"
ODD = "<script>alert(1)</script> & \x1b[31m"


def checked(html: str) -> str:
    """The words of a piece of HTML, whose elements nest; it has no script, and says no colour."""
    checker = _Checker()
    checker.feed(html.replace("<br>", " "))
    assert checker.open == []
    assert not re.search(r"<script|\x1b|color\s*:(?! inherit)|https?://|\son\w+=", html)
    return " ".join(" ".join(checker.words).split())


@pytest.fixture
def index() -> Index:
    return kbarchive.open_index("sample")


def test_results_show_as_a_table(index: Index) -> None:
    html = index.search("relay not allowed", limit=2)._repr_html_()
    words = checked(html)
    assert "Q206968" in words
    assert "1999-05-12" in words
    assert html.count("<tr>") == 3
    assert "<mark>" in html


def test_everything_in_results_is_escaped() -> None:
    hit = Hit(1, None, ODD, ODD, 1.0, None, None, (ODD,), (Snippet("cause", f"lamp {ODD} lamp", ((0, 4), (5, 8))),))
    results = Results(
        query=ODD,
        total=1,
        partial=True,
        hits=(hit,),
        facets={},
        suggestions=(ODD,),
        diagnostics=(QueryDiagnostic("operator", ODD),),
    )
    words = checked(results_html(results))
    assert words.count("alert(1)") == 7
    assert "1 hit for" in words
    assert "none has all the words" in words


def test_results_without_hits(index: Index) -> None:
    html = index.search("zzqx")._repr_html_()
    assert "0 hits for zzqx" in checked(html)
    assert "<table" not in html


def test_article_shows_itself(index: Index) -> None:
    article = index.article("Q206968")
    words = checked(article._repr_html_())
    for expected in (article.title, "1999-05-12", "RelayFlags", "RESOLUTION"):
        assert expected in words
    odd = kbarchive.parse(f"DOCUMENT:Q900001  12-MAY-1999  [x]\nTITLE   :{ODD}\n\n{ODD}\n")
    assert checked(odd._repr_html_()).count("alert(1)") == 2


def test_dataframe_has_the_columns_of_a_row(index: Index) -> None:
    articles = list(index.articles())
    frame = kbarchive.to_dataframe(iter(articles))
    assert [*frame.columns] == [*Row._fields]
    assert len(frame) == len(articles)
    assert frame["modified"].dtype.kind == "M"
    assert frame["reference_count"].dtype.kind == "i"
    frame["modified"] = frame["modified"].dt.date
    for article, row in zip(articles, frame.astype(object).itertuples(index=False), strict=True):
        assert tuple(None if value != value else value for value in row) == flat_row(article)
    assert [*kbarchive.to_dataframe([]).columns] == [*Row._fields]


def test_dataframe_without_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'kbarchive\[data\]'"):
        kbarchive.to_dataframe([])


def test_notebook_is_kept_without_what_it_gave() -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


def test_notebook_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nbclient = pytest.importorskip("nbclient", reason="the extra notebook is not installed here: the notebook is not run")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("PYTHONPATH", str(NOTEBOOK.parents[2]))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=PATIENCE, startup_timeout=PATIENCE, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    )
    client.execute()
    shown = [output.get("data", {}).get("text/html", "") for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("<mark>" in html for html in shown)
    assert any("RelayFlags" in html and "<h2>" in html for html in shown)
