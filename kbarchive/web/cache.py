"""Answers that were made lately, as they are sent: what a generation of an index answers does not change."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kbarchive.web.generations import Version
from kbarchive.web.headers import entity_tag


class Answer(NamedTuple):
    """The headers of an answer and what follows them."""

    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class Asked(NamedTuple):
    """What an answer is to: of which generation, which address, what behind the question mark, and whether it is packed."""

    version: bytes
    path: bytes
    query: bytes
    packed: bool


class Cache:
    """Keeps answers up to a number of bytes; the one that was not asked for longest goes first. For one thread."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held = 0
        self._answers: OrderedDict[Asked, Answer] = OrderedDict()

    def get(self, asked: Asked) -> Answer | None:
        if asked not in self._answers:
            return None
        self._answers.move_to_end(asked)
        return self._answers[asked]

    def put(self, asked: Asked, answer: Answer) -> None:
        before = self._answers.pop(asked, None)
        self._held += _size(asked, answer) - (_size(asked, before) if before else 0)
        self._answers[asked] = answer
        while self._held > self._size:
            self._held -= _size(*self._answers.popitem(last=False))


class Keeper:
    """Answers from the cache what was answered before of the index as it is now. An answer is kept where it is whole, says
    nothing of the host that it was asked of, and may be kept at all; it gets its ETag here, once.
    """

    _UNKEPT = ("/health", "/robots.txt", "/sitemap", "/opensearch.xml", "/suggest/", "/static/")

    def __init__(self, app: ASGIApp, size: int, version: Version) -> None:
        self._app = app
        self._version = version
        self._cache = Cache(size)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].startswith(self._UNKEPT):
            await self._app(scope, receive, send)
            return
        packed = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        asked = Asked(self._version(), scope["raw_path"], scope["query_string"], packed)
        answer = self._cache.get(asked)
        if answer is not None:
            await send({"type": "http.response.start", "status": 200, "headers": list(answer.headers)})
            await send({"type": "http.response.body", "body": answer.body})
            return
        held: list[Message] = []

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                held.append(message)
                return
            if held:
                start = held.pop()
                headers = MutableHeaders(scope=start)
                if start["status"] == 200 and not message.get("more_body") and "cache-control" not in headers:
                    body = message.get("body", b"")
                    headers["ETag"] = entity_tag(body)
                    self._cache.put(asked, Answer(tuple(start["headers"]), body))
                await send(start)
            await send(message)

        await self._app(scope, receive, sending)


def _size(asked: Asked, answer: Answer) -> int:
    headers = sum(len(name) + len(value) for name, value in answer.headers)
    return len(asked.path) + len(asked.query) + headers + len(answer.body)
