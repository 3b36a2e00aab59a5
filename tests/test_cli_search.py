"""kbsearch and the commands that read an index, run as processes."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kbarchive.resources import query_help
from tests.commands import run
from tests.searching import ARTICLES, article, index_of, write_articles


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("cli")
    index_of(place).close()
    return str(place / "index")


def kbsearch(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return _run("kbarchive.cli.search", arguments, environment)


def kbarchive(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return _run("kbarchive.cli.main", arguments, environment)


def _run(module: str, arguments: tuple[str, ...], environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, capture_output=True, env={**os.environ, **environment}, check=False)


def test_hits_are_shown_with_their_facts(folder: str) -> None:
    result = kbsearch("--index", folder, "relay", "not", "allowed")
    assert result.returncode == 0
    first, facts, snippet = result.stdout.decode().splitlines()[:3]
    assert first == '1. Q910001  SMTP: "Relay Not Allowed" When Sending'
    assert facts == "   Microsoft Exchange Server, 1999-05-12"
    assert snippet == "   symptoms: A letter that leaves the building comes back with the words relay not allowed."
    assert f"searching 3 articles of articles ({folder})" in result.stderr.decode()
    assert b"\x1b" not in result.stdout


def test_color_is_asked_for(folder: str) -> None:
    shown = kbsearch("--color", "always", "--index", folder, "relay", NO_COLOR="1").stdout
    assert b"\x1b[1;33mrelay\x1b[0m" in shown
    assert b"\x1b" not in kbsearch("--color", "never", "--index", folder, "relay").stdout


def test_forms_for_programs(folder: str) -> None:
    results = json.loads(kbsearch("--json", "--facets", "--index", folder, "relay").stdout)
    assert (results["schema"], results["total"], results["facets"]["year"]) == (1, 2, {"1999": 1, "2001": 1})
    hits = [json.loads(line) for line in kbsearch("--jsonl", "--index", folder, "relay").stdout.splitlines()]
    assert hits == results["hits"]
    assert kbsearch("--ids", "--index", folder, "relay").stdout.decode().split() == ["Q910001", "Q910002"]
    assert kbsearch("--ids", "--limit", "1", "--offset", "1", "--index", folder, "relay").stdout == b"Q910002\n"
    for options in (["-n", "1"], ["-n1"]):
        assert kbsearch("--ids", *options, "--offset", "1", "--index", folder, "relay", "-network").stdout == b"Q910002\n"


def test_hits_as_a_table(folder: str) -> None:
    text = kbsearch("--csv", "--index", folder, "relay").stdout.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    hits = json.loads(kbsearch("--json", "--index", folder, "relay").stdout)["hits"]
    assert list(rows[0]) == [
        *("rank", "id", "key", "title", "score", "modified", "collection", "products", "cited_by", "alike", "snippet")
    ]
    for row, hit in zip(rows, hits, strict=True):
        assert [row[name] for name in ("rank", "key", "title", "score")] == [
            str(hit[n]) for n in ("rank", "key", "title", "score")
        ]
        assert row["products"] == "; ".join(hit["products"])
        assert row["snippet"] == " ".join(snippet["text"] for snippet in hit["snippets"])


def test_ids_for_xargs(folder: str) -> None:
    for option in ("-0", "--null"):
        assert kbsearch(option, "--index", folder, "relay").stdout == b"Q910001\0Q910002\0"


def test_facets_are_shown_as_filters(folder: str) -> None:
    lines = kbsearch("--facets", "--limit", "0", "--index", folder, "relay").stdout.decode().splitlines()
    assert "by product:" in lines
    assert '        2  product:"Microsoft Exchange Server"' in lines
    assert "        1  modified:1999" in lines
    for form in ("--csv", "--jsonl", "--ids", "-0"):
        assert kbsearch("--facets", form, "--index", folder, "relay").returncode == 2


def test_the_newest_first(folder: str) -> None:
    assert kbsearch("--ids", "--sort", "date", "--index", folder, "relay").stdout == b"Q910002\nQ910001\n"


def test_articles_like_one(folder: str) -> None:
    assert kbsearch("--ids", "--limit", "1", "--like", "910001", "--index", folder).stdout == b"Q910002\n"
    missing = kbsearch("--like", "Q1", "--index", folder)
    assert (missing.returncode, b"no article 'Q1'" in missing.stderr) == (2, True)


def test_near_identical_articles_are_one_hit_for_people(tmp_path: Path) -> None:
    text = {"SUMMARY": "Open the lid of the ferry, turn the brass key twice, and wait for the bell."}
    series = {f"Q{n}": article(n, f"V{n}: Lowering the Ramp", text) for n in (996001, 996002, 996003)}
    index_of(tmp_path, series).close()
    place = str(tmp_path / "index")
    shown = kbsearch("--index", place, "ramp")
    assert shown.stdout.decode().splitlines()[0] == "1. Q996001  V996001: Lowering the Ramp  +2 alike"
    assert b"2. " not in shown.stdout
    assert b"2. Q996002" in kbsearch("--no-fold", "--index", place, "ramp").stdout
    assert json.loads(kbsearch("--json", "--index", place, "ramp").stdout)["total"] == 3
    folded = json.loads(kbsearch("--json", "--fold", "--index", place, "ramp").stdout)
    assert (folded["total"], folded["folded"], folded["hits"][0]["alike"]) == (1, True, ["Q996002", "Q996003"])


def test_many_queries(folder: str, tmp_path: Path) -> None:
    asked = tmp_path / "queries.txt"
    asked.write_bytes(b"\xef\xbb\xbfrelay\n\nzeppelin\nexchange (\r\n\xff\n")
    place = ("--index", folder, "--queries", str(asked))

    text = kbsearch(*place)
    assert text.returncode == 0
    heads = [line for line in text.stdout.decode().splitlines() if line.startswith("[")]
    assert heads == ["[1] relay", "[2] zeppelin", "[3] exchange (", "[4] \ufffd"]
    assert b"nothing found" in text.stdout
    assert b"query 3: this bracket is not closed" in text.stderr

    everything = json.loads(kbsearch("--json", *place).stdout)
    assert [results["query"] for results in everything] == ["relay", "zeppelin", "exchange (", "\ufffd"]
    lines = [json.loads(line) for line in kbsearch("--jsonl", *place).stdout.splitlines()]
    assert [(line["number"], line["query"], line["key"]) for line in lines[:2]] == [
        (1, "relay", "Q910001"),
        (1, "relay", "Q910002"),
    ]
    assert {line["number"] for line in lines} == {1, 3}
    rows = list(csv.DictReader(io.StringIO(kbsearch("--csv", *place).stdout.decode())))
    assert [(row["number"], row["key"]) for row in rows] == [(str(line["number"]), line["key"]) for line in lines]
    assert kbsearch("--ids", *place).stdout.decode().split() == [line["key"] for line in lines]

    asked.write_text("zeppelin\n")
    assert kbsearch(*place).returncode == 1
    asked.write_text("")
    assert (kbsearch("--json", *place).stdout, kbsearch("--json", *place).returncode) == (b"[]\n", 1)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("place", ["file", "-"])
def test_queries_as_windows_writes_them(folder: str, tmp_path: Path, encoding: str, place: str) -> None:
    """Found by an administrator: of UTF-16 the bytes were looked for, with exit code 0."""
    mark = "" if encoding == "utf-8-sig" else "\ufeff"
    data = f"{mark}zebra\r\n\r\ntitle:relay\r\n".encode(encoding)
    (tmp_path / "file").write_bytes(data)
    done = run("kbsearch", ("--index", folder, "--queries", place, "--jsonl"), folder=tmp_path, data=data)
    assert done.returncode == 0
    assert {json.loads(line)["number"] for line in done.stdout.splitlines()} == {2}
    assert b"query 1: no article has the word zebra" in done.stderr


def test_queries_that_are_no_text_are_refused(folder: str, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    asked.write_bytes("title:relay\n".encode("utf-16-le"))  # without its mark
    done = kbsearch("--index", folder, "--queries", str(asked), "--jsonl")
    told = f"error: {asked} is no text in UTF-8, nor in UTF-16 with a byte order mark; save it as UTF-8\n"
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().endswith(told)


def test_queries_from_stdin(folder: str) -> None:
    command = [sys.executable, "-m", "kbarchive.cli.search", "--ids", "--queries", "-", "--index", folder]
    result = subprocess.run(command, input=b"\xef\xbb\xbfwin32s\nQ910002", capture_output=True, check=False)
    assert result.stdout.decode().split() == ["Q910003", "Q910002", "Q910001"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--like", "Q910001", "relay"), "--like stands in place of a query; leave out the words 'relay'"),
        (("--queries", "-", "relay"), "--queries stands in place of a query; leave out the words 'relay'"),
        (("--queries", "-", "--like", "Q910001"), "--like and --queries exclude each other"),
    ],
)
def test_one_thing_is_asked_at_a_time(folder: str, arguments: tuple[str, ...], told: str) -> None:
    failed = kbsearch("--index", folder, *arguments)
    assert (failed.returncode, failed.stdout) == (2, b"")
    assert failed.stderr.decode() == f"kbsearch: error: {told}; see kbsearch --help\n"


def test_a_file_of_queries_that_is_not_there(folder: str, tmp_path: Path) -> None:
    failed = kbsearch("--index", folder, "--queries", str(tmp_path / "nowhere"))
    assert (failed.returncode, b"nowhere: No such file" in failed.stderr) == (2, True)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals of this kind")
def test_ids_are_links_on_a_terminal(folder: str) -> None:
    link = b"\x1b]8;;https://jeffpar.github.io/kbarchive/kb/910/Q910001/\x1b\\"
    assert link in _on_terminal(folder, "xterm-256color")
    assert b"\x1b[1mQ910001" in _on_terminal(folder, "linux")
    for text in (_on_terminal(folder, "linux"), _on_terminal(folder, "dumb"), _on_terminal(folder, "xterm", NO_COLOR="1")):
        assert b"Q910001" in text
        assert b"\x1b]8" not in text
    assert b"\x1b" not in _on_terminal(folder, "xterm", "--color", "never")
    assert b"\x1b]8" not in kbsearch("--color", "always", "--index", folder, "relay").stdout


def _on_terminal(folder: str, term: str, *arguments: str, **environment: str) -> bytes:
    """What kbsearch writes to a terminal of a kind."""
    import pty  # no such module on Windows

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "kbarchive.cli.search", "-q", "--index", folder, *arguments, "relay"]
    plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    with subprocess.Popen(command, stdout=theirs, env={**plain, "TERM": term, **environment}) as process:
        os.close(theirs)
        written = b""
        try:
            while part := os.read(ours, 65_536):
                written += part
        except OSError:
            pass  # how Linux tells that nobody writes any more
        finally:
            os.close(ours)
    assert process.returncode == 0
    return written


def test_exit_codes(folder: str) -> None:
    assert kbsearch("--index", folder, "relay").returncode == 0
    partial = kbsearch("--index", folder, "relay", "zeppelin")
    assert (partial.returncode, b"no article has all the words" in partial.stderr) == (0, True)
    nothing = kbsearch("--index", folder, "zeppelin")
    assert (nothing.returncode, nothing.stdout, b"nothing found" in nothing.stderr) == (1, b"", True)
    for arguments in ((), ("--index", f"{folder}/nowhere", "relay"), ("--bogus", "relay"), ("--limit", "-1", "relay")):
        failed = kbsearch(*arguments)
        assert (failed.returncode, failed.stdout, b"Traceback" in failed.stderr) == (2, b"", False)
        assert failed.stderr.startswith(b"kbsearch: error: ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "missing argument 'QUERY...'"),
        (("",), "the query is empty"),
        ((" ", ""), "the query is empty"),
        (("-smtp",), "no option -smtp; to search for it, put -- before the query: -- -smtp"),
        (("--limit", "x", "relay"), "invalid value for '-n' / '--limit': 'x' is not a whole number of 0 or more"),
        (("--limit", "-1", "relay"), "invalid value for '-n' / '--limit': '-1' is not a whole number of 0 or more"),
        (("relay", "--limit"), "option '--limit' wants a value"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(arguments: tuple[str, ...], told: str) -> None:
    failed = kbsearch(*arguments)
    assert (failed.returncode, failed.stdout) == (2, b"")
    assert failed.stderr.decode() == f"kbsearch: error: {told}; see kbsearch --help\n"


def test_words_that_begin_with_a_minus(folder: str) -> None:
    def ids(*arguments: str) -> list[str]:
        return kbsearch("--index", folder, "--ids", *arguments).stdout.decode().split()

    assert ids("relay", "-hosts") == ["Q910001"]
    assert ids("relay", "-json") == ["Q910001", "Q910002"]
    assert ids("--", "relay", "-hosts") == ["Q910001"]
    assert ids("--limit=1", "relay") == ["Q910001"]
    assert ids("relay", "--limit", "1") == ["Q910001"]
    assert ids("-5", "relay") == ["Q910001", "Q910002"]
    assert kbsearch("--index", folder, "relay", "--jsno").returncode == 2


def test_quiet_says_nothing(folder: str) -> None:
    for option in ("-q", "--quiet"):
        assert kbsearch(option, "--index", folder, "relay", "zeppelin").stderr == b""


def test_suggestions_are_said(folder: str) -> None:
    assert b"did you mean: netshield" in kbsearch("--index", folder, "netsheild").stderr


def test_arguments_that_are_no_utf8(folder: str) -> None:
    command: list[str | bytes] = [sys.executable, "-m", "kbarchive.cli.search", "--json", "--index", folder]
    command.append(b"relay \xff")
    result = subprocess.run(command, capture_output=True, check=False)
    assert (result.returncode, json.loads(result.stdout)["total"]) == (0, 2)


def test_a_search_imports_only_what_it_needs(folder: str) -> None:
    code = f"""
