"""Articles as text and Markdown for people."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import msgspec

from kbarchive import parse
from kbarchive.article import Code, Item, List, Note, Paragraph, Rule, Section, Table, Version
from kbarchive.render import to_html, to_markdown, to_text
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
    for rendered in (to_text(odd), to_markdown(odd), to_html(odd)):
        assert not any((ord(letter) < 32 and letter not in "\n\t") or 127 <= ord(letter) < 160 for letter in rendered)
    assert printable("a\r\nb\rc\td\x00\u202ee") == "a\nb\nc\tde"


class _Checker(HTMLParser):
    """Checks that elements nest; notes the text and the headings."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the interface
        if tag not in ("meta", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data.split()
        if self.open and self.open[-1][0] == "h" and self.open[-1][1:].isdecimal():
            self.headings.append(f"{self.open[-1]} {data}")


def test_html() -> None:
    page = to_html(_EVERYTHING)
    checker = _Checker()
    checker.feed(page)
    assert checker.open == []
    assert checker.headings == [
        'h1 SMTP: "Relay Not Allowed" When Sending',
        "h2 SUMMARY",
        "h3 Inner Heading",
        "h2 References to other articles",
    ]
    for piece in (
        '<html lang="en">',
        "<title>Q910001: SMTP: &quot;Relay Not Allowed&quot; When Sending</title>",
        "<dt>Modified</dt><dd>1999-05-12</dd>",
        "<dd><ul><li>Microsoft Exchange Server, version 5.5</li></ul></dd>",
        '<ol><li value="1"><p>First.</p><pre tabindex="0"><code>a\n  b</code></pre></li>',
        '<li value="2"><ul><li>Inner.</li></ul></li></ol>',
        '<aside role="note"><p><strong>NOTE:</strong> Mind the `gap`.</p></aside>',
        '<table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>',
        "<tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
        "<hr>",
        "<p>- or *this* &lt;b&gt;_x_&lt;/b&gt; file_name</p>",
        '<li><a href="Q919999.html">Q919999 Gone For Good</a></li>',
    ):
        assert piece in page
    assert '<a href="../919/Q919999.html">' in to_html(_EVERYTHING, lambda cited: f"../919/{cited}.html")


def test_html_of_odd_records() -> None:
    section = Section(
        "status",
        "STATUS",
        1,
        (
            List(1, True, (Item("c.", (Paragraph(1, "C"),)), Item("d.", (Paragraph(1, "D"),)))),
            List(1, True, (Item("iv.", (Paragraph(1, "Roman"),)),)),
            Note(1, "TIP", (Code(1, "x"),)),
            Note(1, "TIP", ()),
            Table(1, "a | <b>"),
            Table(1, "a  b\nc", (("a", "b"), ("c",))),
            Table(1, "North  7\nNortheast 8", (("North", "7"), ("Northe", "ast 8"))),
        ),
    )
    odd = msgspec.structs.replace(
        _EVERYTHING, id=None, key="a#1", title="", sections=(section,), references=(), residue=("Left <over>",), applies_to=()
    )
    page = to_html(odd)
    checker = _Checker()
    checker.feed(page)
    for piece in (
        "<h1>a#1</h1>",
        "<p>Left &lt;over&gt;</p>",
        '<ol type="a"><li value="3">C</li><li value="4">D</li></ol>',
        "<ul><li>iv. Roman</li></ul>",
        '<p><strong>TIP:</strong></p><pre tabindex="0"><code>x</code></pre></aside>',
        '<pre tabindex="0">a | &lt;b&gt;</pre>',
        '<pre tabindex="0">North  7\nNortheast 8</pre>',
        "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td><td></td></tr></tbody></table>",
    ):
        assert piece in page
    assert "References to other articles" not in page
