"""Finding articles; `open_index` is public as ``kbarchive.open_index``."""

from __future__ import annotations

from kbarchive.search.index import Index
from kbarchive.search.locate import open_index
from kbarchive.search.results import Explanation, Hit, QueryDiagnostic, Results, Snippet, Sort, facet_filter

__all__ = ["Explanation", "Hit", "Index", "QueryDiagnostic", "Results", "Snippet", "Sort", "facet_filter", "open_index"]
