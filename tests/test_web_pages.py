"""The pages of the web application over the bundled sample, and the same facts as JSON."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import msgspec
import pytest
from starlette.testclient import TestClient

from kbarchive.article import Article
from kbarchive.search import Results
from kbarchive.web.pages import PAGES
from tests.pages import Page, asking_sample, words, words_of

ADDRESSES = [
    "/",
    "/search?q=relay+not+allowed",
    "/search",
    "/search?q=relay&f=collection%3Aexchange&sort=date&fold=0",
    "/search?q=zeppelin+harmonica",
    "/search?q=%22relay+not",
    "/kb/Q206968",
    "/kb/206/Q206968/",
    "/kb/Q900131?revision=2",
    "/source/Q206968",
    "/like/Q206968",
    "/browse",
    "/browse/product",
    "/browse/year",
    "/browse/collection/exchange",
    "/browse/product/Microsoft%20Exchange%20Server",
    "/help",
    "/health",
]


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with asking_sample(tmp_path_factory.mktemp("web")) as client:
        yield client


def page(web: TestClient, address: str, status: int = 200) -> Page:
    answer = web.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    return Page(answer.text)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_nests_has_one_heading_and_a_twin(web: TestClient, address: str) -> None:
    answer = web.get(address)
    shown = Page(answer.text)
    assert answer.status_code == 200
    assert len(answer.content) < 60_000
    assert len(shown.all("h1")) == 1
    assert shown.all("html") == [{"lang": "en"}]
    (twin,) = [link["href"] for link in shown.all("link") if link["rel"] == "alternate"]
    path, _, query = address.partition("?")
    assert twin == f"{path.rstrip('/') or '/'}.json" + (f"?{query}" if query else "")
    as_json = web.get(twin)
    assert (as_json.status_code, as_json.headers["content-type"]) == (200, "application/json")
    assert isinstance(as_json.json(), dict)


def test_no_page_leads_nowhere(web: TestClient) -> None:
    links = {link for address in ADDRESSES for link in page(web, address).links if not link.startswith("#")}
    assert len(links) > 250
    wrong = {link: answer.status_code for link in sorted(links) if (answer := web.get(link)).status_code != 200}
    assert wrong == {}


def test_every_article_of_the_sample_is_a_page_with_all_its_words(web: TestClient) -> None:
    parts = ET.fromstring(web.get("/sitemap-1.xml").content)  # noqa: S314 - ours
    addresses = [loc.text or "" for loc in parts.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(addresses) > 100
    for address in addresses:
        path = address.removeprefix("http://testserver")
        record = msgspec.convert(web.get(f"{path}.json").json()["article"], Article)
        assert words_of(record) <= words(" ".join(page(web, path).pieces)), path


def test_hits_facets_and_snippets(web: TestClient) -> None:
    shown = page(web, "/search?q=relay+not+allowed")
    assert "/kb/Q206968" in shown.links
    assert shown.all("mark")
    assert "/search?q=relay+not+allowed&f=collection%3Aexchange" in shown.links
    results = msgspec.convert(web.get("/search.json?q=relay+not+allowed").json()["results"], Results)
    assert results.hits[0].id == "Q206968"
    assert results.folded


@pytest.mark.parametrize("name", ["sort", "fold", "page", "nothing"])
def test_a_filter_that_reads_like_a_message_is_told_as_a_filter(web: TestClient, name: str) -> None:
    """Found by a reader: the place in the message was looked for in what the visitor had written."""
    answer = web.get("/search.json", params={"q": "lamp", "f": f"x - at `$.{name}`: y"})
    assert answer.status_code == 400
    assert "is no filter" in answer.json()["error"]


def test_filters_are_kept_and_taken_off(web: TestClient) -> None:
    everything = web.get("/search.json?q=exchange").json()["results"]["total"]
    filtered = web.get("/search.json?q=exchange&f=year:1999").json()
    assert filtered["filters"] == [{"facet": "year", "value": "1999"}]
    assert 0 < filtered["results"]["total"] < everything
    shown = page(web, "/search?q=exchange&f=year:1999")
    assert "/search?q=exchange" in shown.links
    assert {"type": "hidden", "name": "f", "value": "year:1999"} in shown.all("input")
    # A quote without a partner does not reach the filter.
    assert web.get('/search.json?q="exchange&f=year:1999').json()["results"]["total"] == filtered["results"]["total"]


def test_a_filter_is_written_as_kbsearch_writes_it_too(web: TestClient) -> None:
    for one, other in (
        ("year:1999", "modified:1999"),
        ("product:Microsoft Exchange Server", 'product:"Microsoft Exchange Server"'),
    ):
        found, same = (web.get("/search.json", params={"q": "relay", "f": text}).json() for text in (one, other))
        assert found == same
        assert found["filters"]


@pytest.mark.parametrize(
    "wrong",
    [
        *("collecton:exchange", "exchange", "year:", "", "modified: ", "date:1999", "product:..."),
        *("year:99", "year:1999-13", "year:1999..2000", "modified:>=2000", "year:*"),  # were looked for as words
    ],
)
def test_what_is_no_filter_is_told(web: TestClient, wrong: str) -> None:
    answer = web.get("/search.json", params={"q": "relay", "f": wrong})
    assert answer.status_code == 400
    assert "one of collection:, product:, keyword:, type:, year: is wanted" in answer.json()["error"]


def test_what_was_meant(web: TestClient) -> None:
    shown = page(web, "/search?q=relay+alowed&f=collection:exchange")
    assert "Did you mean relay allowed?" in shown.text
    assert "/search?q=relay+allowed&f=collection%3Aexchange" in shown.links


def test_what_is_odd_in_a_query_is_pointed_at(web: TestClient) -> None:
    asked = web.get("/search.json?q=exchange+(relay&f=year:1999").json()
    (odd,) = asked["diagnostics"]
    assert asked["q"][odd["start"] : odd["end"]] == "("
    assert "<code>(</code>" in web.get("/search?q=exchange+(relay&f=year:1999").text


def test_pages_of_hits(web: TestClient) -> None:
    first, second = (web.get(f"/search.json?q=type:kbinfo+OR+modified:>=1980&page={page}").json() for page in (1, 2))
    assert first["pages"] > 1
    assert second["results"]["hits"][0]["rank"] == 21
    shown = page(web, "/search?q=modified:>=1980&page=2")
    assert {"rel": "prev", "href": "/search?q=modified%3A%3E%3D1980"} in shown.all("a")
    assert {"rel": "next", "href": "/search?q=modified%3A%3E%3D1980&page=3"} in shown.all("a")
    assert {"class": "hits", "start": "21"} in shown.all("ol")
    pages = first["pages"]
    last = page(web, f"/search?q=type:kbinfo+OR+modified:>=1980&page={pages + 1}", 404)
    assert f"There are only {pages} pages." in last.text
    assert f"/search?q=type%3Akbinfo+OR+modified%3A%3E%3D1980&page={pages}" in last.links
    assert "There is only 1 page." in page(web, "/search?q=zeppelin+harmonica&page=2", 404).text
    assert web.get("/like/Q206968.json?page=50").status_code == 404


def test_the_newest_first(web: TestClient) -> None:
    newest = web.get("/search.json?q=exchange&sort=date").json()["results"]["hits"]
    dates = [hit["modified"] or "" for hit in newest]
    assert dates == sorted(dates, reverse=True)


def test_an_article(web: TestClient) -> None:
    shown = page(web, "/kb/Q206968")
    assert {"href": "/kb/Q179289"}.items() <= next(a for a in shown.all("a") if "title" in a).items()
    assert [link["href"] for link in shown.all("link") if link["rel"] == "canonical"] == ["/kb/Q206968"]
    assert {"/source/Q206968", "/like/Q206968", "/browse/collection/exchange"} <= set(shown.links)
    assert "12 May 1999" in shown.text
    assert shown.all("svg")
    assert {"id": "symptoms"} in shown.all("section")
    facts = web.get("/kb/Q206968.json").json()
    assert facts["article"]["id"] == "Q206968"
    assert [cited["id"] for cited in facts["cites"]] == ["Q179289"]
    assert "Q206968" in [citing["id"] for citing in web.get("/kb/Q179289.json").json()["cited_by"]]


def test_addresses_are_permanent(web: TestClient) -> None:
    for spelling in ("206968", "q206968", "KB206968", "0206968"):
        answer = web.get(f"/kb/{spelling}", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (308, "/kb/Q206968")
        as_json = web.get(f"/kb/{spelling}.json", follow_redirects=False)
        assert (as_json.status_code, as_json.headers["location"]) == (308, "/kb/Q206968.json")
    for address in ("/kb/Q206968", "/source/Q206968", "/like/Q206968", "/browse/collection", "/browse/collection/exchange"):
        answer = web.get(f"{address}/?page=1", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (308, f"{address}?page=1")
    for nowhere in ("/kb/", "/like//", "/kb/Q1/", "/browse/collection/nonesuch/"):
        assert web.get(nowhere).status_code == 404
    assert web.get("/kb/206/Q206968").text.count('<link rel="canonical" href="/kb/Q206968">') == 1


def test_older_texts(web: TestClient) -> None:
    newest, older = page(web, "/kb/Q900131"), page(web, "/kb/Q900131?revision=2")
    assert "/kb/Q900131?revision=2" in newest.links
    assert "This is an older text of the article." in older.text
    assert "/source/Q900131?revision=2" in older.links
    assert web.get("/kb/Q900131?revision=9").status_code == 404


def test_the_source(web: TestClient) -> None:
    assert "DOCUMENT:Q206968  12-MAY-1999  [exchange]" in page(web, "/source/Q206968").text
    assert web.get("/source/Q206968.json").json()["text"].startswith("DOCUMENT:Q206968")


def test_the_kind_of_a_page_alone_is_no_address(web: TestClient) -> None:
    """Found by an administrator: /kb led to /kb/, and there was nothing."""
    for address in ("/kb", "/kb/", "/like", "/like/", "/source", "/source/", "/kb.json"):
        assert web.get(address, follow_redirects=False).status_code == 404, address
    for address in ("/browse", "/search", "/help"):
        assert web.get(f"{address}/", follow_redirects=False).headers["Location"].endswith(address)


def test_browsing(web: TestClient) -> None:
    shown = page(web, "/browse/collection/exchange")
    assert {"/browse/year/1999", "/kb/Q206968", "/search?q=&f=collection%3Aexchange"} <= set(shown.links)
    assert len(shown.all("rect")) > 1
    facts = web.get("/browse/collection/exchange.json").json()
    assert sum(facts["months"].values()) == facts["articles"]
    assert web.get("/browse/collection/nonesuch").status_code == 404
    assert web.get("/browse/product?page=50").status_code == 404
    assert (
        "There is no facet 'colour'; there are collection, keyword, product, type, year."
        in page(web, "/browse/colour", 400).text
    )


def test_suggestions(web: TestClient) -> None:
    found = web.get("/suggest.json?q=relay+not+allo").json()["suggestions"]
    assert ("article", "/kb/Q206968") in [(entry["kind"], entry["address"]) for entry in found]
    assert "collection:exchange" in [entry["text"] for entry in web.get("/suggest.json?q=collection:ex").json()["suggestions"]]
    assert web.get("/suggest.json?q=").json()["suggestions"] == []
    answer = web.get("/suggest/browser?q=relay")
    query, texts, details, addresses = answer.json()
    assert answer.headers["content-type"] == "application/x-suggestions+json"
    assert query == "relay"
    assert len(texts) == len(details) == len(addresses) > 0


def test_what_programs_ask_for(web: TestClient) -> None:
    assert "Sitemap: http://testserver/sitemap.xml" in web.get("/robots.txt").text
    assert "http://testserver/sitemap-1.xml" in web.get("/sitemap.xml").text
    for part in ("2", "0", "-1", "1.0", "9" * 30, "9" * 5000):
        assert web.get(f"/sitemap-{part}.xml").status_code == 404
    plugin = ET.fromstring(web.get("/opensearch.xml").content)  # noqa: S314 - ours
    assert plugin.tag.endswith("OpenSearchDescription")
    assert web.get("/health.json").json()["status"] == "ok"
    assert web.get("/random").url.path.startswith("/kb/")
    assert web.get("/random.json").json()["article"]["key"]


def test_openapi_describes_every_page(web: TestClient) -> None:
    told = web.get("/openapi.json").json()
    assert set(told["paths"]) == {re.sub(r":\w+", "", page.twin) for page in PAGES} | {"/suggest.json"}
    references = set(re.findall(r'"#/components/schemas/(\w+)"', web.get("/openapi.json").text.replace(" ", "")))
    assert references == set(told["components"]["schemas"])
    (key,) = [wanted for wanted in told["paths"]["/kb/{key}.json"]["get"]["parameters"] if wanted["in"] == "path"]
    assert (key["name"], key["required"]) == ("key", True)


def test_problems_are_told(web: TestClient) -> None:
    assert "The archive has no such article" in page(web, "/kb/Q1", 404).text
    assert "There is no page at this address." in page(web, "/nowhere", 404).text
    assert web.get("/nowhere.json").json() == {"error": "There is no page at this address."}
    assert web.get("/kb/Q1.json").status_code == 404
