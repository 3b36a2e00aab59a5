"""Several texts of one article: which is the article, which are its revisions, and what is kept of them."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kbarchive
from kbarchive import reading
from kbarchive.article import Article
from kbarchive.conversion import convert
from kbarchive.errors import SourceError, UnknownArticleError
from kbarchive.index import build_index
from kbarchive.pipeline import Report
from kbarchive.revisions import Facts, Role, differing, facts_of, roles
from kbarchive.search import open_index
from kbarchive.writers import jsonl
from tests.packing import UNREADABLE
from tests.searching import ARTICLES, article, write_articles

# One article in the FTP form and as the text of a page, which drops the collection, the notice and one leading blank.
BODY = """\
-------------------------------------------------------------------------------
The information in this article applies to:

 - Microsoft Paper Tape Reader, version 2.0
-------------------------------------------------------------------------------

SYMPTOMS
========

The tape tears at the third hole.

   PUNCH /SLOW
      /AND CAREFULLY

Additional query words: confetti

======================================================================
Keywords          : kbtape
Version           : :2.0

=============================================================================
"""
FTP = f"""\
DOCUMENT:Q940001  2-FEB-1998  [papertape]
TITLE   :Tape Tears & Tears
PRODUCT :Microsoft Paper Tape Reader
PROD/VER::2.0
OPER/SYS:
KEYWORDS:kbtape

======================================================================
{BODY}
THE INFORMATION PROVIDED IN THIS SAMPLE WAS WRITTEN FOR KBARCHIVE AND IS OFFERED AS IT STANDS.

Copyright the kbarchive project 1998.
"""
PAGE = f"""\
KnowledgeBase Archive
Q940001: Tape Tears & Tears

Article: Q940001
Product(s): Microsoft Paper Tape Reader
Version(s): 2.0
Operating System(s):
Keyword(s): kbtape
Last Modified: 2-FEB-1998

