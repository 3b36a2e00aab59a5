"""The command `kbsearch`."""

from __future__ import annotations

import re
from typing import NoReturn

import click

from kbarchive._version import __version__
from kbarchive.cli.completion import complete_query
from kbarchive.cli.console import CONTEXT_SETTINGS, Number, color_option, counted, run, say, wants_color
from kbarchive.cli.opening import index_option, opened
from kbarchive.render.clean import printable
from kbarchive.resources import query_help
from kbarchive.search import Hit, Index, Results

_NAME = "kbsearch"
_BOLD, _FAINT, _FOUND, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[1;33m", "\x1b[0m"
_FACETS_SHOWN = 10

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
            elif not arg.startswith("-") or _MINUS_NUMBER.match(arg) or (words and _MINUS_WORD.match(arg)):
                words.append(arg)
            elif _MINUS_WORD.match(arg):
                raise click.NoSuchOption(arg, f"no option {arg}; to search for it, put -- before the query: -- {arg}", ctx=ctx)
            else:
                options.append(arg)
        return super().parse_args(ctx, [*options, "--", *words])


def _show_query_help(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(query_help(), nl=False)
        ctx.exit()


@click.command(cls=_QueryCommand, context_settings=CONTEXT_SETTINGS)
@click.argument("words", metavar="QUERY...", nargs=-1, required=True, type=click.UNPROCESSED, shell_complete=complete_query)
@click.option("--limit", type=Number(min=0), default=10, show_default=True, metavar="N", help="How many hits.")
@click.option("--offset", type=Number(min=0), default=0, metavar="N", help="Leave out the first N hits.")
@index_option
@click.option("--facets", is_flag=True, help="Count all that was found by collection and by year.")
@click.option("--json", "form", flag_value="json", help="Everything as one JSON object.")
@click.option("--jsonl", "form", flag_value="jsonl", help="The hits as JSON, one a line.")
@click.option("--ids", "form", flag_value="ids", help="The ids of the hits, one a line.")
@color_option
@click.option(
    "--help-query", is_flag=True, is_eager=True, expose_value=False, callback=_show_query_help, help="Explain queries and exit."
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
@click.version_option(__version__, prog_name=_NAME)
def search(
    words: tuple[str, ...],
    limit: int,
    offset: int,
    index_dir: str | None,
    facets: bool,
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
      kbsearch '"relay not allowed"' -smtp
      kbsearch 'title:relay product:exchange modified:>=1999'
      kbsearch --json --limit 3 0x80040154
      kbsearch --ids exchange relay | xargs -n1 kbarchive show
      kbsearch --index sample autoexec.bat
      kbsearch -- -word that begins with a minus

    \b
    Exit codes:
      0  found (also where no article has all the words)
      1  nothing found
      2  could not search
    """
    if facets and form in ("jsonl", "ids"):
        raise click.UsageError(f"--facets cannot be shown with --{form}; use it with --json or alone")
    if not "".join(words).strip():
        raise click.UsageError("the query is empty")
    with opened(index_dir, _NAME, "searching", quiet) as index:
        results = index.search(" ".join(words), limit, offset, facets=facets)
    if not quiet:
        _say_notes(results)
    if form:
        _write(results, form)
    else:
        _print(results, wants_color(color))
    if not quiet and not form:
        _say_more(results, limit, offset, index)
    return 0 if results.total else 1


def main() -> NoReturn:
    """The entry point."""
    run(search, _NAME)


def _say_notes(results: Results) -> None:
    for diagnostic in results.diagnostics:
        say(diagnostic.message, _NAME)
        if diagnostic.start is not None and diagnostic.end is not None:
            click.echo(_pointed(results.query, diagnostic.start, diagnostic.end), err=True)
    if results.partial:
        say("no article has all the words; these have most of them", _NAME)
    for suggestion in results.suggestions:
        say(f"did you mean: {suggestion}", _NAME)


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
        say(f"{len(results.hits):,} of {counted(results.total, 'article')} found{more}", _NAME)


def _write(results: Results, form: str) -> None:
    import msgspec

    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(results), indent=2))
    for hit in results.hits if form != "json" else ():
        click.echo(msgspec.json.encode(hit) if form == "jsonl" else printable(hit.key))


def _print(results: Results, color: bool) -> None:
    for hit in results.hits:
        click.echo("\n".join(_lines(hit, color)), color=True)
    for name, counts in results.facets.items():
        shown = ", ".join(f"{printable(value)} {count:,}" for value, count in list(counts.items())[:_FACETS_SHOWN])
        more = f", and {len(counts) - _FACETS_SHOWN} more" if len(counts) > _FACETS_SHOWN else ""
        click.echo(f"by {name}: {shown}{more}")


def _lines(hit: Hit, color: bool) -> list[str]:
    facts = ", ".join(filter(None, (*hit.products, hit.modified)))
    lines = [f"{hit.rank}. {_styled(hit.key, _BOLD, color)}  {_styled(hit.title or '(no title)', _BOLD, color)}"]
    if facts:
        lines.append(f"   {_styled(facts, _FAINT, color)}")
    for snippet in hit.snippets:
        text = ""
        end = 0
        for start, stop in snippet.highlights:
            text += printable(snippet.text[end:start]) + _styled(snippet.text[start:stop], _FOUND, color)
            end = stop
        lines.append(f"   {snippet.section}: {text}{printable(snippet.text[end:])}")
    return [*lines, ""]


def _styled(text: str, style: str, color: bool) -> str:
    return f"{style}{printable(text)}{_PLAIN}" if color else printable(text)


if __name__ == "__main__":
    main()
