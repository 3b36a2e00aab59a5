"""The site of static files in a browser: what a reader does there, the search above all."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote_plus

import pytest

from kbarchive.index.analysis import runs, word_terms
from kbarchive.search import open_index
from tests.browser.conftest import DESK, PHONE, jutting, opened
from tests.browser.test_everybody import violations
from tests.test_web_safety import ATTEMPTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def page(browser: Browser, published: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    yield from opened(browser, published, script=True, size=request.param)


@pytest.fixture
def scripted(browser: Browser, published: str) -> Iterator[Page]:
    yield from opened(browser, published, script=True, size=DESK)


@pytest.fixture
def plain(browser: Browser, published: str) -> Iterator[Page]:
    yield from opened(browser, published, script=False, size=DESK)


def search(page: Page, query: str) -> None:
    page.goto("./")
    page.get_by_label("Search the archive").fill(query)
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/search/?*")
    page.get_by_role("status").wait_for()


def found(page: Page) -> list[str]:
    page.locator(".hit").first.wait_for()
    return page.locator(".hit .id").all_inner_texts()


def test_from_a_query_to_an_article_and_what_it_points_to(page: Page) -> None:
    search(page, "relay not allowed")
    assert found(page)[0] == "Q206968"
    assert "Relay" in page.locator(".hit").first.locator("mark").all_inner_texts()
    page.locator(".hit").first.get_by_role("link").first.click()
    page.wait_for_url("**/kb/Q206968/")
    page.locator(".text").get_by_role("link", name="Q179289").first.click()
    page.wait_for_url("**/kb/Q179289/")
    page.get_by_role("link", name="Source text").click()
    page.wait_for_url("**/source/Q179289/")
    assert "DOCUMENT:Q179289" in page.locator("pre").inner_text()


def test_a_facet_narrows_down_and_is_taken_off(page: Page) -> None:
    search(page, "exchange")
    everything = page.get_by_role("status").inner_text()
    page.locator(".facets").wait_for(state="attached")
    if not page.locator(".facets ul").first.is_visible():
        page.get_by_text("Narrow down").click()
    page.locator(".facets").get_by_role("link", name="exchange", exact=True).click()
    page.wait_for_url("**f=collection%3Aexchange*")
    page.locator(".chips").wait_for()
    assert page.get_by_role("status").inner_text() != everything
    page.locator(".chips").get_by_role("link", name="collection: exchange").click()
    page.wait_for_url(lambda url: "f=" not in url)
    page.locator(".chips").wait_for(state="detached")
    page.get_by_role("status").wait_for()
    assert page.get_by_role("status").inner_text() == everything


def test_a_misspelt_word_an_excluded_one_and_a_value(scripted: Page) -> None:
    search(scripted, "relay alowed")
    assert found(scripted)[0] == "Q206968"
    assert "No article has “alowed”" in scripted.locator(".note").first.inner_text()
    search(scripted, "exchange -relay collection:exchange")
    left = found(scripted)
    assert left
    assert not {"Q206968", "Q179289"} & set(left)
    search(scripted, "zeppelin harmonica")
    assert scripted.get_by_role("status").inner_text() == "Nothing found"


def test_an_article_by_its_number(scripted: Page) -> None:
    for number in ("Q206968", "206968"):
        search(scripted, number)
        assert found(scripted)[0] == "Q206968"


def test_page_on_and_back(page: Page) -> None:
    search(page, "the")
    first = found(page)
    assert len(first) == 15
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**page=2*")
    assert not set(found(page)) & set(first)
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**page=3*")
    assert not set(found(page)) & set(first)
    page.go_back()
    page.go_back()
    assert found(page) == first


def test_by_keys_alone(scripted: Page) -> None:
    scripted.goto("kb/Q900012/")
    scripted.keyboard.press("/")
    scripted.keyboard.type("relay not allowed")
    scripted.keyboard.press("Enter")
    scripted.wait_for_url("**/search/?*")
    assert found(scripted)[0] == "Q206968"
    scripted.keyboard.press("/")
    scripted.keyboard.press("ArrowDown")
    scripted.keyboard.press("ArrowDown")
    scripted.keyboard.press("ArrowUp")
    scripted.keyboard.press("Enter")
    scripted.wait_for_url("**/kb/Q206968/")


def test_results_follow_the_query(scripted: Page) -> None:
    search(scripted, "exchange")
    scripted.locator("#q").fill("relay not allowed")
    scripted.wait_for_url("**q=relay+not+allowed*")
    scripted.locator(".hit", has_text="Q206968").first.wait_for()
    scripted.reload()
    assert found(scripted)[0] == "Q206968"


def test_without_a_script(plain: Page) -> None:
    plain.goto("./")
    assert "need JavaScript" in plain.locator("noscript").inner_text()
    plain.get_by_role("navigation", name="Site").get_by_role("link", name="Browse").click()
    plain.locator("main").get_by_role("link", name="Collections").first.click()
    plain.locator("main").get_by_role("link", name="exchange", exact=True).click()
    plain.wait_for_url("**/browse/collection/exchange/")
    assert plain.locator(".timeline svg").is_visible()
    plain.locator(".titles").get_by_role("link").first.click()
    plain.wait_for_url("**/kb/*/")


@pytest.mark.parametrize("address", ["./", "search/?q=exchange", "kb/Q206968/", "browse/product/", "help/", "source/Q206968/"])
def test_nothing_is_wider_than_the_screen(page: Page, address: str) -> None:
    page.goto(address)
    if "search" in address:
        page.locator(".facets").wait_for(state="attached")
    assert jutting(page) == []


@pytest.mark.parametrize("address", ["", "search/", "search/?q=relay+alowed&f=collection%3Aexchange", "kb/Q206968/", "help/"])
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_axe_finds_no_violation(
    browser: Browser, published: str, axe: str, address: str, scheme: Literal["light", "dark"], width: int
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(f"{published}/{address}")
    if "q=" in address:
        page.locator(".facets").wait_for(state="attached")
    seen = violations(page, axe)
    context.close()
    assert seen == []


def test_words_are_found_by_the_terms_of_the_index(scripted: Page) -> None:
    with open_index("sample") as index:
        text = " ".join(section.text for article in index.articles() for section in article.sections)
    odd = [
        "0x0000000A",
        "&H80040154",
        "C++",
        "C#",
        "CreateWindowExA",
        "don\u2019t",
        "Müller's",
        "WINNT4",
        "yes",
        "agreed",
        "at",
        "ing",
    ]
    words = sorted({word for run in runs(text) for word in re.findall(r"[^\W_]+", run)} | set(odd))
    assert len(words) > 4000
    scripted.goto("search/")
    given = scripted.evaluate(
        "async words => { const { terms } = await import('../static/words.js'); return words.map(terms); }", words
    )
    expected = [[term.decode() for term in word_terms(word)] for word in words]
    assert [pair for pair in zip(words, given, expected, strict=True) if pair[1] != pair[2]] == []


def test_words_of_a_phrase_are_marked_where_all_of_it_stands(scripted: Page) -> None:
    scripted.goto("search/")
    marked = scripted.evaluate(
        """async () => {
            const { snippet, tokens } = await import("../static/reading.js");
            const text = "You access the page; it may crash. An access violation follows.";
            const alternatives = [{ term: "crash", share: 1 }, { term: "=fault", share: 0.5 }];
            const phrases = new Map([["=fault", [["access", "violat"]]]]);
            const question = { concepts: [{ alternatives, rarity: 1 }], phrases };
            const { pieces } = snippet(tokens([{ zone: "body", heading: "", text }]), question);
            return pieces.filter(([, found]) => found).map(([word]) => word);
        }"""
    )
    assert marked == ["crash", "access", "violation"]


@pytest.mark.usefixtures("browser")
def test_what_a_first_search_fetches(site: Path) -> None:
    # In a process of its own, since Playwright runs once in each.
    command = [sys.executable, "-m", "benchmarks", "first-search", str(site), "--number", "1"]
    *_, median = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100).stdout.splitlines()
    requests, kilobytes = (int(cell) for cell in median.split("|")[4:6])
    assert 10 < requests < 70
    assert 50 < kilobytes < 400


def test_what_articles_and_queries_hold_does_not_run(browser: Browser, hostile_site: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    heard: list[str] = []
    page.on("dialog", lambda dialog: (heard.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(f"{hostile_site}/") else heard.append(request.url))
    for number, attempt in enumerate(ATTEMPTS, 950001):
        page.goto(f"{hostile_site}/kb/Q{number}/")
        for asked in (attempt, f"Q{number}"):
            page.goto(
                f"{hostile_site}/search/?q={quote_plus(asked)}&f=collection%3A{quote_plus(attempt)}&f=collection%3Aexchange"
            )
            page.get_by_role("status").wait_for()
            assert page.locator("script").count() == 1
            assert page.locator("main :is(script, iframe, object, img, style, base, form)").count() == 0
        page.goto(f"{hostile_site}/search/?q=Q{number}")
        page.locator(".hit").first.wait_for()
        assert page.locator("main :is(script, iframe, object, img, style, base, form)").count() == 0
    context.close()
    assert heard == []
