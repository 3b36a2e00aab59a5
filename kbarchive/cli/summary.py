"""What came of a run as a table, for a terminal; `console.summarize` says the same in lines, for a log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kbarchive.cli.console import ranked

if TYPE_CHECKING:
    from kbarchive.report import Report


def show_table(report: Report, title: str) -> None:
    """Shows the counts of a run on stderr. What has names (skipped, failed, remarks) is not in it."""
    table = Table(box=box.SIMPLE, show_header=False, title=Text(title), title_justify="left", title_style="bold")
    table.add_column()
    table.add_column(justify="right")
    for name, value in _rows(report):
        table.add_row(name, value)
    if report.diagnostics:
        table.add_section()
    for code, count in ranked(report.diagnostics):
        table.add_row(Text(code, style="dim"), f"{count:,}")
    Console(stderr=True).print(table)


def _rows(report: Report) -> Iterator[tuple[str, str]]:
    yield "articles", f"{report.articles:,}"
    counts = {
        "  done before": report.reused,
        "  older revisions": report.revisions,
        "  identical copies": report.identical,
        "  not asked for": report.unselected,
        "  in a file named ~2, ~3 ...": report.renamed,
        "files skipped": report.skipped,
        "failed": len(report.failures),
    }
    yield from ((name, f"{count:,}") for name, count in counts.items() if count)
    yield "read", f"{report.bytes / 1e6:,.1f} MB"
    yield "time", f"{report.seconds:,.1f} s"
    if report.seconds:
        yield "a second", f"{report.articles / report.seconds:,.0f} articles"