{BODY.replace(chr(10) + " ", chr(10))}
"""

OLD = article(930001, "Old Stalebread", {"SUMMARY": "Once."}, date="1-JAN-1995")
MIDDLE = article(930001, "Middle", {"SUMMARY": "Then."}, date="1-JAN-1997")
NEW = article(930001, "New", {"SUMMARY": "Now."}, date="1-JAN-1999")
UNDATED = article(930001, "Undated", {"SUMMARY": "Some day."}, date="some day")
COPY = MIDDLE.replace(b"[exchange]", b"[exchnge]").replace(b"\n", b"\r\n")

SEVERAL = {"a": OLD, "b": NEW, "c": UNDATED, "d": COPY, "e": MIDDLE, **ARTICLES}


def titles(articles: Sequence[Article]) -> list[str]:
    return [article.title for article in articles]


def records(path: Path) -> list[Article]:
    return [msgspec.json.decode(line, type=Article) for line in path.read_bytes().splitlines()]


# The rule


@pytest.mark.parametrize("order", [*itertools.permutations([OLD, NEW, UNDATED])])
def test_newest_wins_whatever_the_input_order_and_undated_is_oldest(tmp_path: Path, order: tuple[bytes, ...]) -> None:
    source = write_articles(tmp_path / "in", {str(number): data for number, data in enumerate(order)})
    build_index(source, tmp_path / "index", jobs=1)
    with open_index(tmp_path / "index") as index:
        assert titles(index.revisions("Q930001")) == ["New", "Old Stalebread", "Undated"]
        assert index.article("930001").title == "New"
    convert(source, tmp_path / "out.jsonl", newest=True, jobs=1)
    assert titles(records(tmp_path / "out.jsonl")) == ["New"]


def test_forms_of_one_text_are_identical() -> None:
    ftp, page = kbarchive.parse(FTP), kbarchive.parse(PAGE)
    assert (ftp.source.dialect, page.source.dialect) == ("ftp", "page")
    assert ftp.collection != page.collection
    assert ftp.header != page.header
    assert ftp.copyright != page.copyright
    assert differing(ftp, page) == []
    assert facts_of(ftp).digest == facts_of(page).digest


def test_of_identical_texts_the_richest_is_the_article() -> None:
    facts = [facts_of(kbarchive.parse(text)) for text in (PAGE, FTP, PAGE, FTP)]
    assert list(roles(facts)) == [Role.IDENTICAL, Role.ARTICLE, Role.IDENTICAL, Role.IDENTICAL]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("third hole", "fourth hole", "sections"),
        ("PUNCH", "PUN CH", "sections"),
        ("SYMPTOMS\n========", "CAUSE\n=====", "sections"),
        ("confetti", "snow", "query_words"),
        ("Tape Tears &", "Tape Rips &", "title"),
        ("2-FEB-1998", "3-FEB-1998", "modified"),
        ("KEYWORDS:kbtape", "KEYWORDS:kbta", None),  # the trailer's keywords count
        ("Keywords          : kbtape", "Keywords          : kbtape kbhole", "keywords"),
        ("PRODUCT :Microsoft Paper", "PRODUCT :Macrosoft Paper", "products"),
        (" - Microsoft Paper Tape Reader, version 2.0", " - Microsoft Paper Tape Reader, version 2.1", "applies_to"),
        ("Version           : :2.0", "Version           : :2.1", "metadata"),
        ("PROD/VER::2.0", "PROD/VER::2.0;winnt:", "versions"),
        ("PROD/VER::2.0", "PROD/VER:2.0", None),
        ("\n", "\r\n", None),
        ("      /AND", "    /AND", None),
    ],
)
def test_what_makes_another_text(old: str, new: str, field: str | None) -> None:
    assert old in FTP
    changed = kbarchive.parse(FTP.replace(old, new))
    original = kbarchive.parse(FTP)
    assert changed.id == original.id
    assert differing(original, changed)[:1] == ([field] if field else [])
    assert (facts_of(original).digest == facts_of(changed).digest) == (field is None)


def test_texts_without_an_id_are_left_alone() -> None:
    assert list(roles([Facts(None, "1990-01-01", 0, b"")] * 3)) == [Role.ARTICLE] * 3


@given(
    st.lists(
        st.builds(
            Facts,
            st.sampled_from([None, "Q1", "Q2"]),
            st.sampled_from(["", "1990-01-01", "1999-01-01"]),
            st.integers(0, 2),
            st.sampled_from([b"a", b"b", b"c"]),
        )
    )
)
def test_each_id_has_one_article_and_each_text_is_kept_once(texts: list[Facts]) -> None:
    chosen = roles(texts)
    for wanted in ("Q1", "Q2"):
        group = [(text, role) for text, role in zip(texts, chosen, strict=True) if text.id == wanted]
        articles = [text for text, role in group if role == Role.ARTICLE]
        kept = [text.digest for text, role in group if role != Role.IDENTICAL]
        assert len(articles) == bool(group)
        assert sorted(kept) == sorted({text.digest for text, _ in group})
        assert all(text.modified <= articles[0].modified for text, _ in group)
    assert all(role == Role.ARTICLE for text, role in zip(texts, chosen, strict=True) if text.id is None)


# The index


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_index_keeps_revisions_and_counts_all(tmp_path: Path, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_BATCH_DOCUMENTS", 1)
    source = write_articles(tmp_path / "in", SEVERAL)
    report = build_index(source, tmp_path / "index", jobs)
    assert (report.articles, report.indexed, report.revisions, report.identical) == (8, 4, 3, 1)
    with open_index(tmp_path / "index") as index:
        revisions = index.revisions("kb930001")
        assert titles(revisions) == ["New", "Middle", "Old Stalebread", "Undated"]
        assert revisions == [index.article("Q930001", number) for number in (1, 2, 3, 4)]
        assert revisions[1].collection == "exchnge"  # the copy that was read first
        assert [index.source_bytes("Q930001", number) for number in (1, 2, 3, 4)] == [NEW, COPY, OLD, UNDATED]
        assert [index.revisions(key) for key in ARTICLES] == [[index.article(key)] for key in ARTICLES]
        assert sorted(article.key for article in index.articles()) == [*sorted(["Q930001", *ARTICLES])]
        assert index.metadata.counts["year"] == {"1995": 1, "1999": 2, "2001": 1}


def test_revisions_change_nothing_of_what_a_search_answers(tmp_path: Path) -> None:
    newest = {name: data for name, data in SEVERAL.items() if name not in "acde"}
    answers = []
    for name, articles in (("some", newest), ("all", SEVERAL)):
        build_index(write_articles(tmp_path / name, articles), tmp_path / f"{name}.index", jobs=1)
        with open_index(tmp_path / f"{name}.index") as index:
            queries = (
                "relay",
                "now",
                "stalebread",
                "once",
                "930001",
                "Q930001",
                "microsoft version",
                '"not hard"',
                "stalebreat",
            )
            answers.append([index.search(query, facets=True) for query in queries])
            assert index.cited_ids() == {"Q910002": 1, "Q919999": 1}
    assert answers[0] == answers[1]


def test_identical_texts_take_no_room(tmp_path: Path) -> None:
    once = write_articles(tmp_path / "once")
    sizes = []
    for name, sources in (("one", [once]), ("many", [once] * 5)):
        assert build_index(sources, tmp_path / name, jobs=1).indexed == 3
        sizes.append(sum(path.stat().st_size for path in (tmp_path / name).rglob("*.record.col")))
    assert sizes[1] < sizes[0] + 100
    with open_index(tmp_path / "many") as index:
        assert index.source_bytes("Q910003") == ARTICLES["Q910003"]


def test_unknown_revisions_are_told(tmp_path: Path) -> None:
    build_index(write_articles(tmp_path / "in", SEVERAL), tmp_path / "index")
    with open_index(tmp_path / "index") as index:
        with pytest.raises(UnknownArticleError, match=r"no revision 5 of Q930001 .* 4 texts"):
            index.article("Q930001", 5)
        with pytest.raises(UnknownArticleError, match="one text"):
            index.source_bytes("Q910001", 2)
        with pytest.raises(UnknownArticleError):
            index.article("Q910001", 0)
        with pytest.raises(UnknownArticleError):
            index.revisions("Q1")


def test_sample_has_an_article_with_revisions() -> None:
    with open_index("sample") as index:
        revisions = index.revisions("Q900131")
        assert [(article.modified, article.source.dialect) for article in revisions] == [
            ("1998-04-20", "ftp"),
            ("1997-01-14", "ftp"),
            ("1996-09-03", "page"),
        ]
        assert (index.metadata.revisions, index.metadata.identical) == (2, 1)


# Conversion


@pytest.mark.parametrize("jobs", [1, 2])
def test_convert_chooses_the_newest_in_input_order(tmp_path: Path, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_BATCH_DOCUMENTS", 1)
    source = write_articles(tmp_path / "in", SEVERAL)
    report = convert(source, tmp_path / "out.jsonl", newest=True, jobs=jobs)
    assert [article.key for article in records(tmp_path / "out.jsonl")] == [
        *sorted(ARTICLES),
        "Q930001",
    ]
    assert (report.articles, report.revisions, report.identical, report.renamed) == (8, 3, 1, 0)
    assert report.documents == 8


def test_convert_writes_every_text_unless_told_otherwise(tmp_path: Path) -> None:
    source = write_articles(tmp_path / "in", SEVERAL)
    report = convert(source, tmp_path / "out.jsonl")
    assert len(records(tmp_path / "out.jsonl")) == report.articles == 8
    assert (report.revisions, report.identical, report.renamed) == (0, 0, 0)
    assert convert(source, tmp_path / "out").renamed == 4
    assert sorted(os.listdir(tmp_path / "out" / "930")) == ["Q930001.json", *(f"Q930001~{n}.json" for n in (2, 3, 4, 5))]
    assert convert(source, tmp_path / "newest", newest=True).renamed == 0


@pytest.mark.parametrize("jobs", [1, 2])
def test_sources_that_change_between_the_two_readings_are_told(tmp_path: Path, jobs: int) -> None:
    source = write_articles(tmp_path / "in", SEVERAL)

    def change(_: Report) -> None:
        (source / "a.TXT").unlink(missing_ok=True)

    with pytest.raises(SourceError, match="changed"):
        convert(source, tmp_path / "out.jsonl", newest=True, jobs=jobs, on_progress=change)
    assert os.listdir(tmp_path) == ["in"]


def test_what_can_be_read_only_once_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="standard input twice"):
        convert("-", tmp_path / "out.jsonl", newest=True)
    with pytest.raises(SourceError, match="nowhere"):
        convert(tmp_path / "nowhere", tmp_path / "out.jsonl", newest=True)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(SourceError, match="pipe twice"):
            convert(tmp_path / "pipe", tmp_path / "out.jsonl", newest=True)
    assert not (tmp_path / "out.jsonl").exists()


def test_one_bad_article_never_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_articles(tmp_path / "in", SEVERAL)
    (source / "broken").write_bytes(UNREADABLE)
    (source / "odd").write_bytes(b"\xff\0odd")
    parse_document = reading.parse_document
    encode = jsonl._encode_lines

    def failing_parse(data: bytes, **places: str | None) -> list[Article]:
        if b"Compiling" in data:
            raise ZeroDivisionError
        return parse_document(data, **places)

    def failing_encode(articles: Sequence[Article]) -> bytes:
        if any(article.id == "Q910002" for article in articles):
            raise ValueError("odd")
        return encode(articles)

    monkeypatch.setattr(reading, "parse_document", failing_parse)
    monkeypatch.setattr(jsonl, "_encode_lines", failing_encode)
    report = convert(source, tmp_path / "out.jsonl", newest=True, jobs=1)
    assert [article.key for article in records(tmp_path / "out.jsonl")] == ["Q910001", "Q930001"]
    assert (report.articles, report.revisions, report.identical, len(report.failures), report.skipped) == (6, 3, 1, 3, 1)
    report = build_index(source, tmp_path / "index", jobs=1)
    assert (report.indexed, report.revisions, report.identical, len(report.failures), report.skipped) == (3, 3, 1, 2, 1)


def test_choosing_takes_little_memory() -> None:
    def measured(number: int) -> int:
        tracemalloc.start()
        texts = [Facts(f"Q{n % (number // 2)}", "1999-01-01", 1, n.to_bytes(16)) for n in range(number)]
        chosen = roles(texts)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert chosen.count(Role.REVISION) == number // 2
        return peak

    assert measured(20_000) / 20_000 < 600


# The commands


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("revisions")
    write_articles(folder / "in", {**SEVERAL, "y": FTP.encode(), "z": FTP.replace("Version           : :2.0", "").encode()})
    return folder


@pytest.fixture(scope="module")
def run(place: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run_command(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment: Mapping[str, str] = {**os.environ, "KBARCHIVE_INDEX": "index"}
        command = [sys.executable, "-m", "kbarchive.cli.main", *arguments]
        return subprocess.run(
            command,
            cwd=place,
            env={**environment, "PYTHONPATH": str(Path(kbarchive.__file__).parents[1])},
            capture_output=True,
            text=True,
            check=False,
        )

    made = run_command("index", "in")
    assert made.returncode == 0
    assert "of these 4 older revisions and 1 identical copy: 5 articles in all" in made.stderr
    return run_command


def test_convert_says_what_became_of_the_others(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    assert (
        "of these 4 older revisions and 1 identical copy: 5 articles in all"
        in run("convert", "in", "a.jsonl", "--newest").stderr
    )
    assert "older" not in run("convert", "in", "b.jsonl").stderr
    assert "5 files named with ~2, ~3" in run("convert", "in", "folder").stderr
    refused = run("convert", "--newest", "-", "c.jsonl")
    assert (refused.returncode, refused.stdout) == (2, "")


def test_show_lists_revisions_and_shows_one(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    assert run("show", "--revisions", "930001").stdout.splitlines() == [
        "   date        form  words  file",
        "1  1999-01-01  ftp       2  b.TXT",
        "2  1997-01-01  ftp       2  d.TXT",
        "3  1995-01-01  ftp       2  a.TXT",
        "4  undated     ftp       3  c.TXT",
    ]
    (first, *_, last) = json.loads(run("show", "--revisions", "--json", "930001").stdout)
    assert (first["revision"], first["modified"], first["title"], first["words"]) == (1, "1999-01-01", "New", 2)
    assert (last["revision"], last["modified"], last["dialect"], last["file"]) == (4, None, "ftp", "c.TXT")
    assert run("show", "930001").stdout.startswith("New\n---\n")
    assert run("show", "--revision", "3", "930001").stdout.startswith("Old Stalebread\n")
    assert run("show", "--revision", "3", "--source", "930001").stdout == OLD.decode()
    for wrong in (("--revision", "9"), ("--revision", "0"), ("--revisions", "--markdown"), ("--revisions", "--revision", "1")):
        failed = run("show", "930001", *wrong)
        assert (failed.returncode, failed.stdout, "Traceback" in failed.stderr) == (2, "", False)


def test_diff_compares_two_revisions(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = run("diff", "Q930001")
    assert done.returncode == 1
    assert done.stdout.splitlines()[:2] == [
        "--- Q930001 revision 2\t1997-01-01 d.TXT",
        "+++ Q930001 revision 1\t1999-01-01 b.TXT",
    ]
    changes = [line for line in done.stdout.splitlines()[2:] if line[0] in "+-"]
    assert {"-Middle", "+New", "-Then.", "+Now."} <= set(changes)
    assert "-Old Stalebread" in run("diff", "Q930001", "3").stdout
    assert "-New\n----\n+Old Stalebread\n" in run("diff", "Q930001", "1", "3").stdout
    assert "\x1b[31m-Then.\x1b[0m" in run("diff", "--color", "always", "Q930001").stdout
    same = run("diff", "Q930001", "2", "2")
    assert (same.returncode, same.stdout) == (0, "")


def test_diff_tells_what_no_line_shows(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = run("diff", "Q940001")
    assert (done.returncode, done.stdout) == (1, "")
    assert "in their records: metadata" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("Q910001",), "one text of Q910001"),
        (("Q910001", "2"), "one text"),
        (("Q930001", "9"), "no revision 9"),
        (("Q930001", "x"), "whole number"),
        (("Q1",), "no article"),
    ],
)
def test_diff_that_cannot_be(
    run: Callable[..., subprocess.CompletedProcess[str]], arguments: tuple[str, ...], message: str
) -> None:
    done = run("diff", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
