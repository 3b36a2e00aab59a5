"""The FTP form, written and read back: an equal record, but for lines, source, diagnostics and the raw header."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from kbarchive import parse
from kbarchive.article import Article, Code, Item, List, Paragraph, Section
from kbarchive.parsing import parse_document
from kbarchive.render.ftp import ftp_bytes, to_ftp
from kbarchive.render.wrapping import wrap
from tests.corpus import corpus_files, dialect_files
from tests.records import articles, bare, with_sections


def written(body: str, title: str = "A Made-Up Article") -> Article:
    """The record of a made-up article with this text below its one heading."""
    return parse(
        f"DOCUMENT:Q900001  12-MAY-1999  [exchange]\nTITLE   :{title}\nPRODUCT :Microsoft Exchange\nPROD/VER:winnt:5.5\n"
        f"OPER/SYS:\nKEYWORDS:kbone\n\n{'=' * 70}\n{body}\n"
    )


def check(article: Article) -> str:
    text = to_ftp(article)
    assert bare(parse(text)) == bare(article)
    assert bare(parse(ftp_bytes(article))) == bare(article)
    assert to_ftp(parse(text)) == text
    return text


# Made-up bodies of articles by the names of their cases; a record of each is written and read back.
_CASES = (Path(__file__).parent / "rendering" / "bodies.txt").read_text(encoding="utf-8")
BODIES = dict(re.findall(r"^#### (.*)\n((?:(?!####).*\n)*)", _CASES, re.MULTILINE))


@pytest.mark.parametrize("name", BODIES)
def test_case(name: str) -> None:
    check(written(BODIES[name]))


def test_it_looks_as_the_form_does() -> None:
    text = check(written(BODIES["lists"] + "\n" + BODIES["furniture"]))
    assert text.startswith(
        "DOCUMENT:Q900001  12-MAY-1999  [exchange]\nTITLE   :A Made-Up Article\nPRODUCT :Microsoft Exchange\n"
    )
    for piece in (
        "KEYWORDS:kbone kbtwo\n\n" + "=" * 70 + "\n",
        "\nThe information in this article applies to:\n\n - A, versions 1.0, 2.0, used with:\n    - B\n" + "-" * 79 + "\n\n",
        "\n\nSTATUS\n======\n\n1. One.\n\n   a. Letter.\n\n   b. Letter.\n\n2. Two.\n",
        "\n - Dash\n",
        "\nAdditional query words: one two\n",
        "\nKeywords          : kbone  kbtwo\nIssue type        : kbbug\n",
        "\n\nCopyright 1999, 2002.\n",
    ):
        assert piece in text


def test_no_line_is_wrapped_before_a_marker_or_a_label() -> None:
    words = (
        "- * o 1. 12) (a) A. NOTE: Note - Q900001 ARTICLE-ID: TITLE Keywords Additional query words: ===== ___ | +--".split()
    )
    for width in range(1, 60):
        lines = wrap(["plain", *words, "plain", *words, "plain"], width)
        assert " ".join(lines).split() == ["plain", *words, "plain", *words, "plain"]
        assert {line.split()[0] for line in lines} <= {"plain", "query", "words:"}


def test_prose_keeps_to_the_width() -> None:
    text = to_ftp(written(BODIES["paragraphs"]))
    assert max(map(len, text.splitlines())) <= 79


def test_odd_signs_are_encoded() -> None:
    text = "SUMMARY\n=======\n\n\u201cQuoted\u201d \u2026\n"
    assert b"\x93Quoted\x94 \x85" in ftp_bytes(written(text))


# What CP1252 lacks, and what would be taken for UTF-8 or CP437.
@pytest.mark.parametrize("signs", ["\u2192", "\u79fb\u52d5", "\u00c3\u00a9", "\x81", "\u00b3\u00c4\u00c4\u00b3"])
def test_signs_are_read_as_they_were(signs: str) -> None:
    assert f"\n{signs}\n".encode() in ftp_bytes(written(f"SUMMARY\n=======\n\n{signs}\n"))
    check(written(f"SUMMARY\n=======\n\n{signs}\n", title=signs))


def test_what_the_form_cannot_tell_is_brought_into_it() -> None:
    innermost = Section("other", "Innermost", 0, ())
    inner = Section("other", "Inner", 0, (Paragraph(0, "Text."),), (innermost,))
    blocks = (Code(0, "a();"), Code(0, "b();"), Paragraph(0, "c"))
    odd = msgspec.structs.replace(
        with_sections((Section("status", "STATUS", 0, blocks, (inner,)),)),
        title="Two\nlines",
        id=None,
        metadata={"odd:name": "x", "Type": "two\nlines"},
    )
    again = parse(to_ftp(odd))
    assert again.title == "Two lines"
    assert again.metadata == {"Keywords": "", "Type": "two lines"}
    assert [section.heading for section in again.sections[0].sections] == ["Inner", "Innermost"]
    assert again.sections[0].blocks == (Code(again.sections[0].blocks[0].line, "a();\n\nb();"), *again.sections[0].blocks[1:])


def test_item_that_does_not_begin_with_text() -> None:
    item = Item("-", (List(0, True, (Item("1.", (Paragraph(0, "One."),)),)),))
    assert "One." in to_ftp(with_sections((Section("status", "STATUS", 0, (List(0, False, (item,)),)),)))
    assert to_ftp(with_sections((Section("status", "STATUS", 0, (List(0, False, (Item("-", ()),)),)),)))


@pytest.mark.parametrize("path", corpus_files(), ids=lambda path: path.stem)
def test_corpus(path: Path) -> None:
    article = parse(path.read_bytes())
    text = to_ftp(article)
    assert bare(parse(text)) == bare(article)
    assert bare(parse(ftp_bytes(article))) == bare(article)


@pytest.mark.parametrize("path", dialect_files(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_other_forms(path: Path) -> None:
    for article in parse_document(path.read_bytes()):
        again = parse(ftp_bytes(article))
        assert again.keywords == article.keywords
        assert again.metadata.items() >= article.metadata.items()
        told = [bare(each) for each in (again, article)]
        for facts in told:  # the form knows neither links nor keys of files
            del facts["metadata"], facts["references"], facts["key"]
        assert told[0] == told[1]


@given(articles())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_generated_records(article: Article) -> None:
    text = to_ftp(article)
    assert bare(parse(text)) == bare(article)
