"""Looks through the pages of a site for links that lead nowhere."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable
from html import unescape
from pathlib import Path
from urllib.parse import unquote

_LINK = re.compile(r'(?<= )(?:href|src|action)="([^"#?]*)')
_ELSEWHERE = re.compile(r"[a-z]+:")


def links(target: Path, pages: Iterable[str]) -> tuple[int, dict[str, str]]:
    """How many links some pages of a site have, and the files that they lead to, each with a page that has the link."""
    found: dict[str, str] = {}
    number = 0
    for page in pages:
        counts = Counter(_LINK.findall((target / page).read_text(encoding="utf-8")))
        folder = posixpath.dirname(page)
        for link, count in counts.items():
            if link and not _ELSEWHERE.match(link):
                number += count
                found.setdefault(_file(folder, unquote(unescape(link))), page)
    return number, found


def _file(folder: str, link: str) -> str:
    """The file that a link in a folder leads to; a link from the top begins with a slash."""
    path = posixpath.normpath(posixpath.join("/", folder, link)).lstrip("/")
    return posixpath.join(path, "index.html") if not link or link.endswith("/") else path
