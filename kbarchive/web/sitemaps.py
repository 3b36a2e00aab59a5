"""Sitemaps (https://www.sitemaps.org/protocol.html): an index of parts, and the addresses of articles in each part."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

PART = 10_000
"""Addresses in a part; 50,000 are allowed."""

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def number_of_parts(articles: int) -> int:
    return -(-articles // PART)


def index(base: str, parts: int) -> str:
    """The index of sitemap-1.xml and so on, below an address."""
    lines = (f"<sitemap><loc>{escape(base)}/sitemap-{part}.xml</loc></sitemap>\n" for part in range(1, parts + 1))
    return f'{_XML}<sitemapindex xmlns="{_NAMESPACE}">\n{"".join(lines)}</sitemapindex>\n'


def part(addresses: Iterable[tuple[str, str | None]]) -> str:
    """Whole addresses, each with the date of its last change (1999-05-12), where that is known."""
    lines = (
        f"<url><loc>{escape(address)}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</url>\n"
        for address, date in addresses
    )
    return f'{_XML}<urlset xmlns="{_NAMESPACE}">\n{"".join(lines)}</urlset>\n'
