"""Pages of the real archive, where KBARCHIVE_ARCHIVE names it: an extra, for machines that have one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kbarchive.index import build_index
from kbarchive.search import open_index
from tests.every_page import every_page

ARCHIVE = os.environ.get("KBARCHIVE_ARCHIVE", "")


# No part of the archive is bundled, so a machine without it cannot run this; .ci/run sets the variable where it has one.
@pytest.mark.skipif(not ARCHIVE, reason="KBARCHIVE_ARCHIVE names no archive")
def test_every_tenth_page(tmp_path: Path) -> None:
    build_index([ARCHIVE], tmp_path / "index")
    with open_index(tmp_path / "index") as index:
        found = every_page(index, 10)
    assert found.pages > 1000
    assert found.faults == []
