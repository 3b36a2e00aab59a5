"""The benchmark of relevance: the queries, the figures, the peers, and the tables."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from whoosh import index
from whoosh.query import Or, Term

from benchmarks.__main__ import benchmarks
from benchmarks.agreement import disagreements
from benchmarks.peers import PEERS, Engine, Text, open_peer
from benchmarks.peers.whoosh import Engine as WhooshEngine
from benchmarks.qrels import ASKED, Question, ask, difference, figure, mean, read_sets
from benchmarks.tables import best_setting
from kbarchive.errors import SourceError
from tests.searching import ARTICLES, write_articles

_TEXTS = [
    Text("Q1", "Relay Not Allowed", "A letter comes back.", "exchange"),
    Text("Q2", "Setting Up", "The relay of letters is not set up. Relay hosts are allowed to relay.", "exchange"),
    Text("Q3", "Compiling", "The compiler stops in NET_SEND with 0x80040154.", "visualc"),
    *(Text(f"Q{number}", "Filler", f"Words about matter number {number}.", "") for number in range(4, 40)),
]
_QUESTIONS = [
    '{"query": "letter not relayed", "answers": ["Q910001"]}',
    '{"query": "compiler stops netshield", "answers": ["Q910003"], "exclude": ["Q910002"]}',
    '{"query": "three steps connector", "answers": ["Q910002", "Q910001"], "exclude": []}',
]


def _question(*answers: str, exclude: tuple[str, ...] = ()) -> Question:
    return Question("words", answers, exclude)


@pytest.mark.parametrize(
    ("ids", "exclude", "rank"),
    [
        (["Q1"], (), 1),
        (["Q5", "Q2", "Q1"], (), 2),
        (["Q5", "Q6", "Q1"], ("Q5",), 2),
        ([*map(str, range(10)), "Q1"], (), 0),
        ([*map(str, range(10)), "Q1"], ("0",), 10),
        ([None, "Q2"], (), 2),
        ([], (), 0),
    ],
)
def test_rank_is_that_of_the_first_answer_among_ten_that_count(
    ids: list[str | None], exclude: tuple[str, ...], rank: int
) -> None:
    assert _question("Q1", "Q2", exclude=exclude).rank(ids) == rank


def test_split_goes_by_the_first_answer_and_stays() -> None:
    assert [_question(f"Q91000{number}", "Q910002").train for number in range(1, 5)] == [False, True, False, True]


def test_mean_has_its_standard_error() -> None:
    assert mean([0.0, 1.0, 0.0, 1.0]) == pytest.approx((0.5, 1 / math.sqrt(12)))
    assert mean([1.0]).value == 1.0
    assert math.isnan(mean([1.0]).error)
    assert not mean([]).ahead


def test_difference_is_paired() -> None:
    sets = {"made-up": [_question("Q910001"), _question("Q910002"), _question("Q910004")]}
    ours, theirs = {"made-up": [1, 1, 2]}, {"made-up": [2, 2, 0]}
    gain = difference("MRR@10", sets, "made-up", "all", ours, theirs)
    # The same gain with each query is certain, however much the queries differ.
    assert gain == (0.5, 0.0)
    assert gain.ahead
    assert difference("success@1", sets, "made-up", "all", ours, theirs).value == pytest.approx(2 / 3)
    assert figure("MRR@10", sets, "made-up", "train", ours).value == pytest.approx(0.75)
    assert figure("success@10", sets, "made-up", "test", theirs).value == 1.0
    assert not difference("MRR@10", sets, "made-up", "all", theirs, theirs).ahead


def test_best_setting_is_chosen_by_set_and_part() -> None:
    sets = {"a": [_question("Q910001"), _question("Q910002")], "b": [_question("Q910002")]}
    run = {"x": {"a": [1, 0], "b": [0]}, "y": {"a": [3, 3], "b": [2]}}
    assert best_setting(run, sets, ["a"], "all") == "x"
    assert best_setting(run, sets, ["a"], "train") == "y"
    assert best_setting(run, sets, ["a", "b"], "all") == "y"


def test_sets_are_read_by_name(tmp_path: Path) -> None:
    _write_qrels(tmp_path)
    assert [question.answers for question in read_sets(tmp_path)["made-up"]] == [
        ("Q910001",),
        ("Q910003",),
        ("Q910002", "Q910001"),
    ]


@pytest.mark.parametrize(
    "line", ["{", '{"query": "words"}', '{"query": "words", "answers": []}', '{"query": 1, "answers": ["Q1"]}']
)
def test_damaged_set_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "odd.jsonl").write_text(f"{_QUESTIONS[0]}\n{line}\n")
    with pytest.raises(SourceError, match=r"odd\.jsonl:2: "):
        read_sets(tmp_path)


def test_folder_without_queries_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no queries"):
        read_sets(tmp_path)


def test_search_is_asked_for_each_query() -> None:
    sets = {"made-up": [Question("one", ("Q1",)), Question("two", ("Q1",))]}
    assert ask(sets, lambda query: ["Q1"] if query == "one" else []) == {"made-up": [1, 0]}


@pytest.fixture(scope="module", params=["SQLite FTS5", "Whoosh"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A peer whose library every installation has."""
    return open_peer(request.param, tmp_path_factory.mktemp("work"), lambda: _TEXTS)


