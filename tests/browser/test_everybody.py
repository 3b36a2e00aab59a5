"""Pages are for everybody, and only ours: axe-core finds no violation; what articles hold does not run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

import pytest

from tests.test_web_safety import ATTEMPTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGES = [
    "/",
    "/search",
    "/search?q=exchange",
    "/search?q=relay+alowed&f=collection%3Aexchange",
    "/search?q=zeppelin+harmonica",
    "/kb/Q206968",
    "/kb/Q900045",
    "/kb/Q900050",
    "/kb/Q900074",
    "/kb/Q900131?revision=2",
    "/source/Q206968",
    "/like/Q206968",
    "/browse",
    "/browse/product",
    "/browse/collection/exchange",
    "/help",
    "/health",
    "/nowhere",
]


def violations(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate("() => axe.run()")
    assert len(found["passes"]) > 10
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for violation in found["violations"]
        for node in violation["nodes"][:3]
    ]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_axe_finds_no_violation(
    browser: Browser, sample: str, axe: str, address: str, scheme: Literal["light", "dark"], width: int
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(f"{sample}{address}")
    found = violations(page, axe)
    context.close()
    assert found == []


def test_axe_finds_no_violation_while_typing(browser: Browser, sample: str, axe: str) -> None:
    page = browser.new_page()
    page.goto(f"{sample}/")
    page.locator("#q").press_sequentially("relay")
    page.get_by_role("option").first.wait_for()
    page.locator("#q").press("ArrowDown")
    found = violations(page, axe)
    page.close()
    assert found == []


def test_what_articles_and_queries_hold_does_not_run(browser: Browser, hostile: str) -> None:
    context = browser.new_context(base_url=hostile)
    page = context.new_page()
    heard: list[str] = []
    page.on("dialog", lambda dialog: (heard.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda message: heard.append(message.text) if "status of 4" not in message.text else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(f"{hostile}/") else heard.append(request.url))
    for number, attempt in enumerate(ATTEMPTS, 950001):
        asked = quote(attempt, safe="")
        for address in (f"/kb/Q{number}", f"/source/Q{number}", f"/search?q={asked}", f"/browse/keyword/{asked}"):
            page.goto(address)
            assert page.locator("script").count() == 1
            assert page.locator("main :is(script, iframe, object, img, style, base, form)").count() == 0
            assert page.url.startswith(hostile)
    # Also what is put into the page by its script.
    page.goto("/search?q=relay")
    for attempt in ATTEMPTS:
        page.locator("#q").fill(attempt)
        page.wait_for_timeout(250)
    assert page.locator("script").count() == 1
    context.close()
    assert heard == []
