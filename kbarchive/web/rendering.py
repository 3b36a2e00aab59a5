"""The templates: everything is escaped but what `typesetting` gives."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from kbarchive.web import addresses, drawing, typesetting

STATIC = Path(__file__).parent / "static"

_SECTIONS = {"more-information": "more information", "query-words": "query words", "body": "", "other": ""}

_FACETS = {
    "collection": ("Collection", "Collections"),
    "product": ("Product", "Products"),
    "keyword": ("Keyword", "Keywords"),
    "type": ("Type", "Types"),
    "year": ("Year", "Years"),
}


def render(template: str, **facts: Any) -> str:
    """A page. `twin`, if given, is its address as JSON."""
    return _environment().get_template(template).render(**facts)


def static(name: str) -> str:
    """The address of a static file; another one when the file is another."""
    return f"/static/{name}?v={_digest(name)}"


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("kbarchive.web", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=typesetting.clean,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        to=addresses,
        static=static,
        facet_names=_FACETS,
        body=typesetting.body,
        applies_to=typesetting.applies_to,
        neighbourhood=drawing.neighbourhood,
        timeline=drawing.timeline,
    )
    environment.filters.update(
        date=typesetting.date,
        marked=typesetting.marked,
        markdown=typesetting.markdown,
        versions=typesetting.versions,
        counted=_counted,
        section=lambda kind: _SECTIONS.get(kind, kind),
    )
    return environment


def _counted(number: int, noun: str = "", plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}" if noun else f"{number:,}"
