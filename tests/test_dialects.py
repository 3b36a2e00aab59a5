"""Every form the articles came in: what a file is taken for, how it is cut, and what its header says."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Any

import pytest

import kbarchive
from kbarchive.dialects import DIALECTS
from kbarchive.dialects.dialect import Dialect
from kbarchive.parsing import is_lossless, parse_document, recognition
from kbarchive.parsing.dates import read_date
from kbarchive.parsing.encoding import detect
from kbarchive.resources import resource_folder
from tests.corpus import dialect_files

CORPUS = resource_folder("corpus")
ROOT = Path(__file__).resolve().parent.parent

# file: for each article (key, title, modified, section kinds, references)
ARTICLES = {
    "jekyll/Q900301.md": [
        ("Q900301", '"The Beam Is Busy" When Two Lamps Are Switched', "1998-03-04", "symptoms cause resolution", "Q900302")
    ],
    "jekyll/Q900303.md": [("Q900303", "BEAM Statement Draws Nothing in Screen Mode 0", "1989-04-09", "question response", "")],
    "pcjs/Q900304.md": [("Q900304", 'Tower BASIC Manual Lists "BEAM" Twice', "1989-05-17", "problem response", "")],
    "site/Q900301.html": [
        ("Q900301", '"The Beam Is Busy" When Two Lamps Are Switched', "1998-03-04", "symptoms cause resolution", "Q900302")
    ],
    "mspl/towerkno.txt": [
        ("Q900305", "How the Tower Draws a Frame with Line Characters", "1990-02-02", "body", ""),
        ("Q900306", "What to Check Before the Lamp Is Lit", "1991-01-17", "question response", ""),
        ("Q900307", "", "1991-02-05", "body", ""),
        ("Q900308", "Linker Error L9001 When the Tower Is High", "1988-12-29", "problem response", ""),
    ],
    "mspl-plain/seakno.txt": [
        ("seakno.txt#Sea Development Kit/1", "Waves Are Counted Twice", None, "problem response", ""),
        ("seakno.txt#Sea Development Kit/2", "Opening a Harbor from Two Threads", None, "question response", ""),
        ("seakno.txt#Sea Development Kit/3", "The Size of a Bay", None, "body", ""),
    ],
    "online/seatalk.txt": [
        ("Q900309", "SeaFloat Returns Numbers With Nine Digits", None, "summary more-information", ""),
        ("Q900310", "Where the Tide Table Is Kept", None, "summary", ""),
    ],
    "compuserve/tide.txt": [("Q900311", "INF: Reading the Tide from a Serial Port", "1993-07-15", "summary", "")],
    "compuserve/TIDE.CPP": [("Q900312", "INF: Writing the Tide from a Serial Port", "1993-07-15", "summary", "")],
    "compuserve/Q900331.txt": [
        (
            "Q900331",
            "How to Wait for a Second Without Stopping the Others",
            "1991-09-20",
            "summary more-information",
            "",
        )
    ],
    "pss/Q900313.txt": [("Q900313", "PRB: WaveOutSea Fails on the Second Call", "1996-01-21", "symptoms resolution", "")],
    "pss/Q900336.txt": [
        (
            "Q900336",
            "DOC: Handles That Survive the Program That Made Them",
            "1996-01-21",
            "summary more-information",
            "Q900311",
        )
    ],
    "article-id/Q900330.txt": [
        ("Q900330", "HOWTO: Ask a Server for the Name It Goes By", "1997-06-16", "summary", ""),
    ],
    "article-id/lists.txt": [
        ("Q900314", "BUG: Known Bugs of the Sea Development Kit 1.25", None, "body", ""),
        ("Q900315", "FIX: Bugs Mended in the Sea Development Kit 1.25", None, "body", ""),
    ],
    "msdn/Q900316.txt": [
        (
            "Q900316",
            "Contents of the Sea Development Kit README.TXT (Part 1 of 2)",
            "1997-05-01",
            "summary more-information",
            "Q900317",
        )
    ],
    "msdn/Q900334.txt": [
        (
            "Q900334",
            "Contents of the Made-Up Database Kit's Readme.txt (Disk 3)",
            "1997-09-08",
            "summary more-information references",
            "Q900315",
        )
    ],
    "psskb/900318.txt": [("Q900318", "How to raise the level of a lake", "2004-10-13", "summary more-information", "")],
    "support/900319.txt": [
        ("Q900319", '"Boat Not Moored" when you close the harbor', "2005-08-15", "symptoms resolution", "Q900318")
    ],
    "support/900320.txt": [
        (
            "Q900320",
            "Sails are shown as open even though there is no wind in Harbor GP",
            None,
            "symptoms cause resolution",
            "",
        )
    ],
    "support/900321.html": [
        ("Q900321", "How to let a boat answer letters", "2007-02-26", "summary more-information", "Q900319")
    ],
    "support/900335.txt": [
        (
            "Q900335",
            "Totals are rounded twice in a made-up ledger",
            None,
            "symptoms cause resolution more-information",
            "Q900306",
        )
    ],
    "docs/cannot-verify-harbor.md": [
        ("Q3900322", "Can't verify a harbor", "2024-01-24", "body symptoms cause resolution more-information", "Q900319")
    ],
    "localised/900323.txt": [
        ("Q900323", "Wie man einen See hebt, wenn die Schleuse offen ist \u2013 \u00dcbersicht", None, "body", "")
    ],
    "localised/900333.html": [
        ("Q900333", "\u5982\u4f55\u79fb\u52a8\u865a\u6784\u670d\u52a1\u5668\u7684\u961f\u5217", None, "body", "")
    ],
    "flattened/Q900324.txt": [("Q900324", "HOWTO: Read the Log of a Lamp", "2001-06-07", "summary more-information", "")],
    "flattened/Q900332.txt": [
        ("Q900332", "HOWTO: Read an Article Whose Lines Were Lost", "2001-06-07", "summary more-information", "Q900324")
    ],
    "flattened/lost-header.txt": [
        ("lost-header.txt#1", "HOWTO: Read an Article Whose Header Was Lost", None, "summary", "Q900324")
    ],
}

# key: collection, products, versions, operating systems, keywords, applies to; a key that is not here has none of them
FACTS = {
    "Q900301": ("", "Lighthouse Control for Windows", "WINDOWS: 2.1", "", "kberrmsg", "Lighthouse Control for Windows"),
    "Q900303": ("mspl13_basic", "", "MS-DOS: 1.00 1.10; OS/2: 1.10", "MS-DOS | OS/2", "ENDUSER SR# G880412-77 docerr", ""),
    "Q900304": ("", "", "MS-DOS: 1.00; OS/2: 1.10", "MS-DOS | OS/2", "ENDUSER docerr", ""),
    "Q900305": ("", "Tower BASIC", ": 1.00 1.10", "MS-DOS", "ENDUSER", ""),
    "Q900306": ("", "Tower BASIC", "MS-DOS: 1.00 1.10; OS/2: 1.10", "MS-DOS | OS/2", "ENDUSER SR# S900103-12 S_TOWER", ""),
    "Q900307": ("", "Tower BASIC", ": 1.10", "OS/2", "ENDUSER", ""),
    "Q900308": ("", "Tower Linker", ": 5.10", "MS-DOS", "ENDUSER buglist5.10", ""),
    "seakno.txt#Sea Development Kit/1": ("", "Sea Development Kit", "", "", "", ""),
    "seakno.txt#Sea Development Kit/2": ("", "Sea Development Kit", "", "", "", ""),
    "seakno.txt#Sea Development Kit/3": ("", "Sea Development Kit", "", "", "", ""),
    "Q900309": ("", "Sea Development Kit", ": 1.00 1.01", "MS-DOS", "", ""),
    "Q900310": ("", "Sea Development Kit", ": 1.01", "MS-DOS", "", ""),
    "Q900311": ("", "Sea Development Kit", ": 1.10", "WINDOWS", "kbhw", "Sea Development Kit"),
    "Q900312": ("", "Sea Development Kit", ": 1.10", "WINDOWS", "kbhw", "Sea Development Kit"),
    "Q900331": ("", "Made-Up Visual Toolkit", ": 1.00 1.10", "WINDOWS", "kbprg", ""),
    "Q900313": (
        "",
        "",
        "WINDOWS: 3.10 1.20; WINDOWS NT: 3.50 1.20",
        "WINDOWS | WINDOWS NT",
        "kbprg kbprb",
        "Sea Development Kit for Windows",
    ),
    "Q900336": (
        "",
        "",
        "WINDOWS: 3.10 1.20; WINDOWS NT: 3.50 1.20",
        "WINDOWS | WINDOWS NT",
        "kbprg kbdocerr",
        "Made-Up Subsystem | Microsoft Windows NT",
    ),
    "Q900330": ("", "", "", "", "kbnetwork kbprg", "Made-Up Network Kit"),
    "Q900314": ("", "", "", "", "kbprg kbbuglist", "Sea Development Kit"),
    "Q900315": ("", "", "", "", "kbprg kbfixlist", "Sea Development Kit"),
    "Q900316": ("", "", ": 1.25 95", "WINDOWS", "kbreadme", "Sea Development Kit | Sea Viewer for Windows 95"),
    "Q900334": ("", "", ": 2.50", "WINDOWS", "kbinterop kbreadme", "Made-Up Database Kit"),
    "Q900318": ("", "", "", "", "", "Lake Server 2003, Enterprise Edition | Lake Server 2003, Standard Edition"),
    "Q900319": ("", "", "", "", "kberrmsg KB900319", "Harbor Server 2003"),
    "Q900335": ("", "", "", "", "kbprb kbexpertise KB900335", "Made-Up Ledger | Made-Up Ledger"),
    "Q3900322": ("", "", "", "", "", "Harbor Online | Harbor Server 2013 Enterprise"),
    "Q900324": ("lighthouse", "Lighthouse Control", "WINDOWS: 1.0 2.1", "", "kbhowto", "Lighthouse Control for Windows"),
    "Q900332": ("madeup", "Made-Up Reader", "WINDOWS: 1.0 3.0", "", "kbreader", "Made-Up Reader"),
}

# What is odd in them, by key.
ODDITIES = {
    "Q900333": ["header-id-spelling"],
    "Q900324": ["line-ends-lost", "no-trailer"],
    "Q900332": ["line-ends-lost"],
    "lost-header.txt#1": ["header-field-missing"] * 5 + ["no-trailer"],
}


def test_every_file_is_in_the_table() -> None:
    files = sorted(path.relative_to(CORPUS).as_posix() for path in dialect_files())
    assert sorted(ARTICLES) == files, "a new file in corpus/ has its row in ARTICLES, and what differs from FACTS' usual there"


@pytest.mark.parametrize("name", ARTICLES)
def test_articles_of_a_file(name: str) -> None:
    path = CORPUS / name
    data = path.read_bytes()
    articles = parse_document(data, file=path.name)
    found = [
        (
            article.key,
            article.title,
            article.modified,
            " ".join(section.kind for section in article.sections),
            " ".join(reference.id for reference in article.references),
        )
        for article in articles
    ]
    assert found == ARTICLES[name]
    assert {article.source.dialect for article in articles} == {path.parent.name}
    assert [article.source.number for article in articles] == list(range(1, len(articles) + 1))
    assert is_lossless(data)
    assert recognition(data).startswith(f"{path.parent.name}: its marks stand in ")


@pytest.mark.parametrize("path", dialect_files(), ids=lambda path: path.name)
def test_facts_of_a_file(path: Path) -> None:
    for article in parse_document(path.read_bytes(), file=path.name):
        versions = (f"{version.platform}: {' '.join(version.versions)}" for version in article.versions)
        found = (
            article.collection or "",
            " | ".join(article.products),
            "; ".join(versions),
            " | ".join(article.operating_systems),
            " ".join(article.keywords),
            " | ".join(entry.name for entry in article.applies_to),
        )
        assert found == FACTS.get(article.key, ("",) * 6), f"what the header of {article.key} says is its row in FACTS"
        assert [diagnostic.code for diagnostic in article.diagnostics] == ODDITIES.get(article.key, []), "see ODDITIES"


@pytest.mark.parametrize("path", dialect_files(), ids=lambda path: path.name)
def test_line_ends_change_nothing(path: Path) -> None:
    data = path.read_bytes()
    windows = data.replace(b"\n", b"\r\n")
    assert is_lossless(windows)
    for lf, crlf in zip(parse_document(data), parse_document(windows), strict=True):
        assert crlf.source.newline == "crlf"
        assert (lf.title, lf.sections, lf.header, lf.references) == (crlf.title, crlf.sections, crlf.header, crlf.references)


def test_the_columns_of_the_library_go_together() -> None:
    (article,) = parse_document((CORPUS / "jekyll" / "Q900303.md").read_bytes())
    assert article.versions == (kbarchive.Version("MS-DOS", ("1.00", "1.10")), kbarchive.Version("OS/2", ("1.10",)))
    assert article.operating_systems == ("MS-DOS", "OS/2")
    assert article.collection == "mspl13_basic"
    assert article.products == ()


def test_the_heading_of_a_book_is_the_product() -> None:
    articles = parse_document((CORPUS / "mspl" / "towerkno.txt").read_bytes())
    assert [article.products for article in articles] == [("Tower BASIC",)] * 3 + [("Tower Linker",)]
    assert [article.source.line for article in articles] == [1, 19, 45, 55]


def test_parse_takes_a_book_for_one_article_and_read_does_not() -> None:
    path = CORPUS / "mspl" / "towerkno.txt"
    assert "L9001" in kbarchive.parse(path.read_bytes()).text
    assert [article.id for article in kbarchive.read(path)] == ["Q900305", "Q900306", "Q900307", "Q900308"]


def test_articles_of_the_ftp_form_one_after_another() -> None:
    files = [CORPUS / "txt" / "206" / "Q206968.TXT", CORPUS / "txt" / "179" / "Q179289.TXT"]
    data = b"\n".join(path.read_bytes() for path in files)
    articles = parse_document(data)
    assert [article.id for article in articles] == ["Q206968", "Q179289"]
    assert is_lossless(data)
    for path, article in zip(files, articles, strict=True):
        (alone,) = parse_document(path.read_bytes())
        assert (article.text, article.metadata) == (alone.text, alone.metadata)
    assert articles[1].source.sha256 == alone.source.sha256


FTP = "DOCUMENT:Q900{}  01-JAN-1999  [sea]\nTITLE   :T\nPRODUCT :P\nPROD/VER:\nOPER/SYS:\nKEYWORDS:\n\nSUMMARY\n=======\n\n{}"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_that_end_without_a_line_end_put_together(end: str) -> None:
    files = [FTP.format(number, "The light is on.").replace("\n", end).encode() for number in (701, 702, 703)]
    joined = b"".join(files)
    articles = parse_document(joined)
    assert [article.id for article in articles] == ["Q900701", "Q900702", "Q900703"]
    assert [article.source.line for article in articles] == [1, 11, 21]
    assert is_lossless(joined)
    for file, article in zip(files, articles, strict=True):
        (alone,) = parse_document(file)
        assert article.source.sha256 == alone.source.sha256
        assert (article.text, article.header) == (alone.text, alone.header)


@pytest.mark.parametrize(
    "text",
    [
        'It begins with "DOCUMENT:Q900702  01-JAN-1999  [sea]\nTITLE   :T" and goes on.\n',
        "It begins with DOCUMENT:Q900702  01-JAN-1999  [sea]\nTITLE   :T\n",
        "See xDOCUMENT:Q900702 and\nTITLE   :T\n",
        "See xDOCUMENT:Q900702  01-JAN-1999  [sea], where\nTITLE is.\n",
    ],
)
def test_a_header_that_is_quoted_within_a_line_begins_no_article(text: str) -> None:
    assert len(parse_document(FTP.format(701, text).encode())) == 1


@pytest.mark.parametrize("margin", ["> ", "// ", "' ", ">> ", "//\t", "* "])
@pytest.mark.parametrize("name", [name for name in ARTICLES if not name.startswith("flattened/") and ".html" not in name])
def test_a_form_behind_signs(name: str, margin: str) -> None:
    plain = parse_document((CORPUS / name).read_bytes())
    behind = b"".join(
        (margin.encode() + line).rstrip() + b"\n" for line in (CORPUS / name).read_bytes().removesuffix(b"\n").split(b"\n")
    )
    found = parse_document(behind)
    facts = "id title modified collection products versions keywords applies_to residue text".split()
    for fact in facts:
        assert [getattr(article, fact) for article in found] == [getattr(article, fact) for article in plain], fact
    assert is_lossless(behind)


@pytest.mark.parametrize(
    "margin", ["//\t", "'\t", ">\t", " ", "    ", "\t", "// ", "' ", "* ", "> ", "> > ", "; ", "# ", "REM "]
)
@pytest.mark.parametrize("name", ["txt/206/Q206968.TXT", "pss/Q900313.txt", "compuserve/tide.txt", "support/900319.txt"])
def test_what_stands_before_every_line(name: str, margin: str) -> None:
    text = (CORPUS / name).read_text(encoding="utf-8")
    behind = "".join((margin + line).rstrip() + "\n" for line in text.split("\n")[:-1])
    plain, found = kbarchive.parse(text), kbarchive.parse(behind)
    assert (found.source.dialect, found.id, found.title, found.modified) == (
        plain.source.dialect,
        plain.id,
        plain.title,
        plain.modified,
    )
    assert [section.kind for section in found.sections] == [section.kind for section in plain.sections]
    assert is_lossless(behind.encode())


@pytest.mark.parametrize(
    ("mark", "name"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")],
)
def test_byte_order_marks(mark: bytes, name: str) -> None:
    text = (CORPUS / "txt" / "206" / "Q206968.TXT").read_text(encoding="ascii")
    data = mark + text.encode(name)
    article = kbarchive.parse(data)
    assert (article.id, article.source.encoding) == ("Q206968", name)
    assert article.sections == kbarchive.parse(text).sections
    assert is_lossless(data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"plain", ("ascii", True)),
        ("caf\u00e9".encode(), ("utf-8", True)),
        ("caf\u00e9 \u201cyes\u201d".encode("cp1252"), ("cp1252", True)),
        ("\u2554\u2550\u2550\u2557 and \u2551".encode("cp437"), ("cp437", True)),
        ("M\u00fcnchen h\u00e4tte".encode("cp437"), ("cp437", True)),
        (b"a\xa0blank\xa0that\xa0holds", ("cp1252", True)),
        ("\u60a8\u7684\u5927\u5c0f\u70ba\u4f55".encode("big5"), ("cp1252", False)),
        (b"\xff\xfea", ("utf-16-le", True)),
    ],
)
def test_codes(data: bytes, expected: tuple[str, bool]) -> None:
    assert detect(data) == expected


def test_bytes_of_two_are_told_and_kept() -> None:
    source = (CORPUS / "txt" / "206" / "Q206968.TXT").read_bytes()
    data = source.replace(b"SYMPTOMS\n", "\u60a8\u7684\u5927\u5c0f\u70ba\u4f55".encode("big5") + b"\n\nSYMPTOMS\n", 1)
    assert "undecodable" in {diagnostic.code for diagnostic in kbarchive.parse(data).diagnostics}
    assert is_lossless(data)


def test_old_books_are_in_the_code_of_ms_dos() -> None:
    article = parse_document((CORPUS / "mspl" / "towerkno.txt").read_bytes())[0]
    assert article.source.encoding == "cp437"
    assert "\u2554\u2550\u2550\u2550\u2550\u2557" in article.text


@pytest.mark.parametrize(
    "text",
    [
        "MIT License\n\nPermission is given to anyone who asks, in this article or another, to do as they like.\n",
        "/* Title: none\n * Document: none\n */\nint main(void)\n{\n    return 0;\n}\n",
        "From: ann@harbor.example\nSubject: Article ID: Q900301\n\nDid you read Article ID: Q900301? It is good.\n",
        " The Guide\n ===================\n\n 1. Begin\n\n Words.\n\n 2. End\n\n Words.\n",
        "<html><head><title>Shop</title></head><body><h1>Lamps</h1><p>We have lamps.</p></body></html>\n",
        "A Guide to Lamps\n" + "=" * 77 + "\n\n\n1. Begin\n\nProduct: a lamp.\n\n\n2. End\n\nArticle: none.\n",
        "// Title: a lamp\n// Product Name: none\n// ===\n\n' Article: see the manual\n\tLast Modified: never\n",
        "# Lamps\n\nA project for lamps.\n\n## Summary\n\nNone.\n",
        "ARTICLE ID: Q900301\nTITLE: A List\n\nARTICLE ID: Q900302\nTITLE: Another\n",
        "",
    ],
    ids=["licence", "source", "mail", "guide", "page", "chapters", "comments", "readme", "list", "nothing"],
)
def test_what_is_no_article(text: str) -> None:
    assert kbarchive.parse(text).source.dialect == "unknown"


@pytest.mark.parametrize("quoted", ["pss/Q900313.txt", "compuserve/tide.txt", "page/Q900074.txt", "support/900319.txt"])
def test_a_form_that_is_quoted_in_another(quoted: str) -> None:
    source = (CORPUS / "txt" / "206" / "Q206968.TXT").read_text(encoding="ascii")
    text = source.replace("RESOLUTION\n", (CORPUS / quoted).read_text(encoding="utf-8") + "\n\nRESOLUTION\n", 1)
    article = kbarchive.parse(text)
    assert (article.source.dialect, article.id) == ("ftp", "Q206968")


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("29-DEC-1988", "1988-12-29"),
        ("12 March 1994", "1994-03-12"),
        ("2 Feb. 1990", "1990-02-02"),
        ("12 MARCH 1994", "1994-03-12"),
        ("1st May, 1997", "1997-05-01"),
        ("Sept. 3rd 1994", "1994-09-03"),
        ("12 Brumaire 1994", None),
        ("31 Marble 1999", None),
        ("12-Decorations-1994", None),
        ("2-FEB-1990", "1990-02-02"),
        ("24-Oct-1994", "1994-10-24"),
        ("01-21-1996", "1996-01-21"),
        ("6/25/2002", "2002-06-25"),
        ("10/13/2004", "2004-10-13"),
        ("June 16, 1997", "1997-06-16"),
        ("August 15, 2005", "2005-08-15"),
        ("2024-01-24", "2024-01-24"),
        ("31-FEB-1999", None),
        ("13/13/2004", None),
        ("soon", None),
        ("12-\u017fep-1994", None),
        ("12 March 199\uff14", None),
    ],
)
def test_dates(text: str, date: str | None) -> None:
    assert read_date(text) == date


@pytest.mark.parametrize(
    ("spelling", "article"),
    [
        ("Q900301", "Q900301"),
        ("900301", "Q900301"),
        ("KB900301", "Q900301"),
        ("Q0900301", "Q900301"),
        ("none", None),
        ("Q" + "1" * 300, None),
    ],
)
def test_numbers(spelling: str, article: str | None) -> None:
    text = f"DOCUMENT:{spelling}  01-JAN-1999  [sea]\nTITLE   :T\nPRODUCT :P\nPROD/VER:\nOPER/SYS:\nKEYWORDS:\n\nText.\n"
    found = kbarchive.parse(text)
    assert found.id == article
    codes = {diagnostic.code for diagnostic in found.diagnostics}
    assert ("header-id-spelling" in codes) == spelling.startswith("KB")


def test_a_title_that_ends_in_its_number() -> None:
    article = kbarchive.parse(
        "How to mend a lamp (900325)\n\nThis article was previously published under Q900325\n\nSUMMARY\nDone.\n"
    )
    assert (article.source.dialect, article.id, article.title, article.summary) == (
        "psskb",
        "Q900325",
        "How to mend a lamp",
        "Done.",
    )


def test_a_prefix_of_another_country() -> None:
    article = kbarchive.parse("Lampen \u00fcben\n\nFr\u00fcher ver\u00f6ffentlicht \u00fc D900326\n\nText.\n")
    assert (article.source.dialect, article.id) == ("localised", "Q900326")
    assert article.diagnostics[0].code == "header-id-spelling"


def test_every_dialect_is_in_both_tables_of_the_documentation() -> None:
    page = (ROOT / "docs" / "dialects.md").read_text(encoding="utf-8")
    forms, headers = (part.split("\n\n")[0] for part in page.split("|---|---|---|")[1:3])
    for table in (forms, headers):
        cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")]
        assert sorted(name for cell in cells for name in re.findall(r"`([\w-]+)`", cell)) == sorted(
            {dialect.name for dialect in DIALECTS}
        ), "each dialect has a row in the first two tables of docs/dialects.md"
    sentence = page.split("## Files with many articles\n\n")[1].partition(" may stand one after another")[0]
    assert sorted(re.findall(r"`([\w-]+)`", sentence)) == sorted(
        {dialect.name for dialect in DIALECTS if dialect.each is not None}
    ), "the sentence of docs/dialects.md names the dialects that may stand one after another"


def test_a_page_that_ends_within_its_header() -> None:
    data = (CORPUS / "site" / "Q900301.html").read_bytes()
    body = data.index(b"\n\n----", data.index(b"Article: "))
    assert is_lossless(data[:body] + b"\n" + data[data.index(b"</code></pre>") :] + b"\nmore\n\nLast Modified: x\n")


def test_html_with_nothing_but_a_comment() -> None:
    text = (CORPUS / "docs" / "cannot-verify-harbor.md").read_text(encoding="utf-8") + "\n<!-- no more -->\n"
    assert kbarchive.parse(text).source.dialect == "docs"


def test_a_word_between_angles_is_no_tag() -> None:
    article = kbarchive.parse(
        (CORPUS / "support" / "900321.html").read_text(encoding="utf-8").replace("<b>Answer</b>", "<Boat>")
    )
    assert "<Boat>" in article.text


def test_entries_that_have_lost_their_bullets() -> None:
    (article,) = parse_document((CORPUS / "support" / "900335.txt").read_bytes())
    assert [(entry.name, entry.versions) for entry in article.applies_to] == [
        ("Made-Up Ledger", ("10.0",)),
        ("Made-Up Ledger", ("9.0",)),
    ]
    assert "Ledger" not in article.more_information


def test_words_and_keywords_on_lines_one_below_the_other() -> None:
    (article,) = parse_document((CORPUS / "msdn" / "Q900334.txt").read_bytes())
    assert article.query_words == ("odbc", "lock")
    assert article.metadata == {"Keywords": "kbinterop kbreadme"}


@pytest.mark.parametrize(
    "notice",
    [
        "Copyright the kbarchive project 1996.",
        "Copyright the kbarchive project, 1996",
        "Copyright (c) the kbarchive project 1996.",
    ],
)
def test_the_years_of_a_copyright_line(notice: str) -> None:
    text = (CORPUS / "pss" / "Q900336.txt").read_text(encoding="ascii")
    article = kbarchive.parse(text.replace("Copyright the kbarchive project, 1996.", notice))
    assert (article.copyright, article.residue, article.diagnostics) == ((1996,), (), ())
    assert not any(isinstance(block, kbarchive.Rule) for section in article.sections for block in section.blocks)


def test_the_trailer_of_a_flattened_article() -> None:
    (article,) = parse_document((CORPUS / "flattened" / "Q900332.txt").read_bytes())
    assert article.metadata == {"Keywords": "kbreader", "Technology": "kbMadeUpSearch", "Version": "WINDOWS:1.0,3.0"}
    assert article.query_words == ("wrap",)
    assert article.more_information == "See also Q900324."


def test_the_number_in_front_of_a_cited_title() -> None:
    text = (CORPUS / "docs" / "cannot-verify-harbor.md").read_text(encoding="utf-8")
    for spelling in ("KB 900319: ", "KB900319: ", "900319 - ", ""):
        article = kbarchive.parse(text.replace("[Boat Not Moored]", f"[{spelling}Boat Not Moored]"))
        assert [reference.title for reference in article.references] == ["Boat Not Moored"]


def test_numbered_lines_in_a_book_that_are_no_articles() -> None:
    article = parse_document((CORPUS / "mspl" / "towerkno.txt").read_bytes())[1]
    (steps,) = [block for block in article.sections[1].blocks if isinstance(block, kbarchive.List)]
    assert [item.marker for item in steps.items] == ["1.", "2.", "3."]


def test_keys_go_on_where_numbers_begin_again() -> None:
    book = (CORPUS / "mspl-plain" / "seakno.txt").read_bytes()
    second = book.replace(b"Sea Development Kit", b"Lake Development Kit")
    keys = [article.key for article in parse_document(book + b"\n\n" + second, file="both.txt")]
    assert keys == [f"both.txt#{name} Development Kit/{number}" for name in ("Sea", "Lake") for number in (1, 2, 3)]


def test_a_book_written_twice_into_a_file_has_keys_of_its_own() -> None:
    book = (CORPUS / "mspl-plain" / "seakno.txt").read_bytes()
    keys = [article.key for article in parse_document(book + b"\n\n" + book, file="both.txt")]
    assert len(set(keys)) == len(keys) == 6


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
def test_a_flattened_article_is_given_back_whole(mark: bytes, newline: bytes) -> None:
    """Found by mutation: a mark and line ends of two signs moved the places of the tokens."""
    line = (CORPUS / "flattened" / "Q900332.txt").read_bytes().rstrip(b"\n")
    data = mark + line + newline + b"Sent by a made-up reader." + newline
    assert parse_document(data)[0].id == "Q900332"
    assert is_lossless(data)


@pytest.mark.parametrize("name", ["compuserve/tide.txt", "online/seatalk.txt", "mspl/towerkno.txt"])
def test_letters_of_ms_dos_before_the_header_that_look_like_utf_8(name: str) -> None:
    """Found by mutation: the file is read once more in the older code, where the header stands at another place."""
    data = b"a caf\xc3\xa9 \x82\n\n" + (CORPUS / name).read_bytes()
    articles = parse_document(data)
    assert [article.title for article in articles] == [article[1] for article in ARTICLES[name]]
    assert is_lossless(data)


def test_the_example_of_the_documentation(monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/dialects.md adds a form: what it shows is what comes of it."""
    pieces = re.findall(r"```(?:text|python)\n(.*?)```", (ROOT / "docs" / "dialects.md").read_text(encoding="utf-8"), re.DOTALL)
    memo, program = pieces[-2:]
    names: dict[str, Any] = {}
    exec(program, names)  # noqa: S102 - our own documentation
    assert kbarchive.parse(memo).source.dialect == "unknown"
    monkeypatch.setattr("kbarchive.dialects.DIALECTS", (*DIALECTS, names["DIALECT"]))
    first, second = parse_document(f"> {memo}\n{memo}".replace("\n", "\n> ").encode())
    for article in (first, second):
        assert (article.source.dialect, article.id, article.title) == ("memo", "Q900399", "Lamps That Hum")
        assert (article.modified, article.products, article.summary) == (
            "1997-06-16",
            ("Lighthouse Control",),
            "They are too tight.",
        )


