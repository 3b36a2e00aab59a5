"""The archive in the browser (extra `web`): `create_app` gives an ASGI application over an index. Pages are thin: what they
tell comes from the library, and each is to be had as JSON too."""

from __future__ import annotations

from kbarchive.web.app import create_app
from kbarchive.web.limits import Limits

__all__ = ["Limits", "create_app"]
