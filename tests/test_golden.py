"""Whole records compared with those kept in tests/golden, byte for byte."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from kbarchive.parsing import parse_document
from kbarchive.resources import resource_folder
from tests.corpus import corpus_files

GOLDEN = Path(__file__).parent / "golden"


def golden_files() -> list[Path]:
    """The corpus articles whose whole records are kept: those that show the most, and one page."""
    names = set("Q179289 Q206968 Q900045 Q900050 Q900074 Q900204 Q900215 Q900217 Q900218 Q900222".split())
    return [path for path in corpus_files() if path.stem in names]


def record(path: Path) -> bytes:
    file = path.relative_to(resource_folder("corpus")).as_posix()
    (article,) = parse_document(path.read_bytes(), file=file)
    return msgspec.json.format(msgspec.json.encode(article), indent=1) + b"\n"


@pytest.mark.parametrize("path", golden_files(), ids=lambda path: path.stem)
def test_record(path: Path) -> None:
    assert record(path).decode() == (GOLDEN / f"{path.stem}.json").read_text(encoding="utf-8")


def test_every_golden_record_has_its_article() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == {path.stem for path in golden_files()}
