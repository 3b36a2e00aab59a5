"""Pages of the support site as browsers save and copy them: what the site put around an article, and where it put its facts."""

from __future__ import annotations

import pytest

import kbarchive
from kbarchive.parsing import is_lossless
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
