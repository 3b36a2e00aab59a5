"""The FTP form, written and read back: an equal record, but for lines, source, diagnostics and the raw header."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from kbarchive import parse
from kbarchive.article import Article, Code, Item, List, Note, Paragraph, Section
from kbarchive.render import ftp_bytes, to_ftp
from kbarchive.render.wrapping import wrap
from tests.corpus import corpus_files
from tests.records import articles, bare, with_sections

_LONG = "words of no great meaning " * 8


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


BODIES = {
    "paragraphs": f"SUMMARY\n=======\n\n{_LONG}\n\nShort.\n\n- or -\n\n-or-\n",
    "a dash and a number in the text": "CAUSE\n=====\n\n" + "It may be - or may not be - 1. one, (a) two or NOTE: three Q900002 four. " * 9,
    "a line that begins as an item does": "CAUSE\n=====\n\n1.\tNo item.\n\na. No item either.\n",
    "lists": "STATUS\n======\n\n1. One.\n\n   a. Letter.\n\n   b. Letter.\n\n2. Two.\n\n - Dash\n\n    * Star\n\n10. Ten.\n",
    "lists beside one another": "STATUS\n======\n\n    - deep\n\n - flat\n\n1. One.\n\n1. One again.\n",
    "an item with code and prose": "STATUS\n======\n\n1. Type this:\n\n      dir c:\\\n\n   You may then go on with what is next.\n\n   copy a:\\*.* b:\n",
    "code below a list": "STATUS\n======\n\n- One\n\n Code();\n    deeper\n\n- Two\n\n   - Inner\n\n    Code();\n",
    "code that begins as an item does": "STATUS\n======\n\n\t- an option\n\t- another\n\n\tNOTE: no note\n",
    "a letter that waits for the next": "STATUS\n======\n\n1. One\n\n   a. A.\n\nBetween.\n\n   b. B.\n\n   c. C.\n\n2. Two\n",
    "notes": "STATUS\n======\n\nNOTE: So.\n\nWARNING:\n\n - One\n\n   Code\n\nTIP -  Tip.\n\n1. NOTE: In an item.\n\nNOTE:\n",
    "tables": "STATUS\n======\n\nName   Value\n----   -----\n\none    1\ntwo    2\n\nText.\n\n   a   b   c\n   d   e   f\n   g   h   i\n",
    "sub-headings": "Early\n-----\n\nText.\n\nSTATUS\n======\n\nOne:  Two\n---------\n\nText.\n\nSYMPTOMS\n=======\n\nText.\n",
    "rules": f"STATUS\n======\n\nOne.\n\n{'_' * 50}\n\nTwo.\n",
    "cited titles": "STATUS\n======\n\nSee article\nQ900002 in the base, and Q900003, \"A Title of Ours.\" See also what is said in the article\n"
    "Q900004, Another Title\n\n   Q900005 A Title That Is\n   Wrapped\n\nARTICLE-ID: Q900006\nTITLE     : Title\n\n - Q900007 Title\n",
    "the same id on two lines": "STATUS\n======\n\nSee Q900002 and what is said here and there about this and that in\nthe article Q900002.\n",
    "furniture": f"{'-' * 79}\nThe information in this article applies to:\n\n - A, versions 1.0, 2.0, used with:\n    - B\n{'-' * 79}\n\nText.\n\n"
    f"Additional query words: one two\n\n{'=' * 70}\nKeywords          : kbone  kbtwo\nIssue type        : kbbug\n\n{'=' * 77}\n\n"
    "THE INFORMATION PROVIDED IN THIS\n\nCopyright the kbarchive project 1999-2002.\n",
    "residue": f"Old value\n\n   Old note\n   in two lines\n\n{'-' * 79}\nThe information in this article applies to:\n\n - A\n{'-' * 79}\n\nText.\n",
    "late residue": f"Text.\n\n{'=' * 70}\nKeywords          : kbone\n\nLate text.\n",
    "nothing": "",
}  # fmt: skip


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
    words = "- * o 1. 12) (a) A. NOTE: Note - Q900001 ARTICLE-ID: TITLE Keywords Additional query words: ===== --- ____ | +--".split()
    for width in range(1, 60):
        lines = wrap(["plain", *words, "plain", *words, "plain"], width)
        assert " ".join(lines).split() == ["plain", *words, "plain", *words, "plain"]
        assert {line.split()[0] for line in lines} <= {"plain", "query", "words:"}


def test_prose_keeps_to_the_width() -> None:
    text = to_ftp(written(BODIES["paragraphs"]))
    assert max(map(len, text.splitlines())) <= 79


def test_odd_signs_are_encoded() -> None:
    text = "SUMMARY\n=======\n\n\u201cQuoted\u201d \u2026 \x81 \u2192\n"
    assert b"\x93Quoted\x94 \x85 \x81 &#8594;" in ftp_bytes(written(text))


def test_what_the_form_cannot_tell_is_brought_into_it() -> None:
    inner = Section("other", "Inner", 0, (Paragraph(0, "Text."),), (Section("other", "Innermost", 0, ()),))
    odd = msgspec.structs.replace(
        with_sections((Section("status", "STATUS", 0, (Code(0, "a();"), Code(0, "b();"), Note(0, "NOTE", ()), Paragraph(0, "c")), (inner,)),)),
        title="Two\nlines",
        id=None,
        metadata={"odd:name": "x", "Type": "two\nlines"},
    )  # fmt: skip
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
def test_corpus(path: object) -> None:
    article = parse(path.read_bytes())  # type: ignore[attr-defined]
    text = to_ftp(article)
    assert bare(parse(text)) == bare(article)
    assert bare(parse(ftp_bytes(article))) == bare(article)


@given(articles())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_generated_records(article: Article) -> None:
    text = to_ftp(article)
    assert bare(parse(text)) == bare(article)
