"""A browser, and archives that are served to it. Where BROWSER_TESTS is "required", what is missing is an error, not a skip."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from benchmarks.first_search import OPTIONS, chromium, hosted
from kbarchive.index.build import build_sample
from kbarchive.site import build_site
from tests.commands import PATIENCE
from tests.searching import index_of
from tests.test_web_safety import planted

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PHONE, DESK = (360, 780), (1280, 900)
"""Sizes of windows."""


def missing(what: str) -> NoReturn:
    if os.environ.get("BROWSER_TESTS") == "required":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        missing("playwright is not installed: pip install -e '.[browser]'")
    path = chromium()
    if path is None:
        missing("there is no Chromium on the path, and CHROMIUM names none")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield launched
        launched.close()


def opened(browser: Browser, address: str, *, script: bool, size: tuple[int, int]) -> Iterator[Page]:
    """A page that asks nobody else for anything, and complains of nothing: so its policy refuses nothing."""
    width, height = size
    context = browser.new_context(
        base_url=f"{address}/", java_script_enabled=script, viewport={"width": width, "height": height}
    )
    context.set_default_timeout(60_000)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert asked
    assert [url for url in asked if not url.startswith(f"{address}/")] == []
    assert said == []


def jutting(page: Page) -> list[str]:
    """What is wider than the page: all of it that can be scrolled aside, parts of it that jut out into its margin."""
    found: list[str] = page.evaluate(
        """() => {
            const { scrollWidth, clientWidth } = document.documentElement;
            const main = document.querySelector("main"), margin = parseFloat(getComputedStyle(main).paddingRight);
            const edge = main.getBoundingClientRect().right - margin;
            const parts = document.querySelectorAll(".top > *, .top form > *, main > *, .article > *, .columns > *");
            const out = [...parts].filter((part) => part.getBoundingClientRect().right > edge + 1);
            return [...(scrollWidth > clientWidth ? ["the page"] : []), ...out.map((part) => part.outerHTML.slice(0, 80))];
        }"""
    )
    return found


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe-core, to be run in a page."""
    path = os.environ.get("AXE")
    if not path:
        missing("AXE does not name an axe.min.js: npm install axe-core")
    return Path(path).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the bundled sample, served."""
    folder = tmp_path_factory.mktemp("served") / "sample"
    build_sample(folder)
    with served(folder) as address:
        yield address


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of articles that mean no good, served."""
    folder = tmp_path_factory.mktemp("hostile")
    index_of(folder, planted()).close()
    with served(folder / "index") as address:
        yield address


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled sample as a site, in a folder of a folder."""
    folder = tmp_path_factory.mktemp("published") / "some" / "folder"
    build_site("sample", folder)
    return folder


@pytest.fixture(scope="session")
def published(site: Path) -> Iterator[str]:
    """The address of the bundled sample as a site, in a folder of a host of static files."""
    with hosted(site.parent.parent) as address:
        yield f"{address}/some/folder"


@pytest.fixture(scope="session")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site of articles that mean no good."""
    top = tmp_path_factory.mktemp("hostile-site")
    index_of(top, planted()).close()
    build_site(top / "index", top / "site")
    with hosted(top / "site") as address:
        yield address


@contextmanager
def served(index: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "kbarchive.cli.main", "serve", f"--index={index}", "--port=0", "--seconds=600"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        server.stderr.readline()
        address = server.stderr.readline().split()[2].rstrip("/")
        # The log is read to its end, or the server would wait for that.
        reading = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=server.stderr)
        yield address
        server.terminate()
        server.wait(PATIENCE)
        reading.wait(PATIENCE)
