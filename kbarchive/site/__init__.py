"""The archive as a site of static files (extra `web`): the pages of `kbarchive.web`, and a search that runs in the browser."""

from __future__ import annotations

from kbarchive.site.building import SiteReport, build_site

__all__ = ["SiteReport", "build_site"]
