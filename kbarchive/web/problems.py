"""Answers to what goes wrong: a page for people, a sentence as JSON for programs, never more than both need to know."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kbarchive.errors import KbArchiveError, UnknownArticleError
from kbarchive.web.errors import BusyError, NothingHereError
from kbarchive.web.openapi import Problem
from kbarchive.web.rendering import render

_LOG = logging.getLogger("kbarchive.web")

_TITLES = {
    400: "That cannot be asked",
    404: "Nothing here",
    405: "Only for reading",
    500: "Something broke",
    503: "Too much at once",
}
_WRITTEN = "".join(map(chr, range(33, 127)))
_AGAIN = {"Retry-After": "5"}

Handler = Callable[[Request, Any], Awaitable[Response]]


def answer(
    request: Request, status: int, reason: str, headers: Mapping[str, str] | None = None, last: str | None = None
) -> Response:
    """A problem, as JSON where JSON was asked for; `last` is the address of a last page."""
    if request.url.path.endswith(".json"):
        return Response(msgspec.json.encode(Problem(reason)), status, headers, "application/json")
    title = _TITLES.get(status, "That did not work")
    shown = render("problem.html", title=title, reason=reason, status=status, last=last)
    return Response(shown, status, headers, "text/html")


async def _not_there(request: Request, error: NothingHereError) -> Response:
    return answer(request, 404, str(error), last=error.last)


async def _unknown_article(request: Request, _: Exception) -> Response:
    # The library's message names the index's folder, which is nobody's business.
    return answer(request, 404, "The archive has no such article, or no such text of it.")


async def _wrong(request: Request, error: Exception) -> Response:
    return answer(request, 400, str(error))


async def _busy(request: Request, _: Exception) -> Response:
    return answer(request, 503, "This took too long, or too many ask at once. Please try again soon.", _AGAIN)


async def _broken(request: Request, error: Exception) -> Response:
    _LOG.error("%s", error)
    return answer(request, 500, "The archive cannot be read. Whoever runs it finds the reason in its log.")


async def _refused(request: Request, error: HTTPException) -> Response:
    reason = {404: "There is no page at this address.", 405: "Pages can be read, and nothing else."}
    return answer(request, error.status_code, reason.get(error.status_code, error.detail), error.headers)


HANDLERS: Mapping[Any, Handler] = {
    NothingHereError: _not_there,
    UnknownArticleError: _unknown_article,
    msgspec.ValidationError: _wrong,
    BusyError: _busy,
    KbArchiveError: _broken,
    HTTPException: _refused,
}


class Guard:
    """Answers an error of ours inside of what adds headers, and writes it down in one line.

    What may not stand in a query string as it is (RFC 3986) reaches no page: some servers hand it on.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False
        if scope["type"] == "http":
            scope["query_string"] = quote(scope["query_string"], safe=_WRITTEN).encode("ascii")

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            if started or scope["type"] != "http":
                raise
            where = error.__traceback__
            while where and where.tb_next:
                where = where.tb_next
            at = f" ({where.tb_frame.f_code.co_name}:{where.tb_lineno})" if where else ""
            _LOG.error("internal error: %s: %s%s", type(error).__name__, error, at)
            response = answer(Request(scope), 500, "This is an error of ours. It has been written down.")
            await response(scope, receive, send)
