"""The application: pages, what programs ask for, static files, and answers to what goes wrong."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import anyio.to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from kbarchive.search import Index
from kbarchive.web import machines, searching
from kbarchive.web.cache import Keeper
from kbarchive.web.generations import version_of
from kbarchive.web.headers import AccessLog, SafeHeaders
from kbarchive.web.limits import Limits
from kbarchive.web.page import routes
from kbarchive.web.pages import PAGES
from kbarchive.web.pool import Pool
from kbarchive.web.problems import HANDLERS, Guard
from kbarchive.web.rendering import STATIC


def create_app(
    opening: Callable[[], Index], limits: Limits | None = None, hosts: Sequence[str] = ("*",), folder: Path | None = None
) -> Starlette:
    """The archive as an ASGI application.

    `opening` opens the index; each reader, which is a process of its own, calls it, so that it must be a function that can
    be pickled: `functools.partial(kbarchive.open_index, folder)`. `hosts` are the names by which it may be asked for, so that
    no page of another site reads it by a name that leads here. `folder` is where the index lies: each request looks whether
    a build has put another in its place, which is then opened; without it the index that was opened first is served.
    """
    limits = limits or Limits()
    version = version_of(folder)
    pool = Pool(opening, version, limits.readers, limits.seconds)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await anyio.to_thread.run_sync(pool.start)
        pool.warm(searching.ready)
        yield
        pool.close()

    return Starlette(
        routes=[
            Mount("/static", StaticFiles(directory=STATIC)),
            *machines.routes(pool),
            *(route for page in PAGES for route in routes(page, pool)),
        ],
        middleware=[
            Middleware(AccessLog),
            Middleware(SafeHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
            Middleware(Keeper, size=limits.cache, version=version),
            Middleware(GZipMiddleware, minimum_size=600, compresslevel=5),
            Middleware(Guard),
        ],
        exception_handlers=dict(HANDLERS),
        lifespan=lifespan,
    )
