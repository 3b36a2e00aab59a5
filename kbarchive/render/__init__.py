"""Articles as text for people. `kbarchive.render.ftp`, which needs the parser, has the form of the archive."""

from __future__ import annotations

from kbarchive.render.html import to_html
from kbarchive.render.markdown import to_markdown
from kbarchive.render.text import to_text

__all__ = ["to_html", "to_markdown", "to_text"]
