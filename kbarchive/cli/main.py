"""The command `kbarchive`: a table of sub-commands, each imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, NoReturn

import click

from kbarchive._version import __version__
from kbarchive.cli.console import CONTEXT_SETTINGS, run

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {  # name: module, function, help in one line
    "convert": ("kbarchive.cli.convert", "convert", "Convert articles to JSON, tables, a database, or pages."),
    "validate": ("kbarchive.cli.validate", "validate", "Check records against their schema."),
    "schema": ("kbarchive.cli.schema", "schema", "Print the JSON Schema of records."),
    "check": ("kbarchive.cli.check", "check", "Parse everything and count what is met; write nothing."),
    "index": ("kbarchive.cli.index", "index", "Index articles for kbsearch."),
    "show": ("kbarchive.cli.show", "show", "Show one article of the index."),
    "diff": ("kbarchive.cli.diff", "diff", "Tell how two revisions of an article differ."),
    "refs": ("kbarchive.cli.refs", "refs", "Tell what an article cites, and what cites it."),
    "serve": ("kbarchive.cli.serve", "serve", "Show the archive in the browser."),
    "site": ("kbarchive.cli.site", "site", "Make a site of static files, with a search in it."),
    "mcp": ("kbarchive.cli.mcp", "mcp", "Give assistants tools to search and read."),
    "completion": ("kbarchive.cli.shells", "completion", "Print a script by which a shell completes both commands."),
    "doctor": ("kbarchive.cli.doctor", "doctor", "Tell what is installed, how indexes are, what can be removed."),
    "stats": ("kbarchive.cli.stats", "stats", "Count what the index holds."),
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        module, function, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), function)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchOption:
            raise
        except click.UsageError as error:
            from difflib import get_close_matches

            if near := get_close_matches(args[0], COMMANDS, 1):  # told as click does of options
                raise click.UsageError(f"{error.message} (Did you mean {near[0]!r}?)", ctx) from error
            raise

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        named = [CompletionItem(name, help=text) for name, (_, _, text) in COMMANDS.items() if name.startswith(incomplete)]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])


@click.command(
    cls=_LazyGroup,
    context_settings=CONTEXT_SETTINGS,
    invoke_without_command=True,  # click versions differ in what they do without one
    subcommand_metavar="COMMAND [ARGS]...",
)
@click.version_option(__version__, prog_name="kbarchive")
@click.pass_context
def kbarchive(context: click.Context) -> int:
    """Reads the early Microsoft KnowledgeBase into clean records. To search them there is kbsearch.

    \b
    Examples:
      kbarchive convert txt/ records.jsonl
      kbarchive index archive.tar.xz
      kbarchive show Q206968
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        return 2
    return 0


def main() -> NoReturn:
    """The entry point."""
    run(kbarchive, "kbarchive")


if __name__ == "__main__":
    main()
