"""Reading: articles out of sources, what is none told, an error of ours never fatal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import kbarchive
from kbarchive import reading
from kbarchive.document import Failure, Skipped
from kbarchive.errors import SourceError


def test_articles_come_in_order_with_their_place(article_folder: Path) -> None:
    articles = list(kbarchive.read(article_folder))
    assert [article.id for article in articles] == ["Q900001", "Q900002", "Q901000"]
    assert [article.source.file for article in articles] == ["900/Q900001.TXT", "900/Q900002.TXT", "901/Q901000.TXT"]


def test_what_is_no_article_is_told(article_folder: Path) -> None:
    skipped: list[Skipped] = []
    assert len(list(kbarchive.read(article_folder, on_skip=skipped.append))) == 3
    assert [entry.file for entry in skipped] == ["readme.md"]
    assert skipped[0].reason


def test_why_a_file_is_no_article_is_told_first(tmp_path: Path) -> None:
    # An article without its header: of the text above the box there would be more to tell.
    box = f"{'-' * 79}\nThe information in this article applies to:\n\n - Sea\n{'-' * 79}\n"
    (tmp_path / "cut.TXT").write_text(f"Some words.\n\n{box}\nSUMMARY\n=======\n\nText.\n")
    skipped: list[Skipped] = []
    assert not list(kbarchive.read(tmp_path, on_skip=skipped.append))
    assert [entry.reason for entry in skipped] == ["the text bears the marks of no known form of article"]


def test_error_of_ours_is_a_failure(article_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parse = reading.parse_document

    def odd(data: bytes, *, file: str, member: str | None) -> list[kbarchive.Article]:
        if "Q900002" in file:
            raise ZeroDivisionError("a bug")
        return parse(data, file=file, member=member)

    monkeypatch.setattr(reading, "parse_document", odd)
    failures: list[Failure] = []
    articles = list(kbarchive.read(article_folder, on_failure=failures.append))
    assert [article.id for article in articles] == ["Q900001", "Q901000"]
    assert [failure.file for failure in failures] == ["900/Q900002.TXT"]
    assert "ZeroDivisionError: a bug" in failures[0].message
    with pytest.raises(SourceError, match="Q900002"):
        list(kbarchive.read(article_folder))


def test_missing_source_is_told_at_once(article_folder: Path) -> None:
    with pytest.raises(SourceError, match="nowhere"):
        kbarchive.read(article_folder, "nowhere")


def test_reading_is_lazy(tmp_path: Path, make_article: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_BATCH_DOCUMENTS", 1)
    for name in ("a.TXT", "b.TXT"):
        (tmp_path / name).write_bytes(make_article())
    articles = kbarchive.read(tmp_path)
    next(articles)
    (tmp_path / "b.TXT").write_bytes(make_article(title="Changed"))
    assert next(articles).title == "Changed"
