"""A page: two addresses, one for people and one for programs, made from the same facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from kbarchive.errors import UnknownArticleError
from kbarchive.web import addresses, asked
from kbarchive.web.archive import Archive
from kbarchive.web.errors import MovedError, NothingHereError
from kbarchive.web.pool import Pool
from kbarchive.web.rendering import render


class _SomePath(PathConvertor):
    """As a path, which may have slashes, but not empty: else /kb would lead to /kb/, where there is nothing."""

    regex = ".+"


register_url_convertor("some", _SomePath())


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """`make` gives of what is asked (a struct of the kind `asked`) a struct of the kind `view`; `template` shows it."""

    path: str
    summary: str
    asked: type[msgspec.Struct]
    view: type[msgspec.Struct]
    make: Callable[[Archive, Any], Any]
    template: str

    @property
    def twin(self) -> str:
        return addresses.twin(self.path)


def routes(page: Page, pool: Pool) -> list[Route]:
    """The twin's route stands first: the path of a page may take any text."""

    async def as_json(request: Request) -> Response:
        wanted = asked.read(request, page.asked)
        try:
            return Response(await pool.run(_encoded, page, wanted), media_type="application/json")
        except MovedError as moved:
            path, _, query = moved.address.partition("?")
            return RedirectResponse(addresses.twin(path, query), 308)

    async def as_html(request: Request) -> Response:
        wanted = asked.read(request, page.asked)
        twin = addresses.twin(request.scope["raw_path"].decode("ascii").rstrip("/") or "/", request.url.query)
        try:
            return Response(await pool.run(_shown, page, wanted, twin), media_type="text/html")
        except MovedError as moved:
            return RedirectResponse(moved.address, 308)
        except (NothingHereError, UnknownArticleError):
            address = _without_slash(request)
            if address is None:
                raise
            return RedirectResponse(address, 308)

    return [Route(page.twin, as_json), Route(page.path, as_html)]


def _without_slash(request: Request) -> str | None:
    """The address without the slash at its end; None where it has none, or nothing but the kind of a page is left of it."""
    path: str = request.scope["raw_path"].decode("ascii")
    shorter = path.rstrip("/")
    if shorter == path or shorter.count("/") == 1:
        return None
    return shorter + (f"?{request.url.query}" if request.url.query else "")


def _encoded(archive: Archive, page: Page, wanted: msgspec.Struct) -> bytes:
    return msgspec.json.encode(page.make(archive, wanted))


def _shown(archive: Archive, page: Page, wanted: msgspec.Struct, twin: str) -> bytes:
    return render(page.template, view=page.make(archive, wanted), twin=twin).encode()
