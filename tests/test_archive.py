"""Over the real archive, where KBARCHIVE_ARCHIVE names it: an extra, for machines that have one."""

from __future__ import annotations

import os
from itertools import islice

import pytest

from kbarchive.parsing import is_lossless, parse, parse_document
from kbarchive.records import dumps, loads
from kbarchive.render.ftp import ftp_bytes
from kbarchive.sources import documents
from tests.records import bare

ARCHIVE = os.environ.get("KBARCHIVE_ARCHIVE", "")

# No part of the archive is bundled, so a machine without it cannot run this; .ci/run sets the variable where it has one.
pytestmark = pytest.mark.skipif(not ARCHIVE, reason="KBARCHIVE_ARCHIVE names no archive")


def test_every_tenth_article() -> None:
    seen = 0
    for document in islice(documents(ARCHIVE), 0, None, 10):
        (article,) = parse_document(document.data, file=document.file, member=document.member)
        name = (document.member or document.file).rsplit("/", 1)[-1]
        assert f"{article.id}.TXT" == name
        assert article.source.dialect == "ftp"
        assert article.title
        assert article.modified
        assert is_lossless(document.data)
        assert is_lossless(document.data.replace(b"\n", b"\r\n"))
        assert bare(parse(ftp_bytes(article))) == bare(article), article.id
        assert loads(dumps(article)) == article
        seen += 1
    assert seen
