"""Makes the page of every article of an index and looks at it: `python -m tests.every_page INDEX`.

A page has to nest, to have every word of the record, nothing that steers, and no link to an article that is not there.
"""

from __future__ import annotations

import sys
import time
from itertools import islice

import msgspec

from kbarchive.search import Index, open_index
from kbarchive.web import asked, reading
from kbarchive.web.archive import Archive
from kbarchive.web.rendering import render
from tests.pages import Page, words, words_of


class Found(msgspec.Struct):
    pages: int = 0
    bytes: int = 0
    largest: tuple[int, str] = (0, "")
    links: int = 0
    seconds: float = 0.0
    faults: list[str] = msgspec.field(default_factory=list)


def every_page(index: Index, step: int = 1) -> Found:
    """What is found in the pages of every `step`th article. `seconds` is the time that making them took."""
    archive, found = Archive(index), Found()
    known = set(index.dates())
    for key in islice(index.dates(), 0, None, step):
        start = time.perf_counter()
        view = reading.read(archive, asked.Article(key))
        text = render("article.html", view=view, twin=f"/kb/{key}.json")
        found.seconds += time.perf_counter() - start
        size = len(text.encode())
        found.pages += 1
        found.bytes += size
        found.largest = max(found.largest, (size, key))
        try:
            page = Page(text)
        except AssertionError as error:
            found.faults.append(f"{key}: does not nest: {error}")
            continue
        if lost := words_of(view.article) - words(" ".join(page.pieces)):
            found.faults.append(f"{key}: lost {sorted(lost)[:8]}")
        leads = [link.removeprefix("/kb/") for link in page.links if link.startswith("/kb/") and not link.endswith(".json")]
        found.links += len(leads)
        found.faults += [f"{key}: leads to {link}" for link in leads if link.partition("?")[0] not in known]
        if any((ord(letter) < 32 and letter not in "\n\t") or 127 <= ord(letter) < 160 for letter in text):
            found.faults.append(f"{key}: a character that steers")
    return found


if __name__ == "__main__":
    with open_index(sys.argv[1]) as opened:
        result = every_page(opened)
    sys.stdout.write("\n".join(result.faults[:50]) + "\n")
    sys.stdout.write(
        f"{result.pages:,} pages, {result.bytes / 1e6:.1f} MB, {1000 * result.seconds / max(1, result.pages):.2f} ms a page, "
        f"largest {result.largest}, {result.links:,} links, {len(result.faults)} faults\n"
    )
    sys.exit(bool(result.faults))
