"""What every site has, whatever its articles: style sheet, scripts, the page of the search, and what crawlers ask for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from kbarchive.site.places import whole
from kbarchive.site.work import Task
from kbarchive.web import addresses, sitemaps
from kbarchive.web.archive import Archive
from kbarchive.web.rendering import STATIC

_OWN = Path(__file__).parent / "static"
_SHARED = ("app.css", "icon.svg", "keys.js")


def fixtures(archive: Archive, task: Task, base_url: str) -> Iterator[tuple[str, bytes]]:
    """Files and what is in them. Sitemaps want whole addresses, so that there are none without a base."""
    modules = sorted(_OWN.glob("*.js"))
    for path in (*(STATIC / name for name in _SHARED), *modules):
        yield f"static/{path.name}", path.read_bytes()
    # The modules that modules import are told at once, so that they are fetched side by side.
    names = [*(name for name in _SHARED if name.endswith(".js")), *(path.name for path in modules)]
    yield "search/index.html", task.show("find.html", "search/index.html", modules=names)
    reason = "There is no page at this address."
    yield (
        "404.html",
        task.show("problem.html", "404.html", anywhere=True, title="Nothing here", reason=reason, status=404, last=None),
    )
    # Hosts that take a site for the source of one leave it alone where they find this.
    yield ".nojekyll", b""
    rules = "User-agent: *\nDisallow:\n"
    if base_url:
        number = sitemaps.number_of_parts(len(archive.dates))
        yield "sitemap.xml", sitemaps.index(base_url.rstrip("/"), number).encode()
        for part in range(number):
            dated = islice(archive.dates.items(), sitemaps.PART * part, sitemaps.PART * (part + 1))
            found = ((whole(addresses.article(key), base_url), date) for key, date in dated)
            yield f"sitemap-{part + 1}.xml", sitemaps.part(found).encode()
        rules += f"\nSitemap: {base_url.rstrip('/')}/sitemap.xml\n"
    yield "robots.txt", rules.encode()
