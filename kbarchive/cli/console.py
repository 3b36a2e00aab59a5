"""What all commands share on a terminal: how they end, what they say on stderr, and how progress is shown.

Exit codes are the command's own; 2 for what could not run, 130 when interrupted, 141 when the reader of a pipe went
away, 143 when told to terminate. Nobody gets to see a traceback.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

import click

from kbarchive.cli.interrupts import raise_lost, take_interrupts
from kbarchive.document import clean
from kbarchive.errors import KbArchiveError, SourceError
from kbarchive.render.clean import visible

if TYPE_CHECKING:
    from kbarchive.pipeline import Report
    from kbarchive.site import SiteReport

_LIVE_SECONDS = 0.1
_LOG_SECONDS = 5.0

_FAILED = 2
_LINE_END = re.compile(r"\r\n?|\n")

_OF_WRITING = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EBADF)

_NAMED_FAILURES = 20
_FEWER = "; with --jobs 1 a command takes least"
_ALL = "`kbarchive check -v` names all"

CONTEXT_SETTINGS = {"help_option_names": ["-h", "--help"]}

color_option = click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Default: on terminals."
)


class Number(click.IntRange):
    """A whole number from `min` up, or to `max`, whose error tells what is wanted more clearly than click's."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter:
            wanted = f"of {self.min} or more" if self.max is None else f"from {self.min} to {self.max}"
            self.fail(f"{value!r} is not a whole number {wanted}", param, ctx)


def run(command: click.Command, name: str) -> NoReturn:
    """Runs a command as the program `name`, and exits.

    A command returns its exit code, or None for 0. Each error ends in one line on stderr and exit 2, also those of click.
    """
    if os.environ.get(f"_{name.upper()}_COMPLETE"):  # a shell asks, see `shells`
        from kbarchive.cli.shells import complete

        complete(command, name)
        sys.exit(0)
    take_interrupts()
    _take_closed_streams()
    if sys.stdout is not None:
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a text stream at the start of a program
    try:
        code = _code(command, name)
        if sys.stdout is not None and code != _FAILED:  # what failed has been told
            sys.stdout.flush()
    except BrokenPipeError:
        code = 141
    except KeyboardInterrupt:
        code = 130
    except OSError as error:
        # What else is written names its file.
        where = error.filename or ("cannot write standard output" if error.errno in _OF_WRITING else "input or output")
        code = _fail(name, f"{where}: {error.strerror or error}")
    _leave_quietly()
    sys.exit(code)


def _code(command: click.Command, name: str) -> int:
    try:
        # Not command.main(), which ends the program itself on an interrupt or a broken pipe.
        with command.make_context(name, sys.argv[1:]) as context:
            result = command.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.UsageError as error:
        command_path = error.ctx.command_path if error.ctx else name
        return _fail(name, f"{_as_clause(error.format_message())}; see {command_path} --help")
    except click.ClickException as error:
        return _fail(name, _as_clause(error.format_message()))
    except KbArchiveError as error:
        return _fail(name, str(error))
    except OSError:
        raise
    except MemoryError:
        return _fail(name, f"there is not enough memory{_FEWER}")
    except Exception as error:  # an error of ours: one line that can be reported
        where = error.__traceback__
        while where and where.tb_next:
            where = where.tb_next
        at = f" ({os.path.basename(where.tb_frame.f_code.co_filename)}:{where.tb_lineno})" if where else ""
        return _fail(name, f"internal error: {type(error).__name__}: {error}{at}")
    return result if isinstance(result, int) else 0


def _take_closed_streams() -> None:
    """Stands in for a stdout that is closed, so that what writes to it fails. No file gets its number, nor that of stderr."""
    for number, closed, mode in ((1, sys.stdout is None, os.O_RDONLY), (2, sys.stderr is None, os.O_WRONLY)):
        if closed:
            opened = os.open(os.devnull, mode)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(_Closed(1, "wb", closefd=False)), encoding="utf-8")


class _Closed(io.FileIO):
    # Not one that always fails: its number leads to a sink in the end, and what is left to be written, there.
    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError:
            raise OSError(errno.EBADF, "it is closed") from None


def _as_clause(sentence: str) -> str:
    # Click's messages are sentences, lists of choices among them in several lines; ours are not.
    return sentence[:1].lower() + sentence[1:].replace("\n\t", " ").removesuffix(".")


def say(message: str, program: str = "kbarchive") -> None:
    """Tells people something, on stderr."""
    if sys.stderr is not None:
        click.echo(f"{program}: {visible(message)}", err=True)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: 1 article, 2 articles."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Names and counts, the largest first, those of one count by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def wants_color(color: str) -> bool:
    """Whether stdout is to be coloured: `color` is "always", "never", or "auto", which means on terminals (no-color.org)."""
    if color != "auto":
        return color == "always"
    on_terminal = sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return on_terminal and not os.environ.get("NO_COLOR")


def lines_of(path: str) -> Iterator[str]:
    """The lines of a file, or of standard input ("-"), without the blanks around them; empty ones are left out.

    They are in UTF-8, or in UTF-16 where its byte order mark says so, as Windows writes it. Raises SourceError where they
    are no text.
    """
    if path == "-" and sys.stdin is None:
        raise SourceError("standard input is closed")
    with open(sys.stdin.fileno() if path == "-" else path, "rb", closefd=path != "-") as stream:
        for line in _decoded_lines(stream):
            if "\0" in line:
                name = "standard input" if path == "-" else clean(path)
                raise SourceError(f"{name} is no text in UTF-8, nor in UTF-16 with a byte order mark; save it as UTF-8")
            if line := line.strip():
                yield line


