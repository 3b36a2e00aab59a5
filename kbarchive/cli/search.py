"""The command `kbsearch`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NoReturn, cast

import click

from kbarchive._version import __version__
from kbarchive.cli import hits
from kbarchive.cli.completion import complete_file, complete_key, complete_query
from kbarchive.cli.console import CONTEXT_SETTINGS, Number, color_option, counted, lines_of, run, say, wants_color
from kbarchive.cli.opening import index_option, opened
from kbarchive.render.clean import printable
from kbarchive.resources import query_help
from kbarchive.search import Index, Results, Sort

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_NAME = "kbsearch"

# How much of a query is shown before and behind what could not be read, in characters.
_AROUND = 50

# A word of the query that begins with one minus: after the first word, or a number.
_MINUS_WORD = re.compile(r"-[^-]")
_MINUS_NUMBER = re.compile(r"-\d")


class _QueryCommand(click.Command):
    """Takes words that begin with a minus as part of the query, where click would look for options in them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        takes_value = {
            name: not option.is_flag
            for option in self.get_params(ctx)
            if isinstance(option, click.Option)
            for name in (*option.opts, *option.secondary_opts)
        }
        options: list[str] = []
        words: list[str] = []
        left = list(args)
        while left:
            arg = left.pop(0)
            if arg == "--":
                words += left
                break
            name = arg.partition("=")[0] if arg.startswith("--") else arg
            if name in takes_value:
                options.append(arg)
                if takes_value[name] and name == arg:
                    if not left and not ctx.resilient_parsing:
                        raise click.BadOptionUsage(name, f"option {name!r} wants a value", ctx)
                    options += left[:1]
                    del left[:1]
            elif takes_value.get(arg[:2]) and arg[2:].isdecimal():  # -n3; -network is a word
                options.append(arg)
            elif not arg.startswith("-") or _MINUS_NUMBER.match(arg) or (words and _MINUS_WORD.match(arg)):
                words.append(arg)
            elif _MINUS_WORD.match(arg):
                raise click.NoSuchOption(arg, f"no option {arg}; to search for it, put -- before the query: -- {arg}", ctx=ctx)
            else:
                options.append(arg)
        return super().parse_args(ctx, [*options, "--", *words])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        found = super().shell_complete(ctx, incomplete)
        if ctx.params.get("words") and _MINUS_WORD.match(incomplete):  # what is excluded, behind the first word
            found += complete_query(ctx, next(iter(self.params)), incomplete)
        return found


