"""A folder of JSON files: ``206/Q206968.json``."""

from __future__ import annotations

import msgspec

from kbarchive.article import Article
from kbarchive.writers.folder import FolderWriter

_encode = msgspec.json.Encoder().encode


class JsonFolderWriter(FolderWriter):
    """A record a file, ended by a line feed."""

    suffix = ".json"

    def render(self, article: Article) -> bytes:
        return _encode(article) + b"\n"
