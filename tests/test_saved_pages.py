"""Pages of the support site as browsers save and copy them: what the site put around an article, and where it put its facts."""

from __future__ import annotations

import html

import msgspec
import pytest

import kbarchive
import kbarchive.parsing
from kbarchive.parsing import is_lossless
from kbarchive.reading import own_bytes
from kbarchive.resources import resource_folder

PAGE = (resource_folder("corpus") / "support" / "900321.html").read_text(encoding="utf-8")
LINE = "Article ID: 900340 - Last Review: October 26, 2007 - Revision: 3.4"
COPIED = f"""{LINE}
Horns are hoarse after a fog
View products that this article applies to.
This article was previously published under Q900340
Expand all | Collapse all
SYMPTOMS
They are hoarse.
APPLIES TO
\u2022\tHorn Server 5.5
Back to the top
Keywords: \t
kbhorn KB900340
Back to the top
"""


def check_facts(article: kbarchive.Article, number: str = "Q900340") -> None:
    assert (article.id, article.title) == (number, "Horns are hoarse after a fog")
    assert [(section.kind, section.heading) for section in article.sections] == [("symptoms", "SYMPTOMS")]
    assert article.symptoms == "They are hoarse."
    assert [entry.name for entry in article.applies_to] == ["Horn Server"]
    assert (article.keywords, article.metadata) == (("kbhorn", "KB900340"), {"Keywords": "kbhorn KB900340"})
    assert article.diagnostics == ()


@pytest.mark.parametrize("above", ["", "Help and Support\n\n"])
def test_number_date_and_revision_on_one_line_above_the_title(above: str) -> None:
    article = kbarchive.parse(above + COPIED)
    check_facts(article)
    assert (article.modified, article.header["Revision"]) == ("2007-10-26", "3.4")
    assert article.residue == ((above.strip(),) if above else ())
    assert is_lossless((above + COPIED).encode())


@pytest.mark.parametrize("below", [False, True])
def test_that_line_where_the_title_is_above_it_or_a_heading(below: bool) -> None:
    lines = COPIED.split("\n")
    lines[:4] = [lines[1], lines[0], lines[3]]
    check_facts(kbarchive.parse("\n".join(lines)))
    title = f"<h1>{lines[0]}</h1>"
    html = f"<html><body><p>{lines[1]}</p>{title}" if below else f"<html><body>{title}<p>{lines[1]}</p>"
    html += "<h2>SYMPTOMS</h2><p>They are hoarse.</p><h2>APPLIES TO</h2><ul><li>Horn Server 5.5</li></ul>"
    check_facts(kbarchive.parse(html + "<p>Keywords: kbhorn KB900340</p></body></html>"))


@pytest.mark.parametrize(
    ("above", "residue"),
    [
        ('<ul><li><a href="/">Home</a></li></ul>', ("- Home",)),
        ("<p>Made-Up Support</p>", ("Made-Up Support",)),
        ("<h2>Search</h2><p>Back to the top</p>", ("Search",)),
    ],
)
def test_what_stands_above_the_title_of_a_page(above: str, residue: tuple[str, ...]) -> None:
    plain, article = kbarchive.parse(PAGE), kbarchive.parse(above + PAGE)
    assert article.residue == residue
    assert (article.title, article.sections, article.header) == (plain.title, plain.sections, plain.header)


def test_a_heading_of_the_highest_level_below_others_is_no_title() -> None:
    article = kbarchive.parse(PAGE.replace("<h1", "<h3").replace("</h1>", "</h3>") + "<h1>MORE</h1><p>Words.</p>")
    assert [section.heading for section in article.sections][-1] == "MORE"


KEYWORDS = "<table><tr><td>Keywords:&nbsp;</td><td>kbhorn KB900321</td></tr></table>"


