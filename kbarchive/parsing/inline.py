"""Reads what stands within blocks, by grammar/inline.lark: cross-references, applies-to entries, version lists.

Most strings come back again and again over an archive, so what was read is kept by string.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from kbarchive.article import AppliesTo, Version
from kbarchive.parsing.driver import Driver
from kbarchive.parsing.grammars import load_grammar, terminals

_ID = re.compile(r"Q([0-9]+)")
_SITE = re.compile(r"microsoft\.com/(?:kb|help)/([0-9]+)")
_LINK = re.compile(r"<LINK[^>\n]*>")
# What parts an id and the title it is cited under.
_BETWEEN = re.compile(r"(?:</LINK>)?(?:\s|<A0>)*(?:(?i:TITLED?)[ ]*:|[:,|\-])?(?:\s|<A0>)*")
_BRACKETS = re.compile(r"[()]")
_LISTED = re.compile(r"(?:\([^()]*\)|(?![ ]and[ ](?:[0-9]|Build))[^,(])+")
_VERSIONS_LABEL = re.compile(r",?[ ]+versions?[ ]+", re.IGNORECASE)
_RELATIONS = ("used with", "included with", "on platform(s)")


class Citation(NamedTuple):
    """A reference found in a text: the id, the title it is cited under, and where in the text it stands."""

    id: str
    title: str | None
    place: int


def find_citations(text: str) -> list[Citation]:
    """The cross-references of a text, in order."""
    found: list[Citation] = []
    for kind, start, end in _parse("references", text):
        if kind in ("LINKED", "ADDRESS"):
            site = _SITE.search(text, start, end)
            assert site is not None
            title = " ".join(text[text.index(")", start) + 1 : end].split()) if kind == "LINKED" else ""
            found.append(Citation(f"Q{site[1].lstrip('0') or '0'}", title or None, start))
        elif kind in ("CITED", "MENTION", "QUOTED"):
            link = _LINK.search(text, start, end)
            match = _ID.search(text, link.end() if link else start)
            assert match is not None
            title = " ".join(_BETWEEN.sub("", text[match.end() : end], count=1).split()).rstrip("| ")
            if kind == "QUOTED":
                title = title.strip('"').rstrip(",")  # the comma is the sentence's
            elif ")" in title and text.rfind("(", 0, start) > text.rfind(")", 0, start):
                title = _before_closing(title)
            found.append(Citation(f"Q{match[1].lstrip('0') or '0'}", title or None, match.start()))
    return found


def _before_closing(title: str) -> str:
    """A title up to the bracket that closes what was opened before the reference: what follows is the sentence's."""
    depth = 0
    for bracket in _BRACKETS.finditer(title):
        depth += 1 if bracket[0] == "(" else -1
        if depth < 0:
            return title[: bracket.start()].rstrip()
    return title


@lru_cache(maxsize=1000)
def read_versions(text: str, systems: str = "") -> tuple[Version, ...]:
    """PROD/VER: platforms with their versions; in columns parted by bars, `systems` has the platform of each."""
    found: list[tuple[str, list[str]]] = []
    columns = "|" in text
    platforms = [part.strip() for part in systems.split("|")] if columns else []
    fresh = True
    column = 0
    for kind, start, end in _parse("versions", text):
        if kind == "COLUMN":
            column += 1
            fresh = True
        elif kind == "PART":
            fresh = True
        elif kind == "PLATFORM":
            found.append((text[start : end - 1].strip(), []))
            fresh = False
        elif kind == "VERSION":
            if fresh:
                found.append((platforms[column] if column < len(platforms) else "", []))
                fresh = False
            found[-1][1].append(text[start:end])
    return tuple(Version(platform, tuple(versions)) for platform, versions in found)


@lru_cache(maxsize=1000)
def read_entry(text: str, inner: tuple[AppliesTo, ...] = ()) -> AppliesTo:
    """An applies-to entry, white space squeezed, with the entries nested in it."""
    name = ""
    versions: dict[str, None] = {}
    relation = None
    for kind, start, end in _parse("entry", text):
        piece = text[start:end]
        if kind == "NAME":
            name += piece
        elif kind == "RELATION":
            relation = next(known for known in _RELATIONS if known in piece)
        elif kind == "ALL":
            versions["ALL"] = None
        elif kind == "LAST_VERSION":
            versions[piece.strip()] = None
        elif kind == "VERSIONS":
            listed = _LISTED.findall(_VERSIONS_LABEL.sub("", piece, count=1))
            versions.update(dict.fromkeys(version.strip().removeprefix("and ") for version in listed))
    return AppliesTo(text, name.strip(" ,"), tuple(versions), relation, inner)


def _parse(rule: str, text: str) -> list[tuple[str, int, int]]:
    """The tokens of a text, each its type and where it starts and ends, parsed by a start rule of the inline grammar."""
    matches, driver = _machine(rule)
    tokens = [(match.lastgroup or "", match.start(), match.end()) for match in matches.finditer(text)]
    return driver.parse(tokens)[1]


@cache
def _machine(rule: str) -> tuple[re.Pattern[str], Driver]:
    """The terminals of a start rule as one alternation, and the driver of its parse table."""
    grammar = load_grammar("inline.lark", rule)
    alternation = "|".join(f"(?P<{terminal.name}>{terminal.pattern.to_regexp()})" for terminal in terminals(grammar))
    return re.compile(alternation), Driver(grammar, rule)
