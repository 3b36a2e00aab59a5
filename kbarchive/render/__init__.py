"""Articles as text for people. `kbarchive.render.ftp`, which needs the parser, has the form of the archive."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kbarchive.render.html import to_html
    from kbarchive.render.markdown import to_markdown
    from kbarchive.render.text import to_text

__all__ = ["to_html", "to_markdown", "to_text"]


def __getattr__(name: str) -> Any:
    # Loaded when first used: a search needs `clean` alone.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{name.removeprefix('to_')}"), name)
