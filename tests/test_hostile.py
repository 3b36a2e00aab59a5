"""Articles, records and settings that mean no good: each gives a record or one clear line, in no time, and nothing is run."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

import kbarchive
from kbarchive.errors import RecordError
from kbarchive.parsing import is_lossless, parse_document
from tests.commands import kbarchive as run_kbarchive
from tests.commands import kbsearch as run_kbsearch
from tests.growth import HEADER, HTML

PAGE = """\
---
layout: page
title: {title}
permalink: /kb/900/Q900001/
---

## Q900001: A

    Article: Q900001
    Product(s): P
"""

ARTICLES = {
    "aliases of YAML that grow": PAGE.format(
        title="&a [x, x]\nb: &b [*a, *a]\n"
        + "".join(f"c{n}: &c{n} [*{'b' if not n else f'c{n - 1}'}, *b]\n" for n in range(40))
    ).encode(),
    "an object of Python in YAML": PAGE.format(title='!!python/object/apply:os.mkdir ["ran"]').encode(),
    "YAML nested deep": PAGE.format(title="[" * 5000).encode(),
    "elements nested deep": HTML + b"<div>" * 100_000 + b"text",
    "tables in tables": HTML + b"<table><tr><td>" * 5000 + b"text",
    "an entity of its own": b'<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + HTML[15:] + b"&a;",
    "lists nested deep": HEADER + b"".join(b" " * n + b"- a\n" for n in range(300)),
    "one line of 5 MB": HEADER + b"a" * 5_000_000,
    "marks of 3,000 articles": b"DOCUMENT:Q900001  01-JAN-1999  [winnt]\nTITLE   :T\n" * 3000,
    "the number of an article with 10,000 digits": HEADER.replace(b"900001", b"9" * 10_000),
    "a date that is none": HEADER.replace(b"01-JAN-1999", b"99-XXX-0000"),
    "NULs and what steers terminals": HEADER + b"\x00\x1b]0;x\x07\x1b[2J\x9b31m\x08\x7f" * 500,
    "half of UTF-16": ("\ufeff" + HEADER.decode()).encode("utf-16-le")[:-1],
    "emphasis without end": b"---\ntitle: A\n---\n" + HEADER + b"## A\n" + b"**a_" * 20_000,
}


@pytest.mark.parametrize("name", ARTICLES)
def test_hostile_articles_are_records_within_seconds(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    data = ARTICLES[name]
    started = time.process_time()
    articles = parse_document(data)
    assert time.process_time() - started < 20  # seconds of CPU time; the slowest of them takes a tenth of that
    assert articles
    assert is_lossless(data)
    assert "root:" not in kbarchive.dumps(articles[0])
    assert os.listdir(tmp_path) == []


def test_what_steers_a_terminal_is_shown(tmp_path: Path) -> None:
    (tmp_path / "a.TXT").write_bytes(HEADER.replace(b"A Title", b"A \x1b]0;x\x07Title") + b"Text \x1b[2J and \x9b31m more.\n")
    assert run_kbarchive("index", str(tmp_path / "a.TXT"), "--index", str(tmp_path / "index")).returncode == 0
    for done in (
        run_kbarchive("show", "--index", str(tmp_path / "index"), "Q900001"),
        run_kbsearch("--index", str(tmp_path / "index"), "text"),
        run_kbarchive("show", "--index", str(tmp_path / "index"), "\x1b[2J"),
    ):
        assert not {*b"\x1b\x07\x9b"} & {*(done.stdout + done.stderr).decode().encode("latin-1", "replace")}


@pytest.mark.parametrize(
    "line", [b"{", b"[" * 100_000, b'{"id": ' + b"9" * 5000 + b"}", b"null", b"\xff", b'{"key": "\\ud800"}']
)
def test_hostile_records_are_refused(tmp_path: Path, line: bytes) -> None:
    with pytest.raises(RecordError):
        kbarchive.loads(line)
    (tmp_path / "records.jsonl").write_bytes(line + b"\n")
    done = run_kbarchive("validate", str(tmp_path / "records.jsonl"))
    assert done.returncode == 1
    assert b"records.jsonl:1:" in done.stderr + done.stdout
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("index", ["/etc/passwd", "/etc", "/dev/null", "/proc/self", ".", "../../..", "a\nb", "x" * 5000])
def test_an_index_that_is_none_is_told(index: str) -> None:
    for done in (run_kbsearch("relay", KBARCHIVE_INDEX=index), run_kbsearch("--index", index, "relay")):
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr.startswith(b"kbsearch: error: ")
        assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("folder", ["/etc", "/", "/dev", "/proc/self"])
def test_no_index_is_built_over_something_else(folder: str, article_folder: Path) -> None:
    before = sorted(os.listdir(folder))
    done = run_kbarchive("index", str(article_folder), "--index", folder)
    assert done.returncode == 2
    assert b"kbarchive: error: " in done.stderr
    assert set(os.listdir(folder)) >= set(before) - {name for name in before if name.isdigit()}


def test_docs_name_tests_that_are_there() -> None:
    tests = Path(__file__).parent
    named = set(re.findall(r"`(test_\w+)`", (tests.parent / "docs" / "reliability.md").read_text(encoding="utf-8")))
    there = set(
        re.findall(r"^def (test_\w+)", "\n".join(path.read_text(encoding="utf-8") for path in tests.glob("test_*.py")), re.M)
    )
    assert len(named) > 60
    assert named - there == set()
