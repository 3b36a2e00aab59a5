"""HTML to a flow: whatever tags stand around it, each word of a page is read."""

from __future__ import annotations

import html
from collections import Counter

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kbarchive
from kbarchive.article import List, Paragraph, Table, block_text
from kbarchive.markup.flow import Content, Flow, Heading
from kbarchive.markup.html import read_html
from kbarchive.markup.markdown import read_markdown
from kbarchive.markup.tags import is_flat, without_tags
from kbarchive.parsing import is_lossless, parse_document
from kbarchive.resources import resource_folder

SILENT = ("script", "style", "title", "select")
NAMES = "table tbody thead tr td th caption ul ol li dl dt dd p div b a i h1 h3 pre blockquote form center font br hr".split()
PIECES = st.one_of(
    st.sampled_from([f"<{name}>" for name in NAMES] + [f"</{name}>" for name in NAMES]),
    st.sampled_from(['<table class="list ul">', '<table class="list ol">', "<script>", "</script>", "&nbsp;", "\n"]),
    st.integers(0, 99).map(lambda number: f" w{number} "),
)


def words(flow: Flow) -> Counter[str]:
    texts = [element.text if isinstance(element, Heading) else block_text(element.block) for element in flow.elements]
    return Counter(" ".join(texts).split())


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=500, deadline=None)
def test_no_word_of_a_page_is_lost(page: str) -> None:
    source = f"<html><body>{page}</body></html>"
    tree = lxml.html.document_fromstring(source)
    lxml.etree.strip_elements(tree, *SILENT, with_tail=False)
    assert not Counter(word for text in tree.itertext() for word in text.split()) - words(read_html(source))


@pytest.mark.parametrize(
    "rows",
    [
        "<tr><form><td>Lamp</td><td>red</td></form></tr><tr><td>Horn</td><td>hoarse</td></tr>",
        "<tr><td>Lamp<td>red</td><form><tr><td>Horn</td><td>hoarse</td></form></table>",
    ],
)
def test_cells_however_deep_they_stand(rows: str) -> None:
    (element,) = read_html(f"<table>{rows}</table>").elements
    assert isinstance(element, Content)
    assert isinstance(element.block, Table)
    assert element.block.rows == (("Lamp", "red"), ("Horn", "hoarse"))


def test_text_between_rows_and_items() -> None:
    flow = read_html("<table>Lights<tr><td>Lamp</td><td>red</td></tr></table><ul>Sounds<li>Horn</li>all hoarse</ul>")
    blocks = [element.block for element in flow.elements if isinstance(element, Content)]
    assert [type(block) for block in blocks] == [Paragraph, Table, Paragraph, List, Paragraph]
    assert [block_text(block) for block in blocks] == ["Lights", "Lamp  red", "Sounds", "- Horn", "all hoarse"]


def test_a_list_that_is_drawn_has_signs_for_bullets() -> None:
    drawn = '<table class="list ul"><tr><td>{}</td><td>Horn</td></tr></table>'
    for mark, kind in (("&bull;", List), ("Lamp", Table)):
        (element,) = read_html(drawn.format(mark)).elements
        assert isinstance(element, Content)
        assert isinstance(element.block, kind)


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=300, deadline=None)
def test_tags_are_taken_off_line_for_line(page: str) -> None:
    assert without_tags(page).count("\n") == page.count("\n")


@pytest.mark.parametrize(
    ("page", "plain"),
    [
        ("<b>&lt;</b>\n1 < 2 &amp;&#10;&#13;<i>so</i> <1> <server>\n<o:p>2\n", "<\n1 < 2 &  so <1> <server>\n<o:p>2\n"),
        ("<div>  a</div><p\nid=x>b</p>\n", "  a  \nb \n"),
        (
            "<html>\n  <head>\n<title>x</title></head> <!-- y\n--><p>  a\n  <pre>  b\n  c</pre>  d\n  e\n",
            "\n\n \n  a\n  b\n  c   d\ne\n",
        ),
        ("<!-- a\n<script>b\n", " a\nb\n"),
    ],
)
def test_what_is_left_without_tags(page: str, plain: str) -> None:
    assert without_tags(page) == plain