@pytest.mark.parametrize(
    "keywords", [KEYWORDS, "<h3>Keywords</h3><p>kbhorn KB900321</p>", "<p>Keywords: kbhorn KB900321</p><p>Back to the top</p>"]
)
@pytest.mark.parametrize("entries", ["<ul><li>Horn Server 5.5</li></ul>", "<p>Horn Server 5.5</p>"])
def test_keywords_and_what_follows_them_are_no_products(entries: str, keywords: str) -> None:
    article = kbarchive.parse(f"{PAGE}<h2>APPLIES TO</h2>{entries}{keywords}<p>Mail <b>us</b>, see Q900319.</p>")
    assert [entry.text for entry in article.applies_to] == ["Horn Server 5.5"]
    assert (article.keywords, article.residue) == (("kbhorn", "KB900321"), ("Mail us, see Q900319.",))
    assert [(reference.id, reference.section) for reference in article.references][-1] == ("Q900319", "residue")


@pytest.mark.parametrize("keywords", [KEYWORDS, "<h2>Keywords:</h2><p>kbhorn KB900321</p>"])
def test_keywords_below_the_last_section(keywords: str) -> None:
    article = kbarchive.parse(PAGE + keywords)
    assert (article.keywords, article.sections) == (("kbhorn", "KB900321"), kbarchive.parse(PAGE).sections)


def test_what_stands_below_another_heading_among_the_products() -> None:
    article = kbarchive.parse(f"{PAGE}<h2>APPLIES TO</h2><h3>Horns</h3><ul><li>Horn Server 5.5</li></ul>")
    assert ([entry.text for entry in article.applies_to], article.residue) == (["Horn Server 5.5"], ("Horns",))


NUMBERED = """Microsoft Knowledge Base Article - 900340

Horns are hoarse after a fog

The information in this article applies to:

    * Horn Server 5.5

This article was previously published under Q900340

SYMPTOMS

They are hoarse.

Keywords:\tkbhorn KB900340
"""


def test_a_number_above_the_title() -> None:
    article = kbarchive.parse(NUMBERED)
    check_facts(article)
    assert (article.source.dialect, article.residue) == ("psskb", ())
    assert is_lossless(NUMBERED.encode())


@pytest.mark.parametrize(
    "title",
    [
        "<h5>Microsoft Knowledge Base Article - 900340</h5><h1>Horns are hoarse after a fog</h1>",
        "<p>Microsoft Knowledge Base Article - 900340</p><p>Horns are hoarse after a fog</p>",
        "<h1>Horns are hoarse after a fog (900340)</h1><p>This article was previously published under Q900340</p>",
    ],
)
def test_a_number_in_a_heading(title: str) -> None:
    applies = "<h2>APPLIES TO</h2><ul><li>Horn Server 5.5</li></ul><p>Keywords: kbhorn KB900340</p>"
    article = kbarchive.parse(f"<html><body>{title}<h2>SYMPTOMS</h2><p>They are hoarse.</p>{applies}</body></html>")
    check_facts(article)
    assert (article.source.dialect, article.residue) == ("psskb", ())


@pytest.mark.parametrize(
    "piece", ["zebra\n", "<p>zebra</p>\n", "<h3>zebra</h3>\n", "<ul><li>zebra</li></ul>\n", "<pre>zebra</pre>\n"]
)
def test_no_word_of_a_page_is_lost_wherever_it_stands(piece: str) -> None:
    lines = f"{PAGE}<h2>APPLIES TO</h2>\n<ul><li>Horn Server 5.5</li></ul>\n{KEYWORDS}\n<p>Back to the top</p>\n".splitlines(
        True
    )
    for number in range(len(lines) + 1):
        page = "".join([*lines[:number], piece, *lines[number:]])
        assert "zebra" in kbarchive.dumps(kbarchive.parse(page)), number
        assert is_lossless(page.encode())


CORPUS = resource_folder("corpus")
FLATTENED = (CORPUS / "flattened" / "Q900332.txt").read_bytes()
SITE = (CORPUS / "site" / "Q900301.html").read_bytes()
BOOK = (CORPUS / "mspl" / "towerkno.txt").read_bytes()


