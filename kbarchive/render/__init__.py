"""Articles as text for people, and in the form of the archive."""

from __future__ import annotations

from kbarchive.render.ftp import ftp_bytes, to_ftp
from kbarchive.render.html import to_html
from kbarchive.render.markdown import to_markdown
from kbarchive.render.text import to_text

__all__ = ["ftp_bytes", "to_ftp", "to_html", "to_markdown", "to_text"]
