"""Why a request gets no page. `kbarchive.web.app` makes answers of these."""

from __future__ import annotations


class BusyError(Exception):
    """A request took longer than it may, or all readers were at work for so long."""


class MovedError(Exception):
    """What was asked for has another address, for good."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class NothingHereError(Exception):
    """There is no such page; the message is for people."""
