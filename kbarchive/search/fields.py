"""The fields that a query may name, and what may be asked of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from kbarchive.index.analysis import query_terms
from kbarchive.index.values import HAS
from kbarchive.index.zones import SECTIONS
from kbarchive.search.nodes import Field, Fuzzy, Leaf, Near, Node, Phrase, Range, Wildcard, Word

TEXT: dict[str, tuple[str, ...]] = {
    "title": ("title",),
    "code": ("code",),
    "product": ("products", "applies_to"),
    "applies-to": ("applies_to",),
    **{kind: (kind,) for kind in SECTIONS},
}
"""Fields of text, and the zones of an article that they are: words, phrases, wildcards and words near one another are looked
for there."""

EXACT: tuple[str, ...] = ("collection", "keyword", "technology", "type", "platform", "version", "has")
"""Fields of values, which are found whole, in small or capital letters; a wildcard finds those that fit."""

NAMED: tuple[str, ...] = tuple(name for name in EXACT if name not in ("version", "has"))
"""Those of them whose values are names, which may be misspelt."""

PREFIXES: tuple[str, ...] = ("", "kb")
"""Values are asked for with or without what most keywords begin with: kberrmsg, errmsg."""

LINKS: tuple[str, ...] = ("cites", "citedby")
"""Fields whose value is the number of an article."""

RANGED: tuple[str, ...] = ("modified", "version")

NAMES: tuple[str, ...] = (*TEXT, *EXACT, *LINKS, "modified")

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_ARTICLE = re.compile(r"(?:Q|KB)?0*(\d{1,7})", re.IGNORECASE)
_LETTER = re.compile(r"[^\W_]")
_BETWEEN = re.compile(r"(.*?)\.\.(.*)")
_BOUND = re.compile(r"([<>]=?)(.+)")


def field_node(name: str, node: Leaf | Near) -> Node | str:
    """What is asked of a field, or a sentence that says why it cannot be."""
    if name in TEXT:
        if isinstance(node, Word | Phrase) and not query_terms(node.text):
            return f"{name}: wants a word"
        return Field(name, node)
    if isinstance(node, Near | Fuzzy):
        return f"{name}: holds values, which NEAR and ~ cannot be asked of"
    if name == "modified":
        text = node.pattern if isinstance(node, Wildcard) else node.text
        if bound := _bound(name, text):
            return Range(name, f">={bound}", f"<={bound}")
        return _no_such_date(text) or "modified: wants a date such as 1999, 1999-05 or 1999-05-12"
    if name in LINKS:
        match = None if isinstance(node, Wildcard) else _ARTICLE.fullmatch(node.text.strip())
        return Field(name, Word(f"Q{match[1]}")) if match else f"{name}: wants the number of an article"
    if isinstance(node, Word) and (not _LETTER.search(node.text) or node.text.endswith("*")):
        return f"{name}: wants a value; a pattern begins with two letters before its star"
    if name == "has" and (isinstance(node, Wildcard) or node.text.casefold() not in HAS):
        return f"has: knows {', '.join(HAS)}"
    return Field(name, node)


def range_node(name: str, text: str) -> Node | str:
    """A range of a field's values, written 1996..1999, 1996.., >=1999-05, or a sentence that says why it is none."""
    if name not in RANGED:
        return f"{name}: has no ranges"
    example = "1996..1999 or >=1999-05" if name == "modified" else "4.0..5.5 or >=5"
    problem = f"{name}: wants a range such as {example}"
    if name == "modified":
        problem = _no_such_date(*re.split(r"\.\.|[<>]=?", text)) or problem
    low = high = ""
    if between := _BETWEEN.fullmatch(text):
        ends = [_bound(name, end) if end else "" for end in between.groups()]
        if None in ends or not any(ends):
            return problem
        first, last = ends[0] or "", ends[1] or ""
        if first and last and bound_key(name, first) > bound_key(name, last):
            first, last = last, first
        low, high = first and f">={first}", last and f"<={last}"
    elif match := _BOUND.fullmatch(text):
        bound = _bound(name, match[2])
        if bound is None:
            return problem
        low, high = ("", match[1] + bound) if match[1].startswith("<") else (match[1] + bound, "")
    else:
        return problem
    return Range(name, low, high)


def within(node: Range) -> Callable[[tuple[int, ...]], bool]:
    """Tells of the key of a value whether it lies in a range. A bound that is a year or a month stands for all its days."""
    bounds = [(match[1], bound_key(node.name, match[2])) for match in map(_BOUND.fullmatch, (node.low, node.high)) if match]
    whole = node.name == "version"

    def fits(key: tuple[int, ...]) -> bool:
        return all(_compare(sign, key if whole else key[: len(bound)], bound) for sign, bound in bounds)

    return fits


def bound_key(name: str, value: str) -> tuple[int, ...]:
    """What values are compared by: the numbers of a date or a version; 5 and 5.0 are the same version. () for none."""
    numbers = [int(number) for number in re.findall(r"\d+", value if name == "modified" else _leading_number(value))]
    while name == "version" and len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _leading_number(value: str) -> str:
    match = _NUMBER.match(value)
    return match[0] if match else ""


def _no_such_date(*texts: str) -> str | None:
    """A sentence about the first of some texts that are in the form of a date and none."""
    wrong = next((text for text in texts if _DATE.fullmatch(text.strip()) and not _bound("modified", text)), None)
    return wrong and f"modified: there is no date {wrong.strip()}"


def _compare(sign: str, value: tuple[int, ...], bound: tuple[int, ...]) -> bool:
    match sign:
        case "<":
            return value < bound
        case "<=":
            return value <= bound
        case ">":
            return value > bound
        case _:
            return value >= bound


def _bound(name: str, text: str) -> str | None:
    """A date or a version as it is kept in the tree; None where the text is neither."""
    text = text.strip()
    if name == "version":
        # Python reads no number of thousands of digits, and no version has them.
        return text if len(text) <= 20 and _NUMBER.fullmatch(text) and text.isascii() else None
    match = _DATE.fullmatch(text) if text.isascii() else None
    if match is None:
        return None
    year, month, day = (int(part or 1) for part in match.groups())
    try:
        date(year, month, day)
    except ValueError:
        return None
    return "-".join(part.zfill(2) for part in match.groups() if part)