def _decoded_lines(stream: BinaryIO) -> Iterator[str]:
    """The lines of a stream as they come; of UTF-16 when all of it has come."""
    mark = stream.read(2)
    if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        yield from _LINE_END.split((mark + stream.read()).decode("utf-16", "replace"))
        return
    yield from _LINE_END.split((mark + stream.readline()).decode("utf-8-sig", "replace"))
    for line in stream:
        yield from _LINE_END.split(line.decode("utf-8", "replace"))


@contextlib.contextmanager
def progress(quiet: bool = False) -> Iterator[Callable[[Report | SiteReport], None]]:
    """Gives what shows a report so far on stderr: a live line on a terminal, a line now and then in a log. It also raises an
    interrupt that was lost.
    """
    if quiet or sys.stderr is None:
        yield lambda _: raise_lost()
    elif _on_terminal():
        yield from _live_line()
    else:
        yield _every(_LOG_SECONDS, lambda report: say(_so_far(report)))


def summarize(report: Report, outcome: str = "") -> None:
    """Tells on stderr what came of a run: counts, on a terminal as a table, and by name what was skipped and failed."""
    if _on_terminal():
        from kbarchive.cli.summary import show_table

        show_table(report, f"kbarchive{visible(outcome)}")
    else:
        for line in _counted_lines(report, outcome):
            say(line)
    for remark in report.remarks:
        say(remark)
    if report.missing:
        more = " ..." if len(report.missing) > _NAMED_FAILURES else ""
        say(f"no article is {', '.join(report.missing[:_NAMED_FAILURES])}{more}")
    for entry in report.skipped_first:
        say(f"skipped: {entry}")
    if report.skipped > len(report.skipped_first):
        say(f"and {report.skipped - len(report.skipped_first):,} more skipped; {_ALL}")
    for failure in report.failures[:_NAMED_FAILURES]:
        say(f"failed: {failure}")
    if len(report.failures) > _NAMED_FAILURES:
        say(f"and {len(report.failures) - _NAMED_FAILURES:,} more failures; {_ALL}")


def _on_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _counted_lines(report: Report, outcome: str) -> Iterator[str]:
    yield f"{_counts(report)} in {report.seconds:.1f} s{outcome}"
    if report.reused:
        yield f"of these {report.reused:,} were done before"
    if report.revisions or report.identical:
        older = counted(report.revisions, "older revision")
        copies = counted(report.identical, "identical copy", "identical copies")
        left = counted(report.articles - report.revisions - report.identical, "article")
        yield f"of these {older} and {copies}: {left} in all"
    if report.unselected:
        left = counted(report.articles - report.unselected, "article")
        yield f"of these {report.unselected:,} were not asked for: {left} in all"
    if report.renamed:
        files = counted(report.renamed, "file")
        yield f"{files} named with ~2, ~3 ... for another text of the same article; --newest writes the newest only"
    if report.diagnostics:
        yield "diagnostics: " + ", ".join(f"{code} {count:,}" for code, count in ranked(report.diagnostics))


def _live_line() -> Iterator[Callable[[Report | SiteReport], None]]:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    # Without a thread that refreshes: the worker processes are forked while this is shown.
    with Live(console=Console(stderr=True), auto_refresh=False, transient=True) as live:
        yield _every(_LIVE_SECONDS, lambda report: live.update(Text(_so_far(report)), refresh=True))


def _every(seconds: float, show: Callable[[Report | SiteReport], None]) -> Callable[[Report | SiteReport], None]:
    last = time.monotonic()

    def shown_at_times(report: Report | SiteReport) -> None:
        nonlocal last
        raise_lost()
        now = time.monotonic()
        if now - last >= seconds:
            last = now
            show(report)

    return shown_at_times


def _so_far(report: Report | SiteReport) -> str:
    from kbarchive.report import Report

    if not isinstance(report, Report):
        files = f"{counted(report.files, 'file')} of the site, {report.written:,} written"
        return f"{files}, {report.links:,} links, {report.seconds:.0f} s"
    seconds = max(report.seconds, 0.1)
    rate = f"{report.articles / seconds:,.0f} articles/s, {report.bytes / 1e6 / seconds:,.1f} MB/s"
    share = report.source_bytes_read / report.source_bytes if report.source_bytes else 0.0
    left = f", {seconds * (1 - share) / share:,.0f} s left" if 0.01 < share < 1 else ""
    return f"{_counts(report)}, {rate}, {seconds:.0f} s{left}"


def _counts(report: Report) -> str:
    failed = f", {len(report.failures):,} failed" if report.failures else ""
    skipped = f", {report.skipped:,} skipped" if report.skipped else ""
    return f"{counted(report.articles, 'article')}, {report.bytes / 1e6:,.1f} MB{skipped}{failed}"


def _fail(name: str, message: str) -> int:
    say(f"error: {message}", name)
    return _FAILED


def _leave_quietly() -> None:
    # Python flushes stdout once more when it ends, and would complain of a pipe that is gone.
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.stdout = None  # as it is where stdout is closed
