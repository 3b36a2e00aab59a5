"""Chunks: small, in order, nothing lost, each with its context."""

from __future__ import annotations

import msgspec
import pytest

import kbarchive
from kbarchive.article import Article, Code, Item, List, Paragraph, Section, block_text, walk_sections
from kbarchive.chunking import chunks
from kbarchive.resources import resource_folder
from tests.records import with_sections


def made(*sections: Section) -> Article:
    article = with_sections(sections)
    return msgspec.structs.replace(article, id="Q900001", key="Q900001", title="Title", products=("One", "Two"), residue=())


def section(heading: str, *texts: str, inner: tuple[Section, ...] = ()) -> Section:
    return Section("symptoms", heading, 1, tuple(Paragraph(line, text) for line, text in enumerate(texts, 3)), inner)


@pytest.mark.parametrize("length", [40, 300, 2000])
def test_no_word_of_the_sample_is_lost_and_ids_are_unique(length: int) -> None:
    for article in kbarchive.read(resource_folder("corpus")):
        found = list(chunks(article, length))
        said = [*article.residue, *(block_text(block) for each in walk_sections(article.sections) for block in each.blocks)]
        texts = [chunk.text for chunk in found if chunk.section != "title"]
        assert "".join("".join(texts).split()) == "".join("".join(said).split())
        assert all(len(text) <= length for text in texts)
        assert len({chunk.id for chunk in found}) == len(found) >= 1


def test_section_is_a_chunk_with_its_context() -> None:
    inner = Section("other", "Inner", 9, (Code(10, "x"),))
    first, second = chunks(made(section("SYMPTOMS", "a", "b", inner=(inner,))))
    assert (first.id, first.section, first.line, first.text) == ("Q900001#symptoms-1", "symptoms", 3, "a\n\nb")
    assert first.context == "Title\nOne | Two\nSYMPTOMS"
    assert (second.id, second.section) == ("Q900001#symptoms-2", "symptoms")  # of which a heading within is a part
    assert (second.path, second.text) == (("SYMPTOMS", "Inner"), "x")
    assert second.context.endswith("SYMPTOMS > Inner")


def test_long_section_is_split_between_blocks() -> None:
    found = list(chunks(made(section("S", "a" * 30, "b" * 30, "c" * 30), section("S", "d")), 70))
    assert [(chunk.id.partition("#")[2], chunk.line) for chunk in found] == [
        ("symptoms-1", 3),
        ("symptoms-1.2", 5),
        ("symptoms-2", 3),
    ]
    assert found[0].text == "a" * 30 + "\n\n" + "b" * 30


@pytest.mark.parametrize(
    ("block", "parts"),
    [
        (Paragraph(1, "One two three. Four five six seven."), ["One two three.", "Four five six", "seven."]),
        (Code(1, "for x\n  do this\nend\nfor y\n"), ["for x\n  do this", "end\nfor y\n"]),
        (
            List(1, False, tuple(Item("-", (Paragraph(1, text),)) for text in ("aaa bbb", "ccc ddd"))),
            ["- aaa bbb", "- ccc ddd"],
        ),
        (Paragraph(1, "x" * 40), ["x" * 17, "x" * 17, "x" * 6]),
    ],
)
def test_long_block_is_split_where_it_hurts_least(block: Paragraph | Code | List, parts: list[str]) -> None:
    assert [chunk.text for chunk in chunks(made(Section("cause", "CAUSE", 1, (block,))), 17)] == parts


def test_article_that_says_nothing_is_a_chunk_of_its_title() -> None:
    (chunk,) = chunks(made(section("EMPTY")))
    assert (chunk.id, chunk.text) == ("Q900001#title-1", "Title")


def test_residue_is_a_chunk() -> None:
    first, _ = chunks(msgspec.structs.replace(made(section("S", "a")), residue=("left over",)))
    assert (first.id, first.text, first.path) == ("Q900001#residue-1", "left over", ())


@pytest.mark.parametrize("length", [0, -1])
def test_a_chunk_without_a_character_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        list(chunks(kbarchive.parse(b"DOCUMENT:Q900001  01-FEB-1999  [winnt]\n"), length))
