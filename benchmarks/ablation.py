"""What each part of the ranking is worth: variants of kbarchive's search in which one part is switched off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kbarchive.search import Index, open_index

AS_IT_IS = "as it is"

VARIANTS: dict[str, Callable[[Path], Index]] = {
    AS_IT_IS: open_index,
}
"""How the index is opened for each variant. Each is told as what it loses beside the first."""
