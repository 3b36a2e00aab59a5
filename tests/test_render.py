"""Articles as text and Markdown for people."""

from __future__ import annotations

import json

import msgspec

from kbarchive import parse
from kbarchive.article import Code, Item, List, Note, Paragraph, Rule, Section, Table, Version
from kbarchive.render import to_markdown, to_text
from kbarchive.render.clean import printable
from tests.searching import ARTICLES, article

_LONG = "words of no great meaning " * 8

_EVERYTHING = msgspec.structs.replace(
    parse(ARTICLES["Q910001"]),
    sections=(
        Section(
            "summary",
            "SUMMARY",
            1,
            (
                Paragraph(2, _LONG.strip()),
                List(
                    3,
                    True,
                    (
                        Item("1.", (Paragraph(3, "First."), Code(4, "a\n  b"))),
                        Item("2.", (List(5, False, (Item("-", (Paragraph(5, "Inner."),)),)),)),
                    ),
                ),
                Note(6, "NOTE", (Paragraph(6, "Mind the `gap`."),)),
                Table(7, "a  b\n----\n1  2", (("a", "b"), ("1", "2"))),
                Rule(8),
            ),
            (Section("other", "Inner Heading", 9, (Paragraph(10, "- or *this* <b>_x_</b> file_name"),)),),
        ),
    ),
)


def test_text_has_header_sections_and_references() -> None:
    text = to_text(parse(ARTICLES["Q910001"]))
    for line in (
        'SMTP: "Relay Not Allowed" When Sending',
        "Modified:    1999-05-12",
        "Product:     Microsoft Exchange Server",
        "Query words: open gateway",
        "Applies to:  Microsoft Exchange Server, version 5.5",
        "SYMPTOMS",
        "    HKEY_LOCAL_MACHINE\\System\\Letters\\RelayFlags",
        "Q919999  Gone For Good",
    ):
        assert line in text.splitlines()


def test_versions_without_a_platform_have_no_colon() -> None:
    versions = (Version("", ("95",)), Version("winnt", ("3.5", "4.0")), Version("os2", ()))
    odd = msgspec.structs.replace(parse(ARTICLES["Q910001"]), versions=versions)
    assert "Versions:    95; winnt:3.5, 4.0; os2" in to_text(odd).splitlines()
    assert 'versions: ["95", "winnt:3.5,4.0", "os2"]' in to_markdown(odd).splitlines()


def test_prose_keeps_to_the_width_and_code_to_its_layout() -> None:
    lines = to_text(_EVERYTHING, 40).splitlines()
    assert max(len(line) for line in lines if "words of" in line) <= 40
    assert "          b" in lines
    assert "1  2" in lines
    assert "Inner Heading" in lines


def test_markdown() -> None:
    markdown = to_markdown(_EVERYTHING)
    front, body = markdown.removeprefix("---\n").split("---\n", 1)
    facts = dict(line.split(": ", 1) for line in front.splitlines())
    assert json.loads(facts["title"]) == 'SMTP: "Relay Not Allowed" When Sending'
    assert json.loads(facts["references"]) == ["Q910002", "Q919999"]
    assert "\n## SUMMARY\n" in body
    assert "\n### Inner Heading\n" in body
    assert "1. First.\n\n   ```text\n   a\n     b\n   ```\n\n2. - Inner." in body
    assert "> **NOTE:** Mind the \\`gap\\`." in body
    assert "```text\na  b\n----\n1  2\n```" in body
    assert "\n\\- or \\*this\\* \\<b\\>\\_x\\_\\</b\\> file_name\n" in body


def test_nothing_that_steers_a_terminal_is_rendered() -> None:
    odd = parse(article(970002, "Odd \x1b[31m Title", {"SUMMARY": "A \x1b]0;x\x07 bell \x9b and \x7f more."}))
    for rendered in (to_text(odd), to_markdown(odd)):
        assert not any((ord(letter) < 32 and letter not in "\n\t") or 127 <= ord(letter) < 160 for letter in rendered)
    assert printable("a\r\nb\rc\td\x00\u202ee") == "a\nb\nc\tde"
