"""A page: two addresses, one for people and one for programs, made from the same facts."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from kbarchive.web import addresses, asked
from kbarchive.web.archive import Archive
from kbarchive.web.cache import Cache
from kbarchive.web.errors import MovedError
from kbarchive.web.pool import Pool
from kbarchive.web.rendering import render


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


def routes(page: Page, pool: Pool, cache: Cache) -> list[Route]:
    """The twin's route stands first: the path of a page may take any text."""

    async def answer(asked_for: Hashable, make: Callable[[Archive], bytes]) -> bytes:
        made = cache.get(asked_for)
        if made is None:
            made = await pool.run(make)
            cache.put(asked_for, made)
        return made

    async def as_json(request: Request) -> Response:
        wanted = asked.read(request, page.asked)
        try:
            data = await answer((page.twin, wanted), lambda archive: msgspec.json.encode(page.make(archive, wanted)))
        except MovedError as moved:
            path, _, query = moved.address.partition("?")
            return RedirectResponse(addresses.twin(path, query), 308)
        return Response(data, media_type="application/json")

    async def as_html(request: Request) -> Response:
        wanted = asked.read(request, page.asked)
        twin = addresses.twin(request.scope["raw_path"].decode("ascii").rstrip("/") or "/", request.url.query)
        try:
            text = await answer(
                (page.path, wanted, twin),
                lambda archive: render(page.template, view=page.make(archive, wanted), twin=twin).encode(),
            )
        except MovedError as moved:
            return RedirectResponse(moved.address, 308)
        return Response(text, media_type="text/html")

    return [Route(page.twin, as_json), Route(page.path, as_html)]
