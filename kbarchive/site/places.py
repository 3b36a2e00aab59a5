"""Where the page of an address lies in a site, and what an address is from there: relative, so that a site may lie anywhere."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from html import escape, unescape
from urllib.parse import parse_qsl, quote, unquote

_ADDRESS = re.compile(r'(?<= )(href|src|action)="(/[^"]*)"')
_CANONICAL = re.compile(r'(<link rel="canonical" href=)"(/[^"]*)"')

# Of an address, after how many parts the rest is one name, whatever slashes it has.
_DEPTHS = {"kb": 1, "source": 1, "browse": 2}

# Names that stay as they are. The others may hold what Windows or a host does not take in a name, differ from another by case
# alone, be a device of Windows or that of a further page, and get a digest.
_ID = re.compile(r"Q\d+")
_PLAIN = re.compile(r"(?!q\d|page-|revision-|(?:con|prn|aux|nul|com\d|lpt\d)$)[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")
_ODD = re.compile(r"[^a-z0-9]+")
_LONGEST = 60

_REMEMBERED = 20_000  # addresses; those of collections and keywords are met again and again


def name(text: str) -> str:
    """A name of a folder for a key or value: itself where that is plain, else its letters and some of its digest."""
    if _ID.fullmatch(text) or _PLAIN.fullmatch(text):
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{_ODD.sub('-', text.lower())[:_LONGEST].strip('-')}-{digest}".lstrip("-")


@lru_cache(_REMEMBERED)
def place(address: str) -> str:
    """The file of an address, from the top of the site: kb/Q206968/index.html."""
    path, _, query = address.partition("?")
    parts = path[1:].split("/")
    if (len(parts) > 1 and parts[0] in ("static", "search")) or (len(parts) == 1 and "." in parts[0]):
        return "/".join(parts)
    folders = parts[:1] if parts[0] else []
    depth = _DEPTHS.get(parts[0], 1)
    folders += parts[1:depth]
    if len(parts) > depth:
        folders.append(name(unquote("/".join(parts[depth:]))))
    folders += [f"{key}-{value}" for key, value in parse_qsl(query) if key in ("page", "revision") and value.isdigit()]
    return "/".join((*folders, "index.html"))


def relative(address: str, page: str) -> str:
    """What leads from the file of a page to an address."""
    path, _, query = address.partition("?")
    target = place(address)
    folder = target.removesuffix("index.html")
    query = query if path == "/search" or path.startswith("/static/") else ""
    return f"{'../' * page.count('/')}{quote(folder)}" + (f"?{query}" if query else "") or "./"


def settled(html: str, page: str, base_url: str = "", *, anywhere: bool = False) -> str:
    """A page as it is to lie in its file: all addresses of its own site relative, the canonical one whole if there is a base.

    A page that is shown `anywhere`, in the place of one that is missing, has whole addresses, from the top of the host where
    no base is known. Nothing but our own markup has a quotation mark in it that is not escaped, so that no text is taken for
    an address.
    """
    if base_url:
        html = _CANONICAL.sub(lambda match: f'{match[1]}"{escape(whole(unescape(match[2]), base_url))}"', html)

    def lead(address: str) -> str:
        return whole(address, base_url) if anywhere else relative(address, page)

    return _ADDRESS.sub(lambda match: f'{match[1]}="{escape(lead(unescape(match[2])))}"', html)


def whole(address: str, base_url: str) -> str:
    """An address with all that stands before it, for what is read elsewhere."""
    return f"{base_url.rstrip('/')}/{quote(place(address).removesuffix('index.html'))}"