def _show_query_help(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from kbarchive.cli.pager import on_terminal, page  # no search wants it

        page(_typeset(query_help()) if on_terminal() else query_help())
        ctx.exit()


def _typeset(markdown: str) -> str:
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console()
    with console.capture() as shown:
        console.print(Markdown(markdown))
    return shown.get()


@click.command(cls=_QueryCommand, context_settings=CONTEXT_SETTINGS)
@click.argument("words", metavar="QUERY...", nargs=-1, type=click.UNPROCESSED, shell_complete=complete_query)
@click.option("-n", "--limit", type=Number(min=0), default=10, show_default=True, metavar="N", help="How many hits.")
@click.option("--offset", type=Number(min=0), default=0, metavar="N", help="Leave out the first N hits.")
@click.option(
    "--sort",
    type=click.Choice(["relevance", "date"]),
    default="relevance",
    show_default=True,
    help="The best first, or the newest.",
)
@click.option(
    "--fold/--no-fold",
    default=None,
    help="Near-identical articles as one hit. Default: only where hits are shown for people, not with --json and the like.",
)
@click.option("--like", metavar="ID", shell_complete=complete_key, help="The articles most like one, in place of a query.")
@click.option(
    "--queries",
    metavar="FILE",
    shell_complete=complete_file,
    help="A query a line from a file (in UTF-8, or UTF-16 with its mark), or - for stdin; empty lines do not count.",
)
@index_option
@click.option(
    "--facets",
    is_flag=True,
    help="Count all articles found, folded ones too, by collection, product, keyword, type and year; each value is a filter to "
    "add. A product's finds longer names as well.",
)
@click.option("--explain", is_flag=True, help="Tell of each hit why it has its score; also in --json and --jsonl.")
@click.option("--json", "form", flag_value="json", help="Everything as one JSON object; an array of them for many queries.")
@click.option("--jsonl", "form", flag_value="jsonl", help="The hits as JSON, one a line.")
@click.option("--csv", "form", flag_value="csv", help="The hits as a table, a line of names first.")
@click.option("--ids", "form", flag_value="ids", help="The ids of the hits, one a line.")
@click.option("-0", "--null", "form", flag_value="null", help="The ids of the hits, each with a NUL behind it, for xargs -0.")
@color_option
@click.option(
    "--help-query", is_flag=True, is_eager=True, expose_value=False, callback=_show_query_help, help="Explain queries and exit."
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
@click.version_option(__version__, prog_name=_NAME)
@click.pass_context
def search(
    ctx: click.Context,
    words: tuple[str, ...],
    limit: int,
    offset: int,
    sort: str,
    fold: bool | None,
    like: str | None,
    queries: str | None,
    index_dir: str | None,
    facets: bool,
    explain: bool,
    form: str | None,
    color: str,
    quiet: bool,
) -> int:
    """Find the KnowledgeBase article that answers.

    All words are wanted; of a query of more than three words, those that tell most. Words in double quotes stand one
    after another (mind your shell: '"relay not allowed"'). -word leaves out articles that have the word. The number of
    an article finds the article. Fields, ranges, OR, wildcards and more: kbsearch --help-query.

    \b
    Examples:
      kbsearch relay not allowed
      kbsearch '"relay not allowed"' -imap
      kbsearch 'title:relay product:exchange modified:>=1999'
      kbsearch --json --limit 3 0x80040154
      kbsearch --ids exchange relay | xargs -n1 kbarchive show
      kbsearch --like Q206968
      kbsearch --sort date --facets exchange relay
      kbsearch --jsonl --limit 1 --queries questions.txt
      kbsearch --index sample autoexec.bat
      kbsearch -- -word that begins with a minus

    \b
    Exit codes:
      0  found (also where no article has all the words; of many queries, for one at least)
      1  nothing found
      2  could not search
    """
    if facets and form in ("jsonl", "csv", "ids", "null"):
        raise click.UsageError(f"--facets cannot be shown with --{form}; use it with --json or alone")
    if explain and (like is not None or form in ("csv", "ids", "null")):
        raise click.UsageError("--explain explains the hits of a query; use it alone, or with --json or --jsonl")
    _check_asked(ctx, words, like, queries)
    many = queries is not None
    fold = form is None if fold is None else fold

    def answers(index: Index) -> Iterator[Results]:
        order = cast(Sort, sort)
        snippets = form not in ("ids", "null")
        if like is not None:
            yield index.like(like, limit, offset, facets=facets, sort=order, fold=fold, snippets=snippets)
            return
        for query in [" ".join(words)] if queries is None else lines_of(queries):
            yield index.search(query, limit, offset, facets=facets, sort=order, fold=fold, explain=explain, snippets=snippets)

    found = False
    with opened(index_dir, _NAME, "searching", quiet) as index:
        for number, results in enumerate(_written(answers(index), form, wants_color(color), many), 1):
            found = found or bool(results.total)
            if not quiet:
                _say_notes(results, number if many else None)
                if form is None and not many:
                    _say_more(results, limit, offset, index)
    return 0 if found else 1


def main() -> NoReturn:
    """The entry point."""
    run(search, _NAME)


def _check_asked(ctx: click.Context, words: tuple[str, ...], like: str | None, queries: str | None) -> None:
    instead = [name for name, given in (("--like", like), ("--queries", queries)) if given is not None]
    if len(instead) > 1:
        raise click.UsageError(f"{' and '.join(instead)} exclude each other")
    if words and instead:
        raise click.UsageError(f"{instead[0]} stands in place of a query; leave out the words {' '.join(words)!r}")
    if not words and not instead:
        raise click.MissingParameter(ctx=ctx, param=next(p for p in ctx.command.params if isinstance(p, click.Argument)))
    if words and not "".join(words).strip():
        raise click.UsageError("the query is empty")


def _written(answers: Iterable[Results], form: str | None, color: bool, many: bool) -> Iterator[Results]:
    """Writes each answer in a form, and hands it on."""
    if form == "csv":
        hits.write_csv_head(many)
    kept = []
    for number, results in enumerate(answers, 1):
        place = number if many else None
        match form:
            case None:
                hits.write_text(results, color, place)
            case "jsonl":
                hits.write_jsonl(results, place)
            case "csv":
                hits.write_csv(results, place)
            case "json" if many:
                kept.append(results)
            case "json":
                hits.write_json(results)
            case _:
                hits.write_keys(results, "\0" if form == "null" else "\n")
        yield results
    if form == "json" and many:
        hits.write_json(kept)


def _say_notes(results: Results, number: int | None) -> None:
    where = "" if number is None else f"query {number}: "
    for diagnostic in results.diagnostics:
        say(where + diagnostic.message, _NAME)
        if diagnostic.start is not None and diagnostic.end is not None:
            click.echo(_pointed(results.query, diagnostic.start, diagnostic.end), err=True)
    if results.partial:
        say(f"{where}no article has all the words; these come nearest", _NAME)
    for suggestion in results.suggestions:
        say(f"{where}did you mean: {suggestion}", _NAME)


def _pointed(query: str, start: int, end: int) -> str:
    """The query, cut where it is long, over carets below what is meant."""
    first = max(0, start - _AROUND)
    before, marked, after = (printable(part) for part in (query[first:start], query[start:end], query[end : end + _AROUND]))
    before = f"...{before}" if first else before
    after = f"{after}..." if end + _AROUND < len(query) else after
    return f"  {before}{marked}{after}\n  {' ' * len(before)}{'^' * len(marked)}"


def _say_more(results: Results, limit: int, offset: int, index: Index) -> None:
    if not results.total:
        say(f"nothing found in {index.name}", _NAME)
    elif len(results.hits) < results.total:
        following = offset + limit
        more = f"; more with --offset {following}" if limit and following < results.total else ""
        say(f"{len(results.hits):,} of {counted(results.total, 'hit' if results.folded else 'article')} found{more}", _NAME)


if __name__ == "__main__":
    main()