def test_peer_finds_in_every_setting(engine: Engine) -> None:
    for setting, ids in engine.search("compiling stops").items():
        assert ids[:1] == ["Q3"] or "only" in setting, setting


def test_settings_of_a_peer_differ(engine: Engine) -> None:
    found = engine.search("relay")
    settings = [setting for setting in found if "stop list" not in setting]
    assert all(found[setting] == ["Q1"] for setting in settings if "title only" in setting)
    assert {found[setting][0] for setting in settings} == {"Q1", "Q2"}


@pytest.mark.parametrize(
    "query",
    ["", "???", '"half a phrase', "a AND (b* OR", "NEAR/3 ^x title:relay -not", "NET_SEND", "it's 100% {new}", "not the"],
)
def test_no_query_fails_in_a_peer(engine: Engine, query: str) -> None:
    found = engine.search(query)
    assert found.keys() == engine.search("relay").keys()
    assert all(len(ids) <= ASKED for ids in found.values())


def test_sums_are_those_of_whoosh_itself(tmp_path: Path) -> None:
    WhooshEngine.build(tmp_path, _TEXTS)
    query = Or([Or([Term("title", word, boost=5), Term("body", word)]) for word in ("relai", "not", "allow", "number")])
    with index.open_dir(str(tmp_path)).searcher() as searcher:
        hits = [hit["id"] for hit in searcher.search(query, limit=None)]
    assert WhooshEngine(tmp_path).search("relay not allowed number")["title x5, body"] == hits[:ASKED]


def test_agreement_tells_which_queries_differ() -> None:
    def search(query: str, limit: int, offset: int, **_: object) -> Any:
        order = ["b", "a"] if query == "odd" and limit == 10 and not offset else ["a", "b"]
        return SimpleNamespace(hits=[SimpleNamespace(key=key) for key in order[offset : offset + limit]])

    even_and_odd: Any = SimpleNamespace(search=search)
    assert list(disagreements(even_and_odd, ["even", "odd"])) == ["odd"]


def test_tables_of_all_engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tantivy", None)
    monkeypatch.delitem(sys.modules, "benchmarks.peers.tantivy", raising=False)
    done = _run(tmp_path, "--ablation", "--agreement")
    assert done.exit_code == 0, done.output
    tables = done.stdout
    assert "3 articles; queries: made-up 3 (1 train); kbarchive " in tables
    assert "Not installed, and so not measured: tantivy" in tables
    assert "| kbarchive | as it is | all | 1.000 ± 0.000 | 1.000 ± 0.000 | 1.000 ± 0.000 |" in tables
    for peer in ("SQLite FTS5", "Whoosh"):
        assert f"\n| {peer} | " in tables
    assert "| made-up | test | " in tables
    assert "| as it is | 1.000 ± 0.000 | 1.000 ± 0.000 |" in tables
    assert "page by page: 3 of 3 queries" in tables
    assert "asking" in done.stderr


def test_every_peer_is_measured_or_named(tmp_path: Path) -> None:
    tables = _run(tmp_path).stdout
    missing = tables.partition("not measured: ")[2].partition(".")[0]
    for peer in PEERS:
        assert (f"\n| {peer} | " in tables) != (peer in missing)


def test_second_run_uses_what_the_first_has_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _run(tmp_path, "--peer", "Whoosh")

    def build(*_: object) -> None:
        raise AssertionError("built once more")

    monkeypatch.setattr(WhooshEngine, "build", build)
    monkeypatch.setattr(WhooshEngine, "search", build)
    assert _run(tmp_path, "--peer", "Whoosh").stdout == first.stdout


def test_kept_work_is_of_one_source(tmp_path: Path) -> None:
    _run(tmp_path, "--peer", "none")
    other = write_articles(tmp_path / "other")
    done = CliRunner().invoke(benchmarks, ["relevance", str(other), str(tmp_path / "qrels"), "--work", str(tmp_path / "work")])
    assert isinstance(done.exception, SourceError)
    assert "choose another folder" in str(done.exception)


def _run(folder: Path, *options: str) -> Result:
    source = write_articles(folder / "articles", ARTICLES)
    _write_qrels(folder / "qrels")
    arguments = ["relevance", str(source), str(folder / "qrels"), "--work", str(folder / "work"), *options]
    return CliRunner().invoke(benchmarks, arguments)


def _write_qrels(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "made-up.jsonl").write_text("\n".join(_QUESTIONS) + "\n")
