"""HTML to a flow: whatever tags stand around it, each word of a page is read."""

from __future__ import annotations

from collections import Counter

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kbarchive.article import List, Paragraph, Table, block_text
from kbarchive.markup.flow import Content, Flow, Heading
from kbarchive.markup.html import read_html

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
    html = f"<html><body>{page}</body></html>"
    tree = lxml.html.document_fromstring(html)
    lxml.etree.strip_elements(tree, *SILENT, with_tail=False)
    assert not Counter(word for text in tree.itertext() for word in text.split()) - words(read_html(html))


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
