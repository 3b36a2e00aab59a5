"""Building and reading indexes; `build_index` is public as ``kbarchive.build_index``.

The names are loaded when first used: a search needs nothing of what builds an index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kbarchive.index.build import IndexReport, build_index

__all__ = ["IndexReport", "build_index"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from kbarchive.index import build

    return getattr(build, name)
