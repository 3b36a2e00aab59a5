"""Parsing as a library: what comes in, what comes out, and that two forms of one article agree."""

from __future__ import annotations

import msgspec
import pytest

import kbarchive
from kbarchive.parsing import parse_document
from kbarchive.resources import resource_folder
from tests.corpus import corpus_files

SOURCE = (resource_folder("corpus") / "txt" / "206" / "Q206968.TXT").read_bytes()


def as_page(ftp: bytes) -> str:
    """What the archive's site made of an article in FTP form: one leading blank less, no rule below the header, a notice of
    its own on one line."""
    header, _, body = ftp.decode("cp1252").partition("\n\n")
    fields = dict(line.split(":", 1) for line in header.split("\n"))
    number, date, _ = fields["DOCUMENT"].split(None, 2)
    body = body.split("\n", 1)[1].lstrip("\n")
    body, _, _ = body.partition("\nTHE INFORMATION PROVIDED IN")
    body = "\n".join(line.removeprefix(" ") for line in body.split("\n"))
    return f"""KnowledgeBase Archive

An Archive of Early Microsoft KnowledgeBase Articles

View on GitHub

{number}: {fields["TITLE   "]}

Article: {number}
Product(s): {fields["PRODUCT "]}
Version(s): {fields["PROD/VER"]}
Operating System(s): {fields["OPER/SYS"]}
Keyword(s): {fields["KEYWORDS"]}
Last Modified: {date}

{body}
THE INFORMATION PROVIDED IN THIS SAMPLE IS OFFERED AS IT STANDS.

Copyright the kbarchive project 1986-2002."""


AGREE = "id title modified products versions operating_systems keywords applies_to query_words metadata".split()


@pytest.mark.parametrize("path", [path for path in corpus_files() if path.suffix == ".TXT"], ids=lambda path: path.stem)
def test_page_and_ftp_form_agree(path) -> None:  # type: ignore[no-untyped-def]
    data = path.read_bytes().replace(b"\r\n", b"\n")
    ftp = kbarchive.parse(data)
    if ftp.source.encoding != "ascii" or {d.code for d in ftp.diagnostics} & {"header-rule-missing"}:
        data = data.replace(b"\n\n", b"\n\n" + b"=" * 70 + b"\n", 1) if ftp.source.encoding == "ascii" else data
    page = kbarchive.parse(as_page(data))
    assert page.source.dialect == "page"
    for name in AGREE:
        assert getattr(page, name) == getattr(ftp, name), name
    assert [(r.id, r.title, r.section) for r in page.references] == [(r.id, r.title, r.section) for r in ftp.references]
    assert _shape(page.sections) == _shape(ftp.sections)


def test_bytes_and_text_agree() -> None:
    from_bytes, from_text = kbarchive.parse(SOURCE), kbarchive.parse(SOURCE.decode())
    assert from_text.source.encoding is None
    assert msgspec.structs.replace(from_text, source=from_bytes.source) == from_bytes


def test_an_article_is_immutable() -> None:
    with pytest.raises(AttributeError):
        kbarchive.parse(SOURCE).title = "another"  # type: ignore[misc]


def test_section_texts() -> None:
    article = kbarchive.parse(SOURCE)
    assert "RelayFlags" in article.cause
    assert article.symptoms
    assert article.workaround == ""
    assert article.text.startswith("SYMPTOMS\n\n" + article.symptoms)


def test_cp1252_and_its_undefined_bytes() -> None:
    article = kbarchive.parse(SOURCE.replace(b"SYMPTOMS\n========\n", b"SYMPTOMS\n========\n\n\x93So\x94 \x81 \x99\n"))
    assert article.source.encoding == "cp1252"
    assert article.symptoms.startswith("\u201cSo\u201d \x81 \u2122")


def test_a_title_behind_a_blank_that_does_not_break() -> None:
    (reference,) = kbarchive.parse(SOURCE + b'\nSEE ALSO\n========\n\n   Q900777\xa0"Lamp Went Out" When You Row\n').references[
        -1:
    ]
    assert (reference.id, reference.title) == ("Q900777", '"Lamp Went Out" When You Row')


def test_a_page_with_bytes_that_are_no_utf8() -> None:
    page = as_page(SOURCE).encode().replace(b"SYMPTOMS", b"caf\xc3\xa9 \x93so\x94\n\nSYMPTOMS", 1)
    article = kbarchive.parse(page)
    assert article.source.encoding == "utf-8"
    assert "caf\u00e9 \u201cso\u201d" in article.sections[0].text
    assert "undecodable" in {diagnostic.code for diagnostic in article.diagnostics}


def test_the_key_of_an_article_without_id_tells_its_place() -> None:
    (article,) = parse_document(b"nothing of note", file="letters/one.txt")
    assert (article.id, article.key, article.source.dialect) == (None, "letters/one.txt#1", "unknown")


def test_public_names_are_all_there() -> None:
    for name in kbarchive.__all__:
        assert getattr(kbarchive, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        kbarchive.no_such_name  # noqa: B018


def _shape(sections):  # type: ignore[no-untyped-def]
    """Sections with kinds, headings and texts, but no line numbers."""
    return [(section.kind, section.heading, section.text, _shape(section.sections)) for section in sections]


@pytest.mark.parametrize("line", [b" " * 79 + b"- deep\n", b"%s- deep\n"], ids=["one", "rising"])
def test_nesting_has_a_bound(line: bytes) -> None:
    """Found by rising indentation: the record was too deep to be walked."""
    lines = b"".join(line % (b"  " * depth) if b"%s" in line else line for depth in range(2000))
    box = b"-" * 79 + b"\nThe information in this article applies to:\n" + lines
    for text in (lines, box):
        article = kbarchive.parse(b"DOCUMENT:Q900001  12-MAY-1999  [x]\nTITLE   :T\n\n" + text)
        encoded = msgspec.json.encode(article)
        assert msgspec.json.decode(encoded, type=kbarchive.Article) == article
        assert encoded.count(b"deep") >= 2000


@pytest.mark.parametrize(
    "piece", [b"\n", b"1. x\n", b"a. x\n", b"Head\n====\n", b"Q123456 ", b"a  b\n--  --\n", b"NOTE:\n\n", b"x"]
)
def test_long_runs_of_anything(piece: bytes) -> None:
    data = b"DOCUMENT:Q900001  12-MAY-1999  [x]\nTITLE   :T\n\n" + piece * 20_000
    assert kbarchive.parse(data).id == "Q900001"
