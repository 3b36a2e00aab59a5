"""Why a request gets no page. `kbarchive.web.app` makes answers of these."""

from __future__ import annotations

from collections.abc import Callable


class BusyError(Exception):
    """A request took longer than it may, or all readers were at work for so long."""


class MovedError(Exception):
    """What was asked for has another address, for good."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class NothingHereError(Exception):
    """There is no such page; the message is for people. `last` is the address of the last page there is, of several."""

    def __init__(self, message: str, last: str | None = None) -> None:
        super().__init__(message)
        self.last = last


def check_page(page: int, pages: int, address: Callable[[int], str]) -> None:
    """Raises NothingHereError behind the last of some pages; `address` gives that of each."""
    if page > pages:
        there_are = "is only 1 page" if pages == 1 else f"are only {pages:,} pages"
        raise NothingHereError(f"There {there_are}.", address(pages))
