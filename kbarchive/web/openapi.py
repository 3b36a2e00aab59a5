"""The pages as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0), made from the structs that they take and give."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from kbarchive._version import __version__
from kbarchive.web import asked, searching
from kbarchive.web.page import Page
from kbarchive.web.pages import PAGES

_REF = "#/components/schemas/{name}"
_KIND = re.compile(r":\w+(?=\})")  # of a part of a path: {key:some}


class Problem(msgspec.Struct, frozen=True):
    """Why there is no page."""

    error: str


SUGGEST = Page(
    path="/suggest",
    summary="What a query that is being typed may become",
    asked=asked.Typed,
    view=searching.Suggestions,
    make=searching.suggest,
    template="",
)
"""Only for programs: it has no address for people."""


def description() -> dict[str, Any]:
    """The document."""
    pages = (*PAGES, SUGGEST)
    answers, components = msgspec.json.schema_components([*(page.view for page in pages), Problem], ref_template=_REF)
    *views, problem = answers
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "kbarchive",
            "version": __version__,
            "description": "The early Microsoft KnowledgeBase. Every page, and the same facts as JSON.",
        },
        "paths": {
            _KIND.sub("", page.twin): {"get": _operation(page, view, problem)} for page, view in zip(pages, views, strict=True)
        },
        "components": {"schemas": components},
    }


def _operation(page: Page, view: dict[str, Any], problem: dict[str, Any]) -> dict[str, Any]:
    _, questions = msgspec.json.schema_components([page.asked])
    question = questions[page.asked.__name__]
    return {
        "operationId": page.make.__name__,
        "summary": page.summary,
        "parameters": [_parameter(page, name, dict(schema)) for name, schema in question["properties"].items()],
        "responses": {
            "200": {"description": page.summary, "content": {"application/json": {"schema": view}}},
            "default": {"description": "Why there is no page", "content": {"application/json": {"schema": problem}}},
        },
    }


def _parameter(page: Page, name: str, schema: dict[str, Any]) -> dict[str, Any]:
    in_path = "{" + name in page.path
    text = schema.pop("description", None)
    parameter = {"name": name, "in": "path" if in_path else "query", "required": in_path, "schema": schema}
    return parameter | ({"description": text} if text else {})
