"""An article in the form of Microsoft's FTP server: six labelled lines, the box, sections, trailer, notice.

Parsing what is written here gives an equal record, but for `line`, `source`, `diagnostics` and the raw `header`. What this form
has no place for is brought into it: see `to_ftp`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

from kbarchive.article import AppliesTo, Article, Section
from kbarchive.parsing.headings import section_kind
from kbarchive.parsing.text import decode
from kbarchive.render.citing import References
from kbarchive.render.ftp_blocks import BlockWriter
from kbarchive.render.wrapping import wrap

_HEADER_RULE = "=" * 70
_BOX_RULE = "-" * 79
_NOTICE_RULE = "=" * 77
_WIDTH = 79
_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
_DATE = re.compile(r"(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_TRAILER_NAME = re.compile(r"[A-Z][A-Za-z ]{0,17}")
_NAME_WIDTH = 18
_QUERY_LABEL = "Additional query words:"
_NOTICE = """\
THE INFORMATION PROVIDED IN THIS ARTICLE IS OFFERED AS IT STANDS, WITH NO
PROMISE THAT IT IS RIGHT OR FIT FOR ANY USE.
"""
# Where these references stand tells where other text goes; the others are those of the sections.
_FURNITURE = frozenset({"title", "residue", "applies-to", "query-words"})


def to_ftp(article: Article) -> str:
    """The article in the FTP form.

    Records of other forms, or made by hand, may have what this one cannot tell. Then lines are joined to one where the form has
    one; sections nested more than once stand one after another; a key that is no id, a trailer field with an odd name and years
    of fewer than four digits are left out, as are references that only a link told; a trailer without Keywords gets them;
    blocks that would be read as one (code after code) are; and code right below a list goes to its last item where it begins
    as an item does. A list of asterisks amid program text is read as comments.
    """
    early, late = _place_residue(article)
    parts = list(_header(article))
    if late and not article.metadata:  # there is neither box nor trailer: what the header does not know is left over too
        parts += map(_line, late)
        late = []
    parts += ["", _HEADER_RULE]
    writer = BlockWriter(References((each for each in article.references if each.section not in _FURNITURE), article.id))
    for text in early:
        parts += ["", _residue(text)]
    if article.applies_to:
        parts += ["", *_box(article.applies_to), ""]
    else:
        parts.append("")
    for section in article.sections:
        parts += _section(section, writer, "=")
    if article.query_words or article.metadata:
        parts += [*wrap([_QUERY_LABEL, *article.query_words], _WIDTH), ""]
    parts += _trailer(article.metadata, article.keywords)
    for text in late:
        parts += [_residue(text), ""]
    years = ", ".join(f"{year:04}" for year in article.copyright)
    if years:
        parts += [_NOTICE, f"Copyright {years}."]
    return "\n".join(parts).rstrip("\n") + "\n"


def ftp_bytes(article: Article) -> bytes:
    """The article in the FTP form as a file: CP1252 where that is read as the same text again, else UTF-8."""
    text = to_ftp(article)
    if text.isascii():
        return text.encode("ascii")
    with suppress(UnicodeEncodeError):
        data = text.encode("cp1252")
        if decode(data).readable == text:  # bytes may look like another code
            return data
    return text.encode("utf-8")


def _header(article: Article) -> Iterator[str]:
    document = [article.id or "-"]
    if article.modified or article.collection is not None:
        match = _DATE.fullmatch(article.modified or "")
        document.append(f"{match[3]}-{_MONTHS[int(match[2]) - 1]}-{match[1]}" if match else "-")
    if article.collection is not None:
        document.append(f"[{_line(article.collection).replace(']', ')')}]")
    versions = ";".join(f"{_line(part.platform)}:{','.join(map(_line, part.versions))}" for part in article.versions)
    yield f"DOCUMENT:{'  '.join(document)}"
    yield f"TITLE   :{_line(article.title)}"
    yield f"PRODUCT :{' | '.join(map(_line, article.products))}"
    yield f"PROD/VER:{versions}"
    yield f"OPER/SYS:{' | '.join(map(_line, article.operating_systems))}"
    yield f"KEYWORDS:{' '.join(article.keywords)}"


def _place_residue(article: Article) -> tuple[list[str], list[str]]:
    """The residue above the box, and that below the trailer."""
    residue = list(article.residue)
    if not article.applies_to or not residue:
        return [], residue
    sections = [each.section for each in article.references if each.section not in ("title", "applies-to")]
    late = "residue" in sections and any(section != "residue" for section in sections[: sections.index("residue")])
    return ([], residue) if late and article.metadata else (residue, [])


def _residue(text: str) -> str:
    """A text without a place, as deep as it was: what it said is known but for the blanks before its first line."""
    first, _, rest = text.partition("\n")
    margin = re.match("[ \t]*", rest.lstrip("\n"))
    return f"{margin[0] if margin else ''}{first}\n{rest}" if rest else text


def _box(entries: Iterable[AppliesTo]) -> list[str]:
    return [_BOX_RULE, "The information in this article applies to:", "", *_entries(entries, 1), _BOX_RULE]


def _entries(entries: Iterable[AppliesTo], column: int) -> Iterator[str]:
    for entry in entries:
        yield f"{' ' * column}- {_line(entry.text)}"
        yield from _entries(entry.with_, column + 3)


def _section(section: Section, writer: BlockWriter, rule: str) -> Iterator[str]:
    heading = _field(section.heading)
    if heading:
        # A standard name that is no section of its kind has lost its kind by an underline of another length.
        odd = rule == "=" and section.kind == "other" and section_kind(heading) != "other"
        yield from (heading, rule * (len(heading) + odd), "")
    for lines in writer.section(section.blocks):
        yield from lines
        yield ""
    for inner in section.sections:
        yield from _section(inner, writer, "-")


def _trailer(metadata: dict[str, str], keywords: Iterable[str]) -> Iterator[str]:
    if not metadata:
        return
    yield _HEADER_RULE
    # A trailer begins with its keywords, which win over the header's.
    yield f"{'Keywords':<{_NAME_WIDTH}}: {_field(metadata.get('Keywords', ' '.join(keywords)))}"
    for name, value in metadata.items():
        if name != "Keywords" and _TRAILER_NAME.fullmatch(name):
            yield f"{name:<{_NAME_WIDTH}}: {_field(value)}"
    yield from ("", _NOTICE_RULE, "")


def _field(value: str) -> str:
    """A value that is verbatim, but in one line."""
    return value.replace("\n", " ").strip()


def _line(text: str) -> str:
    return " ".join(text.split())
