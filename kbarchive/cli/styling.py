"""The text of an article for a terminal: headings are bold, the articles that it cites stand out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

_BOLD, _CITED, _PLAIN = "\x1b[1m", "\x1b[36m", "\x1b[0m"
_ID = re.compile(r"\bQ\d+\b")
_RULE = re.compile(r"=+|-+")


def styled(text: str, cited: Collection[str]) -> str:
    """What `to_text` gives, with its title, its underlined headings and the ids in `cited` marked."""
    lines = text.split("\n")
    title = next((number for number, line in enumerate(lines) if _RULE.fullmatch(line)), 0)
    return "\n".join(_lines(lines, title, cited))


def _lines(lines: list[str], title: int, cited: Collection[str]) -> Iterator[str]:
    for number, (line, below) in enumerate(zip(lines, [*lines[1:], ""], strict=True)):
        if number < title or (len(line) == len(below) and _RULE.fullmatch(below) and not _RULE.fullmatch(line)):
            yield f"{_BOLD}{line}{_PLAIN}"
        else:
            yield _ID.sub(lambda match: f"{_CITED}{match[0]}{_PLAIN}" if match[0] in cited else match[0], line)
