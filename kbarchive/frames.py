"""Articles as a pandas DataFrame; `to_dataframe` is public as ``kbarchive.to_dataframe``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kbarchive.article import Article
from kbarchive.extras import pandas
from kbarchive.writers.flat import Row, flat_row

if TYPE_CHECKING:
    from pandas import DataFrame


def to_dataframe(articles: Iterable[Article]) -> DataFrame:
    """A row an article, in order, with the columns of CSV and Parquet (`docs/formats.md`).

    `modified` is a date (NaT where there is none), several values are tuples, counts whole numbers, all else is text. Give it
    ``kbarchive.read(...)``, ``kbarchive.read_jsonl(...)`` or ``index.articles()``. Raises MissingExtraError where pandas is
    not installed.
    """
    frame: DataFrame = pandas().DataFrame([flat_row(article) for article in articles], columns=Row._fields)
    return frame.assign(modified=pandas().to_datetime(frame["modified"]))
