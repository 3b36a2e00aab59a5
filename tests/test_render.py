"""Records as text and as Markdown: nothing missing, nothing that a terminal could take for a command."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import kbarchive
from kbarchive.render.markdown import to_markdown
from kbarchive.render.text import to_text
from tests.corpus import corpus_files

WORD = re.compile(r"[^\W_]+")


@pytest.mark.parametrize("path", corpus_files(), ids=lambda path: path.stem)
def test_no_word_of_the_sections_is_missing(path: Path) -> None:
    article = kbarchive.parse(path.read_bytes())
    words = Counter(WORD.findall(article.text))
    assert not words - Counter(WORD.findall(to_text(article)))
    words.pop("o", None)  # a marker, and a dash in Markdown
    assert not words - Counter(WORD.findall(re.sub(r"\\(?=[^\w\s])", "", to_markdown(article)).replace("&lt;", "<")))


def test_text_fits_the_width() -> None:
    article = kbarchive.parse(b"DOCUMENT:Q900001  01-JAN-1999  [x]\nTITLE   :T\n\n" + b"word " * 100)
    assert max(map(len, to_text(article, 40).split("\n"))) <= 40


def test_control_characters_do_not_reach_a_terminal() -> None:
    article = kbarchive.parse(
        b"DOCUMENT:Q900001  01-JAN-1999  [x]\nTITLE   :T\x1b[31m\n\nA \x1b]0;owned\x07 word\n\n   code \x9b31m\n"
    )
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", to_text(article))
