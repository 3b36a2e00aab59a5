"""What a dialect is: data on the shared body grammar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# How far into a file a header may begin: beyond any page chrome, short of quotations inside long texts.
_FAR = 4096


Field = Literal["document", "id", "title", "products", "versions", "operating systems", "keywords", "modified"]
"""What a header field means, whatever its label; "document" is id, date and collection on one line."""


@dataclass(frozen=True, eq=False)
class Dialect:
    """One form of article.

    `mark` finds where the header begins. `fields` maps its labels, as spelled, to what they mean, in their usual order.
    `title` finds the title (group 1) in the lines before the header, for forms that have it there; `chrome` are the lines
    there that belong to the page. `encoding` is "single-byte" (values are CP1252) or "utf-8".
    `ruled` tells that a rule parts the header from the body. Where the legal notice is a
    template's, its copyright years say nothing about the article.
    """

    name: str
    mark: re.Pattern[str]
    fields: Mapping[str, Field]
    title: re.Pattern[str] | None = None
    chrome: frozenset[str] = frozenset()
    encoding: str = "single-byte"
    ruled: bool = False
    template_notice: bool = False

    def find_header(self, text: str) -> int | None:
        """Where the header begins in a text (with LF line ends), or None where the text bears none of this form's marks."""
        match = self.mark.search(text, 0, _FAR)
        return match.start() if match else None
