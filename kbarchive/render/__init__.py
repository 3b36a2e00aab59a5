"""Articles as text for people."""

from __future__ import annotations

from kbarchive.render.markdown import to_markdown
from kbarchive.render.text import to_text

__all__ = ["to_markdown", "to_text"]
