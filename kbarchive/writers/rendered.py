"""Folders of articles for people and for programs that read text: one small writer for each way to render."""

from __future__ import annotations

from kbarchive.article import Article
from kbarchive.render import to_html, to_markdown, to_text
from kbarchive.render.ftp import ftp_bytes
from kbarchive.writers.folder import FolderWriter, folder_of


class FtpFolderWriter(FolderWriter):
    """The archive's own form and layout: ``206/Q206968.TXT``."""

    suffix = ".TXT"
    # It looks like the archive itself, of which someone may have no other copy.
    replaceable = False

    def render(self, article: Article) -> bytes:
        return ftp_bytes(article)


class MarkdownFolderWriter(FolderWriter):
    """Markdown with front matter, UTF-8."""

    suffix = ".md"

    def render(self, article: Article) -> bytes:
        return to_markdown(article).encode()


class TextFolderWriter(FolderWriter):
    """Plain text, UTF-8."""

    suffix = ".txt"

    def render(self, article: Article) -> bytes:
        return to_text(article).encode()


class HtmlFolderWriter(FolderWriter):
    """Bare HTML pages that link to one another."""

    suffix = ".html"

    def render(self, article: Article) -> bytes:
        return to_html(article, lambda cited: f"../{folder_of(cited)}/{cited}.html").encode()
