"""Who cites whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from kbarchive.errors import UnknownArticleError
from kbarchive.graph import Citation, missing_references, references_of
from tests.searching import index_of


def test_references_both_ways(tmp_path: Path) -> None:
    with index_of(tmp_path) as index:
        citing = references_of(index, "910001")
        cited = references_of(index, "Q910002")
        assert missing_references(index) == {"Q919999": 1}
        with pytest.raises(UnknownArticleError):
            references_of(index, "Q919999")
    assert citing.cites == (Citation("Q910002", "Q910002", "Setting Up the Connector", "Setting Up the Connector"),)
    assert citing.missing == (Citation("Q919999", "Q919999", None, "Gone For Good"),)
    assert citing.cited_by == ()
    assert cited.cited_by == (Citation("Q910001", "Q910001", 'SMTP: "Relay Not Allowed" When Sending'),)
    assert cited.cites == cited.missing == ()