import sys
from kbarchive.search import open_index
open_index({folder!r}).search("relay")
heavy = ("numpy", "rich", "lark", "ssl", "whoosh.filedb", "kbarchive.parsing", "kbarchive.index.build")
print([name for name in sys.modules if name.startswith(heavy)])
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


def test_index_show_refs_stats(tmp_path: Path) -> None:
    source = write_articles(tmp_path / "articles")
    place = str(tmp_path / "index")
    made = kbarchive("index", str(source), "--index", place)
    assert (made.returncode, made.stdout) == (0, b"")
    assert b"3 articles" in made.stderr

    assert kbarchive("show", "910001", "--source", "--index", place).stdout == ARTICLES["Q910001"]
    assert json.loads(kbarchive("show", "Q910001", "--json", "--index", place).stdout)["id"] == "Q910001"
    assert kbarchive("show", "Q910001", "--markdown", "--index", place).stdout.startswith(b"---\nid: ")
    assert kbarchive("show", "Q910001", "--html", "--index", place).stdout.startswith(b"<!DOCTYPE html>\n")
    assert kbarchive("show", "Q910001", "--ftp", "--index", place).stdout.startswith(b"DOCUMENT:Q910001  12-MAY-1999")
    assert b"SYMPTOMS\n========\n" in kbarchive("show", "kb910001", KBARCHIVE_INDEX=place).stdout
    missing = kbarchive("show", "Q1", "--index", place)
    assert (missing.returncode, b"no article 'Q1'" in missing.stderr) == (2, True)

    refs = json.loads(kbarchive("refs", "Q910001", "--json", "--index", place).stdout)
    assert [citation["key"] for citation in refs["cites"] + refs["missing"]] == ["Q910002", "Q919999"]
    assert b"missing: 1\n  Q919999  Gone For Good\n" in kbarchive("refs", "Q910001", "--index", place).stdout

    stats = json.loads(kbarchive("stats", "--json", "--index", place).stdout)
    assert stats["articles"] == 3
    assert stats["collection"] == {"exchange": 2, "visualc": 1}
    assert stats["section"]["symptoms"] == 2
    assert stats["references"] == {"citations": 2, "cited": 2, "missing_citations": 1, "missing": 1}
    assert b"visualc" in kbarchive("stats", "--index", place).stdout


@pytest.mark.parametrize("command", ["index", "show", "refs", "stats"])
def test_help_has_examples_and_exit_codes(command: str) -> None:
    text = kbarchive(command, "--help").stdout
    assert b"Examples:" in text
    assert b"Exit codes:" in text


def test_what_cannot_be_read_is_pointed_at(folder: str) -> None:
    result = kbsearch("--index", folder, "relay", "modified:soon")
    lines = result.stderr.decode().splitlines()
    place = next(number for number, line in enumerate(lines) if "modified: wants a date" in line)
    assert lines[place + 1 : place + 3] == ["  relay modified:soon", "                 ^^^^"]
    diagnostic, *_ = json.loads(kbsearch("--index", folder, "--json", "relay", "modified:soon").stdout)["diagnostics"]
    assert (diagnostic["code"], diagnostic["start"], diagnostic["end"]) == ("field-value", 15, 19)


def test_queries_are_explained() -> None:
    result = kbsearch("--help-query")
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.decode() == query_help()
