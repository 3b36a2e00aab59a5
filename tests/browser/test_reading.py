"""What a reader does: with and without JavaScript, on a phone and on a desk, with a mouse and by keys alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import DESK, PHONE, jutting, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(
    params=[(True, DESK), (True, PHONE), (False, DESK), (False, PHONE)],
    ids=["script-desk", "script-phone", "plain-desk", "plain-phone"],
)
def page(browser: Browser, sample: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    script, size = request.param
    yield from opened(browser, sample, script=script, size=size)


@pytest.fixture
def scripted(browser: Browser, sample: str) -> Iterator[Page]:
    yield from opened(browser, sample, script=True, size=DESK)


@pytest.fixture
def plain(browser: Browser, sample: str) -> Iterator[Page]:
    yield from opened(browser, sample, script=False, size=DESK)


def search(page: Page, query: str) -> None:
    page.goto("/")
    page.get_by_label("Search the archive").fill(query)
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/search?*")


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def test_from_a_query_to_an_article_and_what_it_points_to(page: Page) -> None:
    search(page, "relay not allowed")
    page.locator(".hit").first.get_by_role("link").first.click()
    page.wait_for_url("**/kb/Q206968")
    assert "Relay Not Allowed" in heading(page)
    page.locator(".text").get_by_role("link", name="Q179289").first.click()
    page.wait_for_url("**/kb/Q179289")
    assert page.locator("#cited-by").inner_text()
    page.locator(".links").get_by_role("link", name=re.compile("Relay Not Allowed")).click()
    page.wait_for_url("**/kb/Q206968")
    page.get_by_role("link", name="Source text").click()
    page.wait_for_url("**/source/Q206968")
    assert "DOCUMENT:Q206968" in page.locator("pre").inner_text()


def test_a_facet_narrows_down_and_is_taken_off(page: Page) -> None:
    search(page, "exchange")
    everything = page.get_by_role("status").inner_text()
    if not page.locator(".facets ul").first.is_visible():
        page.get_by_text("Narrow down").click()
    page.locator(".facets").get_by_role("link", name="exchange", exact=True).click()
    page.wait_for_url("**f=collection%3Aexchange*")
    assert page.get_by_role("status").inner_text() != everything
    page.locator(".chips").get_by_role("link", name="collection: exchange").click()
    page.wait_for_url(lambda url: "f=" not in url)
    assert page.get_by_role("status").inner_text() == everything


def test_a_misspelt_word(page: Page) -> None:
    search(page, "relay alowed")
    page.locator(".meant").get_by_role("link").click()
    page.wait_for_url("**q=relay+allowed*")
    assert page.get_by_label("Search the archive").input_value() == "relay allowed"
    assert page.locator(".hit").first.locator(".id").inner_text() == "Q206968"


def test_page_on_and_back(page: Page) -> None:
    search(page, "modified:>=1980")
    first = page.locator(".hit .id").first.inner_text()
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**page=2*")
    assert page.locator(".hit .id").first.inner_text() != first
    page.get_by_role("link", name="Previous").click()
    page.wait_for_url(lambda url: "page=" not in url)
    assert page.locator(".hit .id").first.inner_text() == first


def test_the_newest_first_and_similar_ones(page: Page) -> None:
    search(page, "exchange")
    page.get_by_role("link", name="newest first").click()
    page.wait_for_url("**sort=date*")
    page.get_by_role("link", name=re.compile("^Articles similar")).first.click()
    page.wait_for_url("**/like/*")
    assert page.locator(".hit").count() > 0


def test_browse_to_an_article(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Browse").click()
    page.locator("main").get_by_role("link", name="Collections").first.click()
    page.locator("main").get_by_role("link", name="exchange", exact=True).click()
    page.wait_for_url("**/browse/collection/exchange")
    assert page.locator(".timeline svg").is_visible()
    page.locator(".titles").get_by_role("link").first.click()
    page.wait_for_url("**/kb/*")


@pytest.mark.parametrize(
    "address", ["/", "/search?q=exchange", "/kb/Q206968", "/kb/Q900045", "/browse/product", "/help", "/source/Q206968"]
)
def test_nothing_is_wider_than_the_screen(page: Page, address: str) -> None:
    page.goto(address)
    assert jutting(page) == []


def test_by_keys_with_suggestions(scripted: Page) -> None:
    scripted.goto("/kb/Q900012")
    scripted.keyboard.press("/")
    scripted.keyboard.type("relay not allo")
    scripted.get_by_role("option").first.wait_for()
    scripted.keyboard.press("ArrowDown")
    chosen = scripted.locator("[role=option][aria-selected=true]")
    assert scripted.locator("#q").get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    assert "Relay Not Allowed" in chosen.inner_text()
    scripted.keyboard.press("Enter")
    scripted.wait_for_url("**/kb/Q206968")


def test_suggestions_go_round_and_away(scripted: Page) -> None:
    scripted.goto("/")
    box = scripted.locator("#q")
    box.press_sequentially("coll")
    scripted.get_by_role("option", name="collection:").wait_for()
    box.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") == scripted.get_by_role("option").last.get_attribute("id")
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") is None
    box.press("ArrowDown")
    box.press("Enter")
    assert box.input_value() == "collection:"
    scripted.get_by_role("option", name="collection:exchange").wait_for()
    box.press("Escape")
    assert scripted.get_by_role("option").count() == 0


def test_by_keys_through_the_hits(scripted: Page) -> None:
    scripted.goto("/")
    scripted.keyboard.press("/")
    scripted.keyboard.type("exchange relay")
    scripted.keyboard.press("Enter")
    scripted.wait_for_url("**/search?*")
    scripted.keyboard.press("/")
    scripted.keyboard.press("ArrowDown")
    scripted.keyboard.press("ArrowDown")
    second = scripted.locator(".hit a").nth(0).evaluate("() => document.activeElement.getAttribute('href')")
    assert second == scripted.locator(".hit h2 a").nth(1).get_attribute("href")
    scripted.keyboard.press("ArrowUp")
    scripted.keyboard.press("Enter")
    scripted.wait_for_url("**/kb/*")


def test_by_keys_without_a_script(plain: Page) -> None:
    plain.goto("/")
    for _ in range(3):  # past the link to the text and the name
        plain.keyboard.press("Tab")
    plain.keyboard.type("relay not allowed")
    plain.keyboard.press("Enter")
    plain.wait_for_url("**/search?*")
    for _ in range(40):
        plain.keyboard.press("Tab")
        if plain.locator(".hit h2 a:focus").count():
            break
    plain.keyboard.press("Enter")
    plain.wait_for_url("**/kb/Q206968")


def test_results_follow_the_query(scripted: Page) -> None:
    scripted.goto("/search?q=exchange&f=year%3A1999")
    before = scripted.get_by_role("status").inner_text()
    scripted.locator("#q").fill("relay not allowed")
    scripted.wait_for_url("**q=relay+not+allowed*")
    assert "f=year%3A1999" in scripted.url
    assert scripted.get_by_role("status").inner_text() != before
    assert scripted.locator(".hit .id").first.inner_text() == "Q206968"
    scripted.reload()
    assert scripted.locator(".hit .id").first.inner_text() == "Q206968"
