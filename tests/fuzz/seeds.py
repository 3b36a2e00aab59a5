"""What fuzzers begin with: the bundled corpus, the cases, and the real archive where KBARCHIVE_ARCHIVE names it."""

from __future__ import annotations

import os
from functools import cache
from itertools import islice

from kbarchive.resources import resource_folder
from kbarchive.sources import documents
from tests.test_cases import CASES, article_text, read_cases

_REAL = 200
_EACH = 150


@cache
def articles() -> dict[str, list[bytes]]:
    """Articles by the form that they are in; the cases, and those of the real archive, are groups of their own."""
    groups: dict[str, list[bytes]] = {}
    for document in documents(resource_folder("corpus")):
        folder = document.file.partition("/")[0]
        if "/" in document.file:
            groups.setdefault(folder, []).append(document.data)
    groups["cases"] = [article_text(case.source).encode() for path in sorted(CASES.glob("*.txt")) for case in read_cases(path)]
    real = os.environ.get("KBARCHIVE_ARCHIVE")
    if real:
        found = islice(documents(real, on_failure=lambda _: None), 0, _REAL * _EACH, _EACH)
        groups["archive"] = [document.data for document in found]
    return groups


def small() -> list[bytes]:
    """A few short articles in the FTP form."""
    return sorted(articles()["txt"], key=len)[:6]