@pytest.mark.parametrize(
    ("page", "flat"),
    [
        ("<div><pre>a\n<b>b</b>\n</pre><p>c</p>\n", True),
        ("<div>a<br>\nb<br /></div></body>\n", True),
        ("a<br>b\n", False),
        ("a<br><br>\n", False),
        ("a\n<p>b\n", False),
        ("a <server>\nb\n", True),
    ],
)
def test_whether_lines_of_a_page_are_those_of_a_text(page: str, flat: bool) -> None:
    assert is_flat(page, 0) is flat


CORPUS = resource_folder("corpus")
TEXT = (CORPUS / "txt" / "206" / "Q206968.TXT").read_text(encoding="ascii")
WAYS = [
    "<html><body><pre>{}</pre></body></html>",
    "<html><head><title>Lamps</title></head><body>\n<pre>\n{}</pre>\n</body></html>\n",
    '<pre class="text"><code>{}</code></pre>',
]


@pytest.mark.parametrize("newline", ["\n", "<br>\n", "<br />\r\n"])
@pytest.mark.parametrize("way", WAYS)
def test_a_text_in_a_page(way: str, newline: str) -> None:
    page = way.format(html.escape(TEXT).replace("\n", newline))
    plain, article = kbarchive.parse(TEXT), kbarchive.parse(page)
    for name in ("id", "title", "applies_to", "metadata", "copyright", "residue", "diagnostics", "text"):
        assert getattr(article, name) == getattr(plain, name)
    assert [section.heading for section in article.sections] == [section.heading for section in plain.sections]
    assert is_lossless(page.encode())


def test_several_texts_in_a_page() -> None:
    other = (CORPUS / "txt" / "179" / "Q179289.TXT").read_text(encoding="ascii")
    page = f"<html><body><pre>{html.escape(TEXT)}\n{html.escape(other)}</pre></body></html>".encode()
    assert [article.id for article in parse_document(page)] == ["Q206968", "Q179289"]
    assert is_lossless(page)


SITE = (CORPUS / "site" / "Q900301.html").read_text(encoding="utf-8")


def test_what_the_page_of_a_site_has_around_the_article() -> None:
    plain = kbarchive.parse(SITE)
    page = "Zebra\n" + SITE.replace("</pre></div></div>", "</pre></div></div><p>Quagga</p>") + "<p>Okapi</p>\n"
    article = kbarchive.parse(page)
    assert article.residue == ("Zebra", "Quagga", "Okapi")
    assert (article.title, article.text) == (plain.title, plain.text)
    assert is_lossless(page.encode())


@pytest.mark.parametrize("name", ["site/Q900301.html", "page/Q900074.txt"])
def test_pages_of_a_site_one_after_another(name: str) -> None:
    one = (CORPUS / name).read_bytes()
    both = one + b"\n" + one
    alone, (first, second) = parse_document(one), parse_document(both)
    for article in (first, second):
        assert (article.title, article.residue, article.text) == (alone[0].title, alone[0].residue, alone[0].text)
    assert is_lossless(both)


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        (':::image type="content" source="a.png" alt-text="A red lamp.":::', ["A red lamp."]),
        (':::image type="content" source="a.png" alt-text="A red lamp."', ["A red lamp."]),
        ('Turn :::image type="icon" source="a.png"::: on.', ["Turn on."]),
        ('The :::image source="a:b.png" alt-text="lamp: red"::: (:::image source="c":::) burns.', ["The lamp: red () burns."]),
        (':::image type="icon" source="a.png":::', []),
        (":::row:::\n\nLamp\n\n:::row-end:::", ["Lamp"]),
    ],
)
def test_images_of_microsoft_learn_are_their_words(source: str, texts: list[str]) -> None:
    found = [element.block for element in read_markdown(source).elements if isinstance(element, Content)]
    assert [block_text(block) for block in found] == texts
