"""What all tests share: no test sees the user's own index or cache, and articles are made up."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from kbarchive import build_index
from kbarchive.resources import resource_folder

# The same examples in every run, so that a run tells of the change at hand; HYPOTHESIS_PROFILE=explore looks for new ones.
# Without a deadline for each, or for the making of it: on a busy machine any may take long.
_UNHURRIED: Any = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("fixed", derandomize=True, **_UNHURRIED)
settings.register_profile("explore", derandomize=False, **_UNHURRIED)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

_ARTICLE = """\
DOCUMENT:Q{number}  12-MAY-1999  [exchange]
TITLE   :{title}
PRODUCT :Microsoft Exchange
PROD/VER:winnt:5.5
OPER/SYS:
KEYWORDS:kbmadeup

======================================================================
-------------------------------------------------------------------------------
The information in this article applies to:

 - Microsoft Exchange Server, version 5.5
-------------------------------------------------------------------------------

SYMPTOMS
========

Nothing is wrong with article number {number}. It was made up for a test.

Additional query words:

======================================================================
Keywords          : kbmadeup
Version           : winnt:5.5

=============================================================================
"""


@pytest.fixture(autouse=True)
def _nobodys_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.delenv("KBARCHIVE_INDEX", raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))


@pytest.fixture(scope="session")
def corpus_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an index of the sample's articles in the FTP form and as pages. Nobody changes it."""
    folder = tmp_path_factory.mktemp("corpus") / "index"
    corpus = resource_folder("corpus")
    build_index([corpus / "txt", corpus / "page"], folder, jobs=2)
    return folder


@pytest.fixture
def make_article() -> Callable[..., bytes]:
    """Gives the bytes of a made-up article in the FTP form."""

    def make(number: int = 900001, title: str = "A Made-Up Article") -> bytes:
        return _ARTICLE.format(number=number, title=title).encode("ascii")

    return make


@pytest.fixture
def article_folder(tmp_path: Path, make_article: Callable[..., bytes]) -> Path:
    """A folder of three articles and a file that is none, laid out like the archive."""
    folder = tmp_path / "txt"
    for number in (900001, 900002, 901000):
        place = folder / f"{number // 1000}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"Q{number}.TXT").write_bytes(make_article(number))
    (folder / "readme.md").write_text("No article at all.\n")
    return folder
