"""Checking: counts and findings, nothing written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kbarchive import checking, reading
from kbarchive.checking import Finding, check
from kbarchive.errors import SourceError
from tests.packing import UNREADABLE


def test_sound_archive(article_folder: Path, tmp_path: Path) -> None:
    report = check(article_folder)
    assert (report.articles, report.skipped, report.lossless, report.not_lossless) == (3, 1, 3, 0)
    assert report.dialects == {"ftp": 3}
    assert report.ok
    assert os.listdir(tmp_path) == ["txt"]


def test_findings_come_in_order(article_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_BATCH_DOCUMENTS", 1)
    (article_folder / "900" / "broken").write_bytes(UNREADABLE)
    first = article_folder / "900" / "Q900001.TXT"
    first.write_bytes(first.read_bytes().replace(b"KEYWORDS:kbmadeup\n", b""))
    findings: list[Finding] = []
    report = check(article_folder, on_finding=findings.append)
    diagnosed = [finding for finding in findings if finding.line is not None]
    assert {finding.file for finding in diagnosed} == {"900/Q900001.TXT"}
    assert report.diagnostics == {finding.code: 1 for finding in diagnosed}
    others = [(finding.file, finding.code) for finding in findings if finding.line is None]
    forms = [file for file, code in others if code == "dialect"]
    assert forms == sorted(forms)
    assert forms[0] == "900/Q900001.TXT"
    assert [pair for pair in others if pair[1] != "dialect"] == [("900/broken", "failure"), ("readme.md", "skipped")]
    assert not report.ok


def test_every_skipped_file_is_a_finding(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / str(number)).write_text("no article")
    findings: list[Finding] = []
    check(tmp_path, on_finding=findings.append)
    assert len(findings) == 50


def test_article_that_is_not_given_back_is_told(article_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "is_lossless", lambda data: b"Q900002" not in data)
    findings: list[Finding] = []
    report = check(article_folder, jobs=1, on_finding=findings.append)
    assert (report.lossless, report.not_lossless, report.ok) == (2, 1, False)
    assert [finding.file for finding in findings if finding.code == "not-lossless"] == ["900/Q900002.TXT"]


def test_error_of_ours_is_a_loss(article_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def odd(_: bytes) -> bool:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(checking, "is_lossless", odd)
    findings: list[Finding] = []
    report = check(article_folder, jobs=1, on_finding=findings.append)
    assert report.not_lossless == 3
    assert sum("ZeroDivisionError" in finding.message for finding in findings) == 3


def test_missing_source() -> None:
    with pytest.raises(SourceError, match="nowhere"):
        check("nowhere")
