"""A platform and its versions, as people write them."""

from __future__ import annotations

from kbarchive.article import Version


def version_text(version: Version, comma: str) -> str:
    """For example winnt:4.0,5.0; without a colon where the platform or the versions are missing."""
    return ":".join(part for part in (version.platform, comma.join(version.versions)) if part)
