"""Pages are valid HTML, by the Nu Html Checker of the W3C. https://validator.github.io/validator/"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.browser.conftest import missing
from tests.browser.test_everybody import PAGES
from tests.test_web_safety import planted

# Pages that lie in a folder are of no host, so that their policy would refuse what lies beside them.
_OF_NO_HOST = ".*Resource violates Content Security Policy.*"


@pytest.fixture(scope="module")
def checker() -> list[str]:
    jar, java = os.environ.get("VNU"), shutil.which("java")
    if not jar or not java:
        missing("VNU does not name a vnu.jar (npm install vnu-jar), or there is no Java")
    return [java, "-Xss4m", "-jar", jar, "--filterpattern", _OF_NO_HOST, "--skip-non-html"]


def _complaints(checker: list[str], *places: Path) -> list[str]:
    done = subprocess.run([*checker, *map(str, places)], capture_output=True, text=True, check=False, timeout=300)
    return done.stderr.splitlines()


def _fetched(folder: Path, addresses: Iterable[str]) -> None:
    for number, address in enumerate(addresses):
        try:
            with urlopen(address) as answer:  # noqa: S310 - ours
                text = answer.read()
        except HTTPError as error:  # which has a page, too
            text = error.read()
        (folder / f"{number}.html").write_bytes(text)


def test_the_checker_complains_of_what_is_wrong(checker: list[str], tmp_path: Path) -> None:
    (tmp_path / "wrong.html").write_text("<!DOCTYPE html><html lang=en><title>x</title><ul><p>No item.</ul>")
    assert any("not allowed as child" in line for line in _complaints(checker, tmp_path))


def test_all_pages_of_a_site(checker: list[str], site: Path) -> None:
    assert _complaints(checker, site) == []


def test_pages_that_are_served(checker: list[str], sample: str, tmp_path: Path) -> None:
    _fetched(tmp_path, (f"{sample}{address}" for address in PAGES))
    assert _complaints(checker, tmp_path) == []


def test_articles_that_mean_no_good(checker: list[str], hostile: str, tmp_path: Path) -> None:
    _fetched(tmp_path, (f"{hostile}/{kind}/{key}" for key in planted() for kind in ("kb", "source")))
    assert _complaints(checker, tmp_path) == []
