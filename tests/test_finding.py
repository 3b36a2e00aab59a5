"""The main job from end to end: index, search, show, on the bundled corpus and as processes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import kbarchive
from kbarchive.errors import SearchIndexError, UnknownArticleError
from kbarchive.parsing import parse_document
from kbarchive.resources import resource_folder
from kbarchive.search import Index
from tests.commands import run
from tests.corpus import corpus_files

CORPUS = resource_folder("corpus")


@pytest.fixture(scope="module")
def index(corpus_index: Path) -> Iterator[Index]:
    with kbarchive.open_index(corpus_index) as opened:
        yield opened


def command(*arguments: str, program: str = "kbsearch") -> subprocess.CompletedProcess[str]:
    done = run(program, arguments)
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def kb(*arguments: str) -> subprocess.CompletedProcess[str]:
    return command(*arguments, program="kbarchive")


def keys(index: Index, query: str) -> list[str]:
    return [hit.key for hit in index.search(query, limit=100).hits]


def test_every_article_is_in_the_index_as_it_was_read(index: Index) -> None:
    assert len(index) == len(corpus_files())
    for path in corpus_files():
        (expected,) = parse_document(path.read_bytes())
        found = index.article(expected.key)
        assert msgspec.structs.replace(found, source=expected.source) == expected
        assert index.source_bytes(expected.key) == path.read_bytes()


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("relay not allowed", "Q206968"),
        ('"relay not allowed"', "Q206968"),
        ("RelayAllowList", "Q179289"),
        ("class not registered 0x80040154", "Q900004"),
        ("Q179289", "Q179289"),
        ("179289", "Q179289"),
        ("kb179289", "Q179289"),
        ("0x80004005", "Q900059"),
        ("CreateWindowEx", "Q900005"),
        ("gethostbyaddr", "Q900212"),
        ("msctls_updown32", "Q900221"),
        ("config.sys read as one line", "Q900217"),
        ("DoCmd.OpenForm apostrophe", "Q900056"),
        ("STOP 0x0000007B boot disk", "Q900041"),
        ("VLOOKUP #N/A", "Q900055"),
        ("joystick clock slow", "Q900143"),
    ],
)
def test_the_article_that_answers_comes_first(index: Index, query: str, first: str) -> None:
    assert keys(index, query)[0] == first


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("C/C++", "Q900212"),
        ("window", "Q900221"),
        ("autoexec", "Q900069"),
        ("autoexec.bat", "Q900069"),
        ("IPX/SPX", "Q900071"),
        ("spx", "Q900071"),
        ("MSExchangeIMC", "Q206968"),
        ("HKEY_LOCAL_MACHINE", "Q206968"),
        ("caf\u00e9", "Q900218"),
    ],
)
def test_names_are_found_whole_and_by_their_parts(index: Index, word: str, key: str) -> None:
    assert key in keys(index, word)


def test_a_phrase_is_its_words_in_order_stop_words_too(index: Index) -> None:
    found = keys(index, '"relay not allowed"')
    assert found[0] == "Q206968"
    assert all("relay not allowed" in f"{a.title} {' '.join(a.text.split())}".lower() for a in map(index.article, found))
    assert not index.search('"allowed not relay"').total or index.search('"allowed not relay"').partial


def test_a_word_can_be_excluded(index: Index) -> None:
    assert {"Q206968", "Q179289"} <= set(keys(index, "RelayFlags"))
    assert "Q179289" not in keys(index, "RelayFlags -RelayAllowList")


def test_partial_matches_are_given_and_said_to_be(index: Index) -> None:
    results = index.search("relay xyzzyplugh")
    assert results.partial
    assert results.hits
    whole = index.search("relay allowed")
    assert not whole.partial


def test_nothing_found(index: Index) -> None:
    results = index.search("xyzzyplugh")
    assert (results.total, results.hits, results.partial) == (0, (), False)


def test_a_near_miss_is_corrected(index: Index) -> None:
    assert any("joystick" in suggestion for suggestion in index.search("joystik").suggestions)


def test_paging_is_the_whole_list_in_pieces(index: Index) -> None:
    whole = [hit.key for hit in index.search("windows", limit=1000).hits]
    pieces = [hit.key for offset in range(0, len(whole), 3) for hit in index.search("windows", 3, offset).hits]
    assert pieces == whole
    assert len(whole) == index.search("windows").total


def test_snippets_name_their_section_and_mark_what_was_found(index: Index) -> None:
    (snippet,) = index.search("relay not allowed").hits[0].snippets
    assert snippet.section == "symptoms"
    marked = {snippet.text[start:end].lower() for start, end in snippet.highlights}
    assert {"relay", "allowed"} <= marked


def test_facets_when_asked_for(index: Index) -> None:
    assert index.search("relay").facets == {}
    assert index.search("RelayFlags", facets=True).facets["collection"]["exchange"] >= 2


@pytest.mark.parametrize(
    "query", ["", '"', '""', "-", "--", "(", "*", "a" * 100_000, "\x00", '-"', "\ud800", "Q", "Q0", "OR AND NOT"]
)
def test_odd_queries(index: Index, query: str) -> None:
    index.search(query)


def test_an_article_that_is_not_there(index: Index) -> None:
    with pytest.raises(UnknownArticleError, match="Q111111"):
        index.article("Q111111")


# ---- Building -----------------------------------------------------------------------------------------------------------


def test_a_new_build_takes_the_place_of_the_old(tmp_path: Path, article_folder: Path) -> None:
    folder = tmp_path / "index"
    kbarchive.build_index(article_folder, folder)
    with kbarchive.open_index(folder) as old:
        kbarchive.build_index(CORPUS / "txt", folder)
        assert len(old) == 3, "a reader goes on with what it opened"
    with kbarchive.open_index(folder) as new:
        assert "Q179289" in keys(new, "RelayAllowList")


def test_a_build_that_fails_leaves_the_old_index(tmp_path: Path, article_folder: Path) -> None:
    folder = tmp_path / "index"
    kbarchive.build_index(article_folder, folder)
    with pytest.raises(kbarchive.KbArchiveError):
        kbarchive.build_index(tmp_path / "nowhere", folder)
    with kbarchive.open_index(folder) as index:
        assert len(index) == 3


def test_a_killed_build_leaves_the_old_index_and_is_cleaned_up(tmp_path: Path, article_folder: Path) -> None:
    folder = tmp_path / "index"
    kbarchive.build_index(article_folder, folder)
    before = sorted(path.name for path in folder.iterdir())
    program = (
        "import os, signal, sys, kbarchive\n"
        "kill = lambda report: os.kill(os.getpid(), signal.SIGKILL)\n"
        "kbarchive.build_index(sys.argv[1], sys.argv[2], jobs=1, on_progress=kill)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, CORPUS / "txt", folder], check=False)
    assert killed.returncode != 0
    with kbarchive.open_index(folder) as index:
        assert len(index) == 3
    kbarchive.build_index(article_folder, folder)
    assert len(list(folder.iterdir())) == len(before)


def test_the_newest_of_an_article_is_kept(tmp_path: Path, article_folder: Path) -> None:
    newer = tmp_path / "newer"
    newer.mkdir()
    text = (article_folder / "900" / "Q900001.TXT").read_text()
    (newer / "a.TXT").write_text(text.replace("12-MAY-1999", "13-MAY-2001").replace("A Made-Up Article", "A Newer Article"))
    for number, sources in enumerate(([article_folder, newer], [newer, article_folder])):
        folder = tmp_path / f"index{number}"
        kbarchive.build_index(sources, folder)
        with kbarchive.open_index(folder) as index:
            assert len(index) == 3
            assert index.article("Q900001").title == "A Newer Article"


def test_a_folder_that_is_no_index_is_told_and_left_alone(tmp_path: Path, article_folder: Path) -> None:
    with pytest.raises(SearchIndexError, match="kbarchive index"):
        kbarchive.open_index(tmp_path / "nowhere")
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "letter.txt").write_text("dear")
    with pytest.raises(SearchIndexError):
        kbarchive.build_index(article_folder, precious)
    assert (precious / "letter.txt").read_text() == "dear"


# ---- The commands ---------------------------------------------------------------------------------------------------------


def test_kbsearch_for_people() -> None:
    found = command("relay not allowed")
    assert found.returncode == 0
    assert found.stdout.split("\n")[0].startswith('1. Q206968  XIMS: "Relay Not Allowed"')
    assert "1999-05-12" in found.stdout
    assert "symptoms:" in found.stdout
    assert "\x1b" not in found.stdout, "no colours in a pipe"
    assert "sample" in found.stderr


def test_kbsearch_for_programs() -> None:
    found = json.loads(command("--json", "relay", "not", "allowed").stdout)
    assert found["schema"] == 1
    assert found["hits"][0]["id"] == "Q206968"
    assert found["hits"][0]["snippets"][0]["section"] == "symptoms"
    lines = command("--jsonl", "--limit", "2", "relay").stdout.splitlines()
    assert [json.loads(line)["rank"] for line in lines] == [1, 2]
    assert command("--ids", "--limit", "1", "--offset", "1", "RelayFlags").stdout.split() in (["Q179289"], ["Q206968"])


def test_kbsearch_exit_codes() -> None:
    assert command("xyzzyplugh").returncode == 1
    assert command("--index", "no/such/index", "relay").returncode == 2
    assert command("--no-such-option", "relay").returncode == 2
    partial = command("relay", "xyzzyplugh")
    assert partial.returncode == 0
    assert "no article has all the words" in partial.stderr


def test_colours_when_asked_for() -> None:
    assert "\x1b[" in command("--color", "always", "relay").stdout


def test_the_environment_names_an_index(tmp_path: Path, article_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kbarchive.build_index(article_folder, tmp_path / "index")
    monkeypatch.setenv("KBARCHIVE_INDEX", str(tmp_path / "index"))
    assert command("--ids", "made", "up").stdout.split() == ["Q900001", "Q900002", "Q901000"]
    assert command("--ids", "--index", "sample", "RelayAllowList").stdout.split()[0] == "Q179289"


def test_index_becomes_the_default(article_folder: Path) -> None:
    built = kb("index", str(article_folder))
    assert built.returncode == 0, built.stderr
    assert built.stdout == ""
    assert command("--ids", "made", "up").stdout.split() == ["Q900001", "Q900002", "Q901000"]


def test_show(tmp_path: Path) -> None:
    text = kb("show", "q206968")
    assert text.returncode == 0
    assert "RESOLUTION" in text.stdout
    assert json.loads(kb("show", "206968", "--json").stdout)["id"] == "Q206968"
    assert kb("show", "Q206968", "--markdown").stdout.startswith("---\n")
    source = subprocess.run(
        [sys.executable, "-c", "from kbarchive.cli.main import main; main()", "show", "Q206968", "--source"],
        capture_output=True,
        check=False,
    ).stdout
    assert source == (CORPUS / "txt" / "206" / "Q206968.TXT").read_bytes()
    assert kb("show", "Q111111").returncode == 2


def test_refs() -> None:
    refs = json.loads(kb("refs", "Q206968", "--json").stdout)
    assert [cited["id"] for cited in refs["cites"]] == ["Q179289"]
    assert "Q206968" in kb("refs", "Q179289").stdout


def test_stats() -> None:
    stats = json.loads(kb("stats", "--json").stdout)
    # Revisions, and the article that is there in two forms, count once.
    assert stats["articles"] == len({article.key for article in kbarchive.read(CORPUS)})
    assert "exchange" in kb("stats").stdout
