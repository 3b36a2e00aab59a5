"""A query as this language writes it, where it is written as in another search engine, or a field's name is misspelt.

Such a query is looked for as it stands: in a pasted text the same signs mean nothing. So what it may mean is only suggested.
"""

from __future__ import annotations

import re

from kbarchive.search.fields import NAMES
from kbarchive.search.slips import one_edit

# What fields are called elsewhere.
_ELSEWHERE = {"date": "modified", "year": "modified", "intitle": "title", "subject": "title"}

# Shorter names are one letter away from too much (mode, code), longer ones from none.
_SHORTEST, _LONGEST = 5, max(map(len, NAMES)) + 1

# Fields by their names without hyphens.
_JOINED = {name.replace("-", ""): name for name in NAMES}

_FIELD = re.compile(r"(?<![^\s(])(-?)([A-Za-z]{3,}(?:-[a-z]+)*):(?=[^\s:/\\])")
_APART = re.compile(rf"\A(\s*(?:{'|'.join(NAMES)}):)\s+(?=[\w\"(<>])")
_NEAR = re.compile(r"(?<=[\w\"])\s+NEAR\s+(?=[\w\"])")
_NEAR_HERE = " NEAR/10 "
_NOT = re.compile(r"(?<![^\s(])(?:AND\s+)?NOT\s+(?=[\w\"(])")
_AND = re.compile(r"(?<=\S)\s+AND\s+(?=[\w\"(-])")
# What a minus does not exclude, since it may be an option or a part of a message.
_MINUS = re.compile(r"(?<=\s)-(?=[^\W\d_]{2}|[^\W\d_]\S*[^\w\s])([^\s\"():]+)(?=[\s)]|\Z)")
_ARTICLE = re.compile(r"(?:Q|KB)\d{4,7}", re.IGNORECASE)
_EXCLUDED = re.compile(r"[^\W\d_]{3}[^\s\"=:/]*")
_SIGNS = re.compile(r'-"[^"]*"|\b(?:OR|NEAR(?:/\d+)?)\b')
_CAPITAL = re.compile(r"[A-Z]")

# Phrases stay as they are; each is one sign meanwhile, of those that Unicode leaves free.
_PHRASE = re.compile(r'"[^"]*"')
_FIRST, _LAST = 0xE000, 0xF8FF
_MASKED = re.compile(f'"[{chr(_FIRST)}-{chr(_LAST)}]"')


def translated(query: str) -> str:
    """The query with names of fields as they are (titel:relay, Title:relay, year:1999), a field beside its value (title: relay)
    where it comes first, and AND, NEAR, NOT and what is to be excluded (-SMTP) as they are written here; the same query where
    it has none of these.
    """
    phrases = _PHRASE.findall(query)
    if len(phrases) > _LAST - _FIRST:
        return query
    signs = map(chr, range(_FIRST, _LAST))
    masked = _translated(_PHRASE.sub(lambda _: f'"{next(signs)}"', query))
    return _MASKED.sub(lambda match: phrases[ord(match[0][1]) - _FIRST], masked)


def _translated(query: str) -> str:
    query = _APART.sub(r"\1", _FIELD.sub(_known_field, query))
    signed = _MINUS.sub(_quoted, _AND.sub(" ", _NOT.sub("-", query)))
    # A text with other capitals was pasted: Mail Is NOT Delivered.
    if signed != query and not _CAPITAL.search(_SIGNS.sub("", signed)):
        query = signed
    return _NEAR.sub(_NEAR_HERE, query)


def _quoted(match: re.Match[str]) -> str:
    """What is excluded, in quotes where a minus alone would not do."""
    word = match[1]
    plain = (_EXCLUDED.fullmatch(word) and not word.isupper()) or _ARTICLE.fullmatch(word)
    return match[0] if plain else f'-"{word}"'


def _known_field(match: re.Match[str]) -> str:
    minus, name = match.groups()
    small = name.lower()
    if known := _JOINED.get(small.replace("-", "")) or _ELSEWHERE.get(small):
        return f"{minus}{known}:"
    near = one_edit(small).intersection(NAMES) if _SHORTEST <= len(small) <= _LONGEST else set()
    return f"{minus}{near.pop()}:" if len(near) == 1 else match[0]