@pytest.mark.parametrize(
    "page",
    [
        b"<pre>\n&lt;pre>Article: Q900001\nProduct(s): x\n</pre>\n",  # the source of a page, shown on a page
        b"<html><body>\n<pre>" + html.escape(SITE.decode()).encode() + b"</pre></body></html>",
        b"<pre>" + FLATTENED + b"</pre>",  # one line without its line ends
        b"<html><body>\n<pre>\n" + FLATTENED.rstrip() + b" 1. Lamps 2. Horns</pre>\n",
        b"\n".join(b"> " + line for line in SITE.split(b"\n")),
        b"\n".join(b"> " + line for line in FLATTENED.split(b"\n")),
    ],
    ids=["source of a page", "page in a page", "flattened", "flattened further down", "quoted page", "quoted line"],
)
def test_what_is_wrapped_twice_loses_nothing(page: bytes) -> None:
    assert is_lossless(page)
    kbarchive.parse(page)


def test_a_quoted_page_of_the_site_is_that_page() -> None:
    quoted = kbarchive.parse(b"\n".join(b"> " + line for line in SITE.split(b"\n")))
    assert msgspec.structs.replace(quoted, source=(plain := kbarchive.parse(SITE)).source) == plain


@pytest.mark.parametrize("around", [(b"\n \n", b""), (b"<html><body>\n<pre>\n", b"</pre></body></html>")])
def test_blank_lines_and_tags_above_a_book_change_nothing(around: tuple[bytes, bytes]) -> None:
    found = kbarchive.parsing.parse_document(around[0] + BOOK + around[1])
    assert [article.id for article in found] == ["Q900305", "Q900306", "Q900307", "Q900308"]


def test_an_old_code_within_a_page() -> None:
    page = b"<html><body>\n<pre>\n" + BOOK.replace(b"lamp", b"l\x84mp") + b"</pre></body></html>"
    texts = [article.text for article in kbarchive.parsing.parse_document(page)]
    assert any("l\u00e4mp" in text for text in texts)
    assert not any("<" in text for text in texts)


def test_pages_joined_within_a_line_are_cut_where_the_header_begins() -> None:
    one, other = (make_ftp(number) for number in (900001, 900002))
    page = f"<pre>\n{one}<b>DOCUMENT</b>{other.removeprefix('DOCUMENT')}</pre>\n".encode()
    found = kbarchive.parsing.parse_document(page)
    assert [article.id for article in found] == ["Q900001", "Q900002"]
    first, second = own_bytes(found, page)
    assert first + second == page
    assert second.startswith(b"DOCUMENT</b>:Q900002")


def make_ftp(number: int) -> str:
    head = (
        f"DOCUMENT:Q{number}  12-MAY-1999  [exchange]\nTITLE   :A Lamp\nPRODUCT :Lamps\nPROD/VER:\nOPER/SYS:\nKEYWORDS:kb\n\n"
    )
    return head + "=" * 70 + "\nSUMMARY\n=======\n\nIt is lit. The end."


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_guessed_sign_is_told_with_its_line(newline: str) -> None:
    text = make_ftp(900001).replace("It is lit", "\u00e9t\u00e9 " * 20 + "\udcff") + "\n"
    article = kbarchive.parse(text.replace("\n", newline).encode("utf-8", "surrogateescape"))
    assert [diagnostic.line for diagnostic in article.diagnostics if diagnostic.code == "undecodable"] == [text.count("\n")]


def test_keywords_are_taken_once() -> None:
    page = f"<html><body><h1>A lamp hums</h1><p>{LINE}</p><h2>SUMMARY</h2><p>It hums.</p>"
    page += "<h2>Keywords</h2><p>Keywords: kbA</p><p>more text</p></body></html>"
    article = kbarchive.parse(page)
    assert article.metadata == {"Keywords": "kbA"}
    assert "more text" in article.residue or "more text" in article.text


def test_old_elements_are_no_words() -> None:
    article = kbarchive.parse(f"<html><body><basefont size=2><h1>A lamp hums</h1><p>{LINE}</p><p>So.</p></body></html>")
    assert article.id == "Q900340"
    assert "basefont" not in " ".join((*article.residue, article.text, article.title))
