"""The first search of somebody who comes to a site (`kbarchive site`), in Chromium over loopback."""

from __future__ import annotations

import os
import shutil
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote_plus

from benchmarks.processes import cpu_of_all, family

if TYPE_CHECKING:
    from playwright.sync_api import BrowserType, Request

OPTIONS = """
    --no-first-run --disable-background-networking --disable-component-update --disable-sync --no-sandbox --disable-gpu
""".split()
"""Of Chromium: nothing is asked of anybody on the way."""

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_STARTING = 2000  # milliseconds in which a browser that was just started is let be
_QUERIES = (
    "relay not allowed",
    "exchange server crash",
    "print spooler error",
    "how to install windows nt 4.0",
    "outlook attachments",
    "STOP 0x0000000A",
    "dcom permissions",
)


class First(NamedTuple):
    """Seconds until there are hits, CPU seconds of the browser until there are facets, too; how much was fetched for it."""

    seconds: float
    cpu: float
    requests: int
    bytes: int


def chromium() -> str | None:
    """Where a Chromium is: what CHROMIUM names, else one on the path."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def hosted(folder: Path) -> Iterator[str]:
    """The address of a host of static files, as Python has one."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def measure_first_search(site: Path, number: int) -> str:
    """A table of so many first searches, each in a browser of its own with an empty cache, and their medians."""
    from playwright.sync_api import sync_playwright

    lines = ["| query | s | CPU s | requests | KB | load |", "|---|---|---|---|---|---|"]
    found = []
    with hosted(site) as address, sync_playwright() as playwright:
        for place in range(number):
            query = _QUERIES[place % len(_QUERIES)]
            load = os.getloadavg()[0]
            found.append(_first(playwright.chromium, f"{address}/search/?q={quote_plus(query)}"))
            lines.append(f"| {query} | {_cells(found[-1])} | {load:.1f} |")
    medians = First(*(statistics.median(column) for column in zip(*found, strict=True)))
    return "\n".join([*lines, f"| median | {_cells(medians)} | |"])


def _first(chromium_type: BrowserType, address: str) -> First:
    before = set(family(os.getpid()))
    browser = chromium_type.launch(executable_path=chromium(), args=OPTIONS)
    page = browser.new_page()
    page.goto("about:blank")
    page.wait_for_timeout(_STARTING)
    fetched: list[Request] = []
    page.on("requestfinished", lambda request: fetched.append(request))  # append itself has no signature
    cpu, start = cpu_of_all(_others(before)), time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(".hit").first.wait_for()
    seconds = time.perf_counter() - start
    page.locator(".facets").wait_for(state="attached")
    cpu = cpu_of_all(_others(before)) - cpu
    sizes = [request.sizes()["responseBodySize"] for request in fetched]
    browser.close()
    return First(seconds, cpu, len(sizes), sum(sizes))


def _others(before: set[int]) -> list[int]:
    return [process for process in family(os.getpid()) if process not in before]


def _cells(first: First) -> str:
    return f"{first.seconds:.2f} | {first.cpu:.2f} | {first.requests:.0f} | {first.bytes / 1000:.0f}"
