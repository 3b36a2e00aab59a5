"""Reads YAML front matter: the facts between two rules of dashes at the beginning of a Markdown file."""

from __future__ import annotations

import re
from typing import Any

import yaml

_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_front_matter(text: str) -> tuple[dict[str, object], int] | None:
    """The values of a text's front matter, as YAML reads them, and where the body begins; None where there is none."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return None
    try:
        values = yaml.load(match[1], _Loader)  # noqa: S506 - a safe loader, the faster of the two
    except (yaml.YAMLError, ValueError, RecursionError):  # ValueError: a date such as 2001-99-99
        return None
    return ({str(name): value for name, value in values.items()}, match.end()) if isinstance(values, dict) else None