END_LINES = """
Sheet Q900{0}
Caption: {1}

SUMMARY
=======

{2}

-=[ END OF SHEET ]=-

Printed on Monday.
"""


def test_what_follows_each_of_several_articles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by a newcomer: the end line of an article was text where another followed it in the file."""
    sheet = Dialect(
        name="sheet",
        word="Caption:",
        mark=r"MARGINSheet Q\d+\nEDGECaption:",
        each=r"MARGINSheet Q\d+\nEDGECaption:",
        fields={"Caption": "title"},
        rows=(re.compile(r"Sheet (?P<id>Q\d+)"),),
        chrome=re.compile(r"-=\[.*\]=-"),
        ends=re.compile(r"^-=\[ END", re.MULTILINE),
    )
    monkeypatch.setattr("kbarchive.dialects.DIALECTS", (*DIALECTS, sheet))
    one = END_LINES.format("391", "Lamps", "They hum.")
    both = one + END_LINES.format("392", "Horns", "They are hoarse.")
    assert is_lossless(both.encode())
    alone, (first, second) = kbarchive.parse(one), parse_document(both.encode())
    for article, summary in ((alone, "They hum."), (first, "They hum."), (second, "They are hoarse.")):
        assert (article.source.dialect, article.summary) == ("sheet", summary)
        assert article.residue == ("Printed on Monday.",)


PAGE_END = """<h2 class="subTitle">APPLIES TO</h2><ul><li>Harbor Server 2003</li></ul>
<p>Back to the top</p>
<h2 class="subTitle">Keywords:&nbsp;</h2><table><tr><td>kbhowto kbmail KB900321</td></tr></table><p>Back to the top</p>
"""


def test_keywords_and_words_of_a_page() -> None:
    page = (CORPUS / "support" / "900321.html").read_text(encoding="utf-8")
    plain, article = kbarchive.parse(page), kbarchive.parse(page + PAGE_END)
    assert article.keywords == ("kbhowto", "kbmail", "KB900321")
    assert article.metadata == {"Keywords": "kbhowto kbmail KB900321"}
    assert [entry.text for entry in article.applies_to] == ["Harbor Server 2003"]
    assert (article.sections, article.residue) == (plain.sections, ())
    changed = kbarchive.parse(page + "<h2>Keywords</h2><p>Words that open the harbor are keywords.</p>")
    assert changed.sections[-1].heading == "Keywords"


def test_a_page_copied_as_markdown() -> None:
    text = (CORPUS / "support" / "900319.txt").read_text(encoding="utf-8")
    for heading in ("SYMPTOMS", "RESOLUTION", "APPLIES TO"):
        text = text.replace(f"{heading}\n", f"### {heading.capitalize()}\n\n")
    article = kbarchive.parse(text.replace("\u2022", "*"))
    title = "How to raise the level of a lake"
    assert [(section.kind, section.heading) for section in article.sections] == [
        ("symptoms", "Symptoms"),
        ("resolution", "Resolution"),
    ]
    assert [(reference.id, reference.title) for reference in article.references] == [("Q900318", title)]
    assert [entry.text for entry in article.applies_to] == ["Harbor Server 2003"]
    assert article.keywords == ("kberrmsg", "KB900319")
    address = "http://support.microsoft.com/kb/900318/EN-US/"
    linked = kbarchive.parse(text.replace(address, f"[{address}]({address})"))
    assert [(reference.id, reference.title) for reference in linked.references] == [("Q900318", title)]


def test_markdown_that_nests_beyond_all_measure_loses_nothing() -> None:
    text = (CORPUS / "docs" / "cannot-verify-harbor.md").read_text(encoding="utf-8") + "\n" + "> " * 200 + "the deepest word\n"
    article = kbarchive.parse(text)
    assert "the deepest word" in article.text
    assert "new** lamp" in article.text


def test_a_page_that_has_a_header_alone() -> None:
    article = kbarchive.parse("---\ntitle: A Lamp\n---\n_Original KB number:_ &nbsp; 900003\n")
    assert (article.id, article.title, article.sections) == ("Q900003", "A Lamp", ())
    assert [diagnostic.code for diagnostic in article.diagnostics] == ["no-body"]


@pytest.mark.parametrize("date", ["May 1, 1997", "MAY 1 1997", "1 May 1997", "1 May, 1997", "1st May 1997", "1-MAY-1997"])
def test_the_date_of_a_page_in_several_spellings(date: str) -> None:
    page = (CORPUS / "msdn" / "Q900316.txt").read_text(encoding="utf-8").replace("May 1, 1997", date, 1)
    article = kbarchive.parse(page)
    assert (article.modified, article.residue) == ("1997-05-01", ())


def test_words_behind_a_date_are_kept() -> None:
    article = kbarchive.parse("A Lamp That Hums\n\nArticle ID: 900003   Last Review: May 1, 1997 by night\n\nIt is lit.\n")
    assert (article.modified, article.residue) == ("1997-05-01", ("by night",))


@pytest.mark.parametrize("end", ["", "."])
def test_the_number_that_an_article_had_before_is_in_its_header(end: str) -> None:
    """Found by mutation."""
    text = (CORPUS / "support" / "900319.txt").read_text(encoding="utf-8")
    sentence = "This article was previously published under Q900319"
    article = kbarchive.parse(text.replace(sentence, f"{sentence}{end}\n\n{sentence[:-1]}8"))
    assert article.header["This article was previously published under"] == "Q900319"


def test_the_products_of_a_flattened_article() -> None:
    """Found by mutation."""
    text = (CORPUS / "flattened" / "Q900332.txt").read_text(encoding="utf-8")
    box = f"applies to: - Made-Up Reader, version 1.0 - Made-Up Writer {'-' * 79}"
    text = re.sub(r"applies to: .*? -{20,}", box, text, count=1)
    assert [entry.name for entry in kbarchive.parse(text).applies_to] == ["Made-Up Reader", "Made-Up Writer"]


def test_a_date_that_is_none_is_told_whole() -> None:
    """Found by a newcomer: its first word was no date, and the others were residue."""
    article = kbarchive.parse("A Lamp That Hums\n\nArticle ID: 900003   Last Review: at dusk and dawn\n\nIt is lit.\n")
    assert (article.modified, article.residue, article.header["Last Review"]) == (None, (), "at dusk and dawn")
    assert ["at dusk and dawn" in told.message for told in article.diagnostics if "date" in told.code] == [True]
