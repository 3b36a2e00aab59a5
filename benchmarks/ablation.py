"""What each part of the ranking is worth: variants of kbarchive's search in which one part is switched off."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from kbarchive.search import Index, open_index
from kbarchive.search.settings import Settings

AS_IT_IS = "as it is"

_LEFT_OUT: dict[str, dict[str, float]] = {
    "no other names (vb, Visual Basic)": {"names": 0.0},
    "no words that may be meant (crash, stop responding)": {"words": 0.0},
    "no correction of unknown words": {"spelling": 0.0},
    "no joined words (file name, filename)": {"joined": 0.0},
    "no names as a whole (TCP/IP)": {"wholes": 0.0},
    "forms of a word all alike": {"inflected": 1.0},
    "no coverage": {"coverage": 0.0, "coverage_power": 0.0},
    "no run": {"run": 0.0},
    "no exact query": {"exact": 0.0},
    "neither run nor exact query": {"run": 0.0, "exact": 0.0},
    "no neighbours": {"pairs": 0.0},
    "no passage": {"window": 0.0},
    "no products": {"products": 0.0},
    "no title": {"title": 0.0},
    "no length": {"length": 0.0},
    "words alone": dict.fromkeys(("coverage", "run", "exact", "pairs", "window", "products", "title", "length"), 0.0),
    "words alone, as they are written": dict.fromkeys(
        (
            *("names", "words", "spelling", "joined", "wholes", "coverage", "coverage_power"),
            *("run", "exact", "pairs", "window", "products", "title", "length"),
        ),
        0.0,
    ),
}


def _opened(changes: dict[str, float], folder: Path) -> Index:
    return open_index(folder, settings=msgspec.structs.replace(Settings(), **changes))


VARIANTS: dict[str, Callable[[Path], Index]] = {
    AS_IT_IS: open_index,
    **{name: partial(_opened, changes) for name, changes in _LEFT_OUT.items()},
}
"""How the index is opened for each variant. Each is told as what it loses beside the first."""
