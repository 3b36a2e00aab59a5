"""JSON Schema (draft 2020-12) of what kbarchive writes, made from the types themselves.

docs/*.schema.json are these, kept for those who do not run kbarchive; docs/record.md has the schema's history.
"""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import msgspec

from kbarchive.article import SCHEMA

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# Name: the type, by its module.
_TYPES = {
    "record": "kbarchive.article:Article",
    "results": "kbarchive.search.results:Results",
    "chunks": "kbarchive.chunking:Chunk",
}
NAMES = tuple(_TYPES)


def json_schema(name: str = "record") -> dict[str, Any]:
    """The JSON Schema of a "record", of the "results" of a search, or of a line of "chunks"."""
    module, _, type_name = _TYPES[name].partition(":")
    described = msgspec.json.schema(getattr(importlib.import_module(module), type_name))
    for definition in described["$defs"].values():
        if "description" in definition:
            definition["description"] = inspect.cleandoc(definition["description"])
    return {"$schema": DIALECT, "$id": f"urn:kbarchive:{name}:{SCHEMA}", **described}


def schema_text(name: str = "record") -> str:
    """The same as text, as it stands in docs/."""
    return msgspec.json.format(msgspec.json.encode(json_schema(name)), indent=2).decode() + "\n"
