"""What goes with every answer, and what is written down of it."""

from __future__ import annotations

import hashlib
import logging
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ACCESS = logging.getLogger("kbarchive.web.access")

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
    )
)
"""What a page allows a browser to load and to do: nothing that is not of its own host."""

_ALWAYS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",  # which counts in a header only, not in a page
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class SafeHeaders:
    """Adds the headers that keep a page to itself, and lets browsers keep what has not changed.

    A page is whole in one message, so that its ETag is the digest of it; static files have their own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match", "")
        held: list[Message] = []

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add(MutableHeaders(scope=message), scope)
                held.append(message)
                return
            if held:
                start = held.pop()
                if start["status"] == 200 and not message.get("more_body"):
                    _validate(start, message, known)
                await send(start)
            await send(message)

        await self._app(scope, receive, sending)


class AccessLog:
    """Writes down the method, the path, the status, and how long it took: not who asked, and not what was looked for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        start = time.perf_counter()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            took = round(1000 * (time.perf_counter() - start))
            path = scope.get("raw_path", b"").decode("ascii", "replace")
            ACCESS.info("%s %s %d %d ms", scope["method"], path, status, took)


def _add(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in _ALWAYS.items():
        headers[name] = value
    if scope["path"].startswith("/static/"):
        asked_by_digest = scope["query_string"].startswith(b"v=")
        headers["Cache-Control"] = "public, max-age=31536000, immutable" if asked_by_digest else "no-cache"
    elif "cache-control" not in headers:
        headers["Cache-Control"] = "no-cache"


def entity_tag(body: bytes) -> str:
    """The ETag of an answer; weak, because the bytes may be sent packed or not."""
    return f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'


def _validate(start: Message, message: Message, known: str) -> None:
    headers = MutableHeaders(scope=start)
    tag = headers.get("etag")
    if tag is None:
        tag = headers["ETag"] = entity_tag(message.get("body", b""))
    if tag.removeprefix("W/") in (part.strip().removeprefix("W/") for part in known.split(",")):
        start["status"] = 304
        message["body"] = b""
        for name in ("content-length", "content-type", "content-encoding"):
            if name in headers:
                del headers[name]
