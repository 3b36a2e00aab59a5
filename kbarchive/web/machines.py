"""What programs ask for: robots.txt, the sitemap, OpenSearch, OpenAPI, suggestions."""

from __future__ import annotations

import random
from html import escape
from itertools import islice

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from kbarchive.web import addresses, asked, searching, sitemaps
from kbarchive.web.archive import Archive
from kbarchive.web.errors import NothingHereError
from kbarchive.web.openapi import SUGGEST, description
from kbarchive.web.pool import Pool

_RANDOM = "/random"
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def routes(pool: Pool) -> list[Route]:
    async def robots(request: Request) -> Response:
        refused = "".join(f"Disallow: {path}\n" for path in ("/search", "/like/", "/suggest", "/random"))
        return Response(f"User-agent: *\n{refused}\nSitemap: {_base(request)}/sitemap.xml\n", media_type="text/plain")

    async def sitemap(request: Request) -> Response:
        parts = await pool.run(_number_of_parts)
        return _xml(sitemaps.index(_base(request), parts))

    async def sitemap_part(request: Request) -> Response:
        part, base = request.path_params["part"], _base(request)
        return _xml(await pool.run(_addresses, part, base))

    async def opensearch(request: Request) -> Response:
        return Response(_opensearch(_base(request)), media_type="application/opensearchdescription+xml")

    async def openapi(_: Request) -> Response:
        return Response(msgspec.json.format(msgspec.json.encode(description())), media_type="application/json")

    async def suggest(request: Request) -> Response:
        typed = asked.read(request, asked.Typed)
        found = await pool.run(searching.suggest, typed)
        return Response(msgspec.json.encode(found), media_type="application/json")

    async def suggest_to_browsers(request: Request) -> Response:
        typed, base = asked.read(request, asked.Typed), _base(request)
        found = (await pool.run(searching.suggest, typed)).suggestions
        columns = ([s.text for s in found], [s.detail for s in found], [base + s.address for s in found])
        return Response(msgspec.json.encode([typed.q, *columns]), media_type="application/x-suggestions+json")

    async def at_random(request: Request) -> Response:
        address = addresses.article(await pool.run(_at_random))
        as_json = request.url.path == addresses.twin(_RANDOM)
        response = RedirectResponse(addresses.twin(address) if as_json else address, 302)
        response.headers["Cache-Control"] = "no-store"
        return response

    return [
        Route("/robots.txt", robots),
        Route("/sitemap.xml", sitemap),
        Route("/sitemap-{part}.xml", sitemap_part),
        Route("/opensearch.xml", opensearch),
        Route("/openapi.json", openapi),
        Route(SUGGEST.twin, suggest),
        Route("/suggest/browser", suggest_to_browsers),
        Route(addresses.twin(_RANDOM), at_random),
        Route(_RANDOM, at_random),
    ]


def _number_of_parts(archive: Archive) -> int:
    return sitemaps.number_of_parts(len(archive.dates))


def _at_random(archive: Archive) -> str:
    if not archive.dates:
        raise NothingHereError("the archive has no article")
    number = random.randrange(len(archive.dates))  # noqa: S311 - no secret
    return next(islice(archive.dates, number, None))


def _addresses(archive: Archive, part: str, base: str) -> str:
    parts = [str(number + 1) for number in range(_number_of_parts(archive))]
    if part not in parts:  # as it is written: a number may have so many digits that it is none
        raise NothingHereError("the sitemap has no such part")
    start = sitemaps.PART * parts.index(part)
    dated = islice(archive.dates.items(), start, start + sitemaps.PART)
    return sitemaps.part((base + addresses.article(key), date) for key, date in dated)


def _opensearch(base: str) -> str:
    """https://github.com/dewitt/opensearch/blob/master/opensearch-1-1-draft-6.md"""
    base = escape(base)
    return (
        f'{_XML}<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">\n'
        "<ShortName>kbarchive</ShortName>\n"
        "<Description>Search the early Microsoft KnowledgeBase</Description>\n"
        "<InputEncoding>UTF-8</InputEncoding>\n"
        f'<Image width="16" height="16" type="image/svg+xml">{base}/static/icon.svg</Image>\n'
        f'<Url type="text/html" template="{base}/search?q={{searchTerms}}"/>\n'
        f'<Url type="application/x-suggestions+json" template="{base}/suggest/browser?q={{searchTerms}}"/>\n'
        f'<Url type="application/opensearchdescription+xml" rel="self" template="{base}/opensearch.xml"/>\n'
        "</OpenSearchDescription>\n"
    )


def _xml(text: str) -> Response:
    return Response(text, media_type="application/xml")


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")
