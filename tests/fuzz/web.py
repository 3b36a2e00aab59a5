"""The web application: any path and any query string get an answer that is whole, safe, and tells nothing of the inside."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.applications import Starlette

from kbarchive.web import Limits, create_app
from tests.fuzz.query import sample
from tests.fuzz.query import seeds as queries
from tests.fuzz.target import BrokenError, Target
from tests.pages import harmless
from tests.test_web_safety import ATTEMPTS, TRAVERSALS

_STATUSES = {200, 302, 304, 307, 308, 400, 404, 405}
_SECRETS = (b"Traceback", b"root:x:", b"[metadata]")
_WORDS = [
    b"/search?q=", b"/kb/", b"/like/", b"/source/", b"/browse/", b"/browse/keyword/", b"/suggest.json?q=", b"/static/",
    b".json",
    b"/sitemap-1.xml", b"/random", b"/health", b"/help", b"&f=product:", b"&sort=date", b"&fold=0", b"&page=2", b"?revision=2",
    b"Q206968", b"%00", b"%2e%2e%2f", b"%ff", b"%ed%a0%80", b"%", b"//", b"/../", b"<script>", b'"', b"%0d%0aSet-Cookie:a=b",
    b"\nIf-None-Match: *", b"\nRange: bytes=0-1,2-3", b"\nHost: [::1", b"\nAccept-Encoding: gzip", b"\nTransfer-Encoding: x",
]  # fmt: skip


@cache
def _app() -> Starlette:
    return create_app(sample, Limits(seconds=600))  # a busy machine is no finding


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


class _Answer:
    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.body = b""

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = dict(message["headers"])
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


def _ask(data: bytes) -> tuple[str, _Answer]:
    """The first line is what is asked for, each further one a header. As a server does, but for refusing odd signs."""
    target, *lines = data.split(b"\n")
    raw, _, query = target.partition(b"?")
    if not raw.startswith(b"/"):
        raw = b"/" + raw
    raw = bytes(byte for byte in raw if 32 < byte < 127)
    path = unquote_to_bytes(raw).decode("utf-8", "replace")
    named = [line.partition(b":") for line in lines]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http", "path": path,
        "raw_path": raw, "query_string": query, "root_path": "", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        "headers": [(name.strip().lower(), value.strip()) for name, _, value in named if name.strip()],
    }  # fmt: skip
    answer = _Answer()

    asked = False

    async def receive() -> MutableMapping[str, Any]:
        nonlocal asked
        if asked:
            await asyncio.Event().wait()  # the client stays, and says no more
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    _loop().run_until_complete(_app()(scope, receive, answer.send))
    return path, answer


def holds(data: bytes) -> None:
    path, answer = _ask(data)
    if answer.status not in _STATUSES and not (path.startswith("/static") and answer.status in (206, 416)):
        raise BrokenError(f"status {answer.status}", path)
    if b"content-security-policy" not in answer.headers:
        raise BrokenError("an answer without a policy", path)
    if any(b"\n" in value or b"\r" in value for value in answer.headers.values()):
        raise BrokenError("a header of two lines", answer.headers)
    if any(secret in answer.body for secret in _SECRETS):
        raise BrokenError("a secret", path)
    kind = answer.headers.get(b"content-type", b"")
    if kind.startswith(b"text/html") and not answer.headers.get(b"content-encoding"):
        try:
            harmless(answer.body.decode())
        except AssertionError as error:
            raise BrokenError("a page that is not ours alone", error) from error
    elif kind.startswith(b"application/json") and not answer.headers.get(b"content-encoding"):
        json.loads(answer.body)


def seeds() -> dict[str, list[bytes]]:
    asked = [query.replace(b"%", b"%25").replace(b"&", b"%26").replace(b"#", b"%23") for query in queries()["cases"]]
    pages = [
        "/", "/index.json", "/search", "/search.json?q=relay&f=product:x&sort=date&fold=0&page=1", "/like/Q206968",
        "/kb/Q206968",
        "/kb/Q206968.json", "/kb/206968?revision=2", "/source/Q206968", "/browse", "/browse/keyword", "/browse/year/1999",
        "/browse/collection/exchange.json", "/help", "/health.json", "/random", "/robots.txt", "/sitemap.xml", "/sitemap-1.xml",
        "/opensearch.xml", "/openapi.json", "/suggest.json?q=rel", "/suggest/browser?q=rel", "/static/app.css?v=1",
    ]  # fmt: skip
    return {
        "pages": [page.encode() for page in pages],
        "queries": [b"/search?q=" + query for query in asked] + [b"/suggest.json?q=" + query for query in asked[::4]],
        "attempts": [b"/search?q=" + attempt.encode() for attempt in ATTEMPTS],
        "traversals": [attempt.encode() for attempt in TRAVERSALS],
    }


TARGET = Target(seeds, holds, _WORDS, ("kbarchive", "starlette"), seconds=2.0, seconds_per_kb=0.5, longest=4096)
