"""What the web application does with what means no good: in articles, in addresses, in queries; and with what takes long."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from kbarchive.index.reader import open_reader
from kbarchive.search import Index, open_index
from kbarchive.web import Limits
from tests.commands import PATIENCE
from tests.pages import asking, harmless
from tests.searching import article, index_of

# Each tries to run, to break out of where it stands, or to lead elsewhere.
ATTEMPTS = [
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</pre></code><script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href=javascript:alert(1)>Q206968</a>",
    "javascript:alert(1)",
    "<body onload=alert(1)>",
    "<base href=//elsewhere.example/>",
    "<meta http-equiv=refresh content=0;url=//elsewhere.example>",
    "<link rel=stylesheet href=//elsewhere.example/a.css>",
    "<style>*{display:none}</style>",
    "<form action=//elsewhere.example><button>",
    "<object data=data:text/html,x></object>",
    "<math><mi xlink:href=javascript:alert(1)>x",
    "<!-- <script>alert(1)</script> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "{{ 7 * 7 }}{% include 'home.html' %}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "\x1b]0;x\x07\x00<script\x0b>alert(1)</script\x0c>",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "\x9b<b>\x85\xa0</b>",
    "Q910001<script>alert(1)</script>Q910002",
    "<mark>\"'`</mark>",
]

TRAVERSALS = [
    "/static/../app.py",
    "/static/..%2Fapp.py",
    "/static/%2e%2e/app.py",
    "/static/%2e%2e%2f%2e%2e%2fsetup.cfg",
    "/static/..\\app.py",
    "/static//etc/passwd",
    "/static/%00",
    "/static/templates/../../app.py",
    "/kb/../../etc/passwd",
    "/kb/..%2F..%2Fetc%2Fpasswd",
    "/kb/%2Fetc%2Fpasswd",
    "/kb/206/..%2Fapp.py",
    "/kb/%00",
    "/kb/C:%5Cautoexec.bat",
    "/source/../../../etc/passwd",
    "/source/%2Fetc%2Fpasswd",
    "/source/file:%2F%2F%2Fetc%2Fpasswd",
    "/like/..%2F..",
    "/browse/collection/..%2F..%2Fetc%2Fpasswd",
    "/browse/../app.py",
]


def planted() -> dict[str, bytes]:
    """An article for each attempt, which stands in its title, its text and its program."""
    articles = {}
    for number, attempt in enumerate(ATTEMPTS, 950001):
        lines = " ".join(attempt.split("\n"))
        body = f"See Q950001 and {lines} here.\n\nNOTE: {lines}\n\n   {lines}\n\n - An item {lines}\n\nSee Q959999 {lines}"
        articles[f"Q{number}"] = article(number, f"Relay {lines}", {"SUMMARY": body, f"A {lines}": body}, query_words=lines)
    return articles


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("planted")
    index_of(folder, planted()).close()
    with asking(partial(open_index, folder / "index")) as client:
        yield client


@pytest.mark.parametrize("number", range(950001, 950001 + len(ATTEMPTS)))
def test_what_an_article_holds_is_text(web: TestClient, number: int) -> None:
    for address in (f"/kb/Q{number}", f"/source/Q{number}", f"/like/Q{number}", f"/search?q=Q{number}"):
        harmless(web.get(address).text)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_what_is_asked_is_text(web: TestClient, attempt: str) -> None:
    asked = quote(attempt, safe="")
    for address in (f"/search?q={asked}", f"/search?q=relay&f=product:{asked}", f"/search?q=relay&sort={asked}"):
        harmless(web.get(address).text)
    for address in (f"/kb/{asked}", f"/browse/keyword/{asked}", f"/browse/{asked}", f"/{asked}"):
        answer = web.get(address)
        assert answer.status_code in (400, 404)
        harmless(answer.text)


def test_the_first_pages_over_planted_articles(web: TestClient) -> None:
    for address in ("/", "/search?q=relay&fold=0", "/search?q=relay&page=2", "/browse", "/browse/keyword", "/browse/year/1999"):
        harmless(web.get(address).text)


@pytest.mark.parametrize("address", TRAVERSALS)
def test_no_address_leads_to_a_file(web: TestClient, address: str) -> None:
    answer = web.get(address)
    assert answer.status_code in (400, 404), answer.text
    for secret in ("root:", "import", "[metadata]"):
        assert secret not in answer.text


@pytest.mark.parametrize(
    "address", ["/", "/search?q=relay", "/kb/Q950001.json", "/nowhere", "/static/app.js", "/robots.txt", "/browse/x"]
)
def test_every_answer_keeps_to_itself(web: TestClient, address: str) -> None:
    headers = web.get(address).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"


def test_it_only_reads(web: TestClient) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = web.request(method, "/search")
        assert answer.status_code == 405
        harmless(answer.text)
    assert web.head("/kb/Q950001").status_code == 200


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/search.json?q=" + "a" * 1001, "q: at most 1,000 characters can be asked for."),
        ("/search.json?q=a&page=0", "page: a whole number from 1 to 50 is wanted."),
        ("/search.json?q=a&page=51", "page: a whole number from 1 to 50 is wanted."),
        ("/search.json?q=a&page=" + "9" * 40, "page: a whole number from 1 to 50 is wanted."),
        ("/search.json?q=a&page=-1", "page: a whole number from 1 to 50 is wanted."),
        ("/search.json?q=a&page=x", "page: a whole number from 1 to 50 is wanted."),
        ("/search.json?q=a&sort=size", "There is no sort 'size'; there are date, relevance."),
        ("/search.json?q=a&fold=perhaps", "fold: 1 or 0 is wanted."),
        (
            "/search.json?q=a" + "&f=year:1999" * 13,
            "f: at most 12 can be given; of each at most 400 characters can be asked for.",
        ),
        (
            "/search.json?q=a&f=product:" + "a" * 400,
            "f: at most 12 can be given; of each at most 400 characters can be asked for.",
        ),
        ("/kb/" + "Q" * 401 + ".json", "key: at most 400 characters can be asked for."),
        ("/kb/Q950001.json?revision=0", "revision: a whole number from 1 to 10,000 is wanted."),
        ("/suggest.json?q=" + "a" * 1001, "q: at most 1,000 characters can be asked for."),
    ],
)
def test_what_is_too_much_is_refused(web: TestClient, address: str, told: str) -> None:
    answer = web.get(address)
    assert (answer.status_code, answer.json()) == (400, {"error": told})
    assert web.get(address.replace(".json", "")).status_code == (404 if address.startswith("/suggest") else 400)


@pytest.mark.parametrize(
    "query", ["(" * 900, '"' * 999, "a* " * 300, "NEAR/3 " * 100, "x~ " * 300, "\ud800", "%", "title:" * 150]
)
def test_odd_queries_are_answered(web: TestClient, query: str) -> None:
    assert web.get(f"/search?q={quote(query.encode('utf-8', 'surrogatepass'))}").status_code == 200


def test_a_page_that_has_not_changed_is_not_sent_again(web: TestClient) -> None:
    first = web.get("/kb/Q950001")
    again = web.get("/kb/Q950001", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = web.get("/kb/Q950002", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200
    assert "immutable" in web.get("/static/app.css?v=1").headers["cache-control"]


def test_only_by_its_own_name(tmp_path: Path) -> None:
    index_of(tmp_path).close()
    with asking(partial(open_index, tmp_path / "index"), hosts=("localhost",)) as client:
        assert client.get("/", headers={"Host": "elsewhere.example"}).status_code == 400
        assert client.get("/", headers={"Host": "localhost:8380"}).status_code == 200


class _Slow(Index):
    """An index that finds nothing while there is a file `held` beside it."""

    def search(self, query: str, *arguments: object, **options: object) -> object:  # type: ignore[override]
        while query == "slow" and self.location and (self.location.parent / "held").exists():
            time.sleep(0.02)
        return super().search(query, *arguments, **options)  # type: ignore[arg-type]


def open_slow(folder: Path) -> Index:
    return _Slow(open_reader(folder), "slow")


def open_nothing() -> Index:
    raise RuntimeError("a secret")


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """A file that holds up the query `slow` of the index beside it."""
    index_of(tmp_path).close()
    path = tmp_path / "held"
    path.touch()
    return path


def test_a_slow_query_holds_up_no_other(held: Path) -> None:
    statuses: list[int] = []
    with asking(partial(open_slow, held.parent / "index"), Limits(seconds=PATIENCE, readers=2)) as client:
        waiting = threading.Thread(target=lambda: statuses.append(client.get("/search?q=slow").status_code))
        waiting.start()
        for number in range(5):
            assert client.get(f"/search?q=relay+{number}").status_code == 200
        assert statuses == []
        held.unlink()
        waiting.join()
    assert statuses == [200]


def test_a_search_that_takes_too_long_is_stopped(held: Path) -> None:
    # So long that a busy machine, too, answers the quick query within it.
    with asking(partial(open_slow, held.parent / "index"), Limits(seconds=3, readers=1)) as client:
        refused = client.get("/search?q=slow")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        # The reader that is started in the place of the one that was stopped may take longer than a request may.
        statuses = [client.get("/search?q=relay").status_code]
        while statuses[-1] == 503 and len(statuses) < 60:
            statuses.append(client.get("/search?q=relay").status_code)
    assert statuses[-1] == 200


def test_an_error_of_ours_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with asking(open_nothing) as client:
        answer = client.get("/search?q=relay")
    assert (answer.status_code, "secret" in answer.text) == (500, False)
    assert "content-security-policy" in answer.headers
    assert "internal error: RuntimeError: a secret" in caplog.text


def test_the_log_tells_neither_who_nor_what_for(web: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "kbarchive.web")
    web.get("/search?q=my+secret", headers={"User-Agent": "a-browser"})
    (line,) = [record.getMessage() for record in caplog.records if record.name.startswith("kbarchive.web")]
    assert line.startswith("GET /search 200 ")
    for personal in ("secret", "a-browser", "testclient"):
        assert personal not in line
