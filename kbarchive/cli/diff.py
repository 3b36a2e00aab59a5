"""`kbarchive diff`: how two revisions of an article differ."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

import click

from kbarchive.article import Article
from kbarchive.cli.completion import complete_key
from kbarchive.cli.console import CONTEXT_SETTINGS, Number, color_option, say, wants_color
from kbarchive.cli.opening import index_option, opened
from kbarchive.document import place
from kbarchive.errors import UnknownArticleError
from kbarchive.render.clean import visible
from kbarchive.revisions import differing

_PLAIN = "\x1b[0m"
_STYLES = {"---": "\x1b[1m", "+++": "\x1b[1m", "@@": "\x1b[36m", "-": "\x1b[31m", "+": "\x1b[32m"}  # as git does


class _Revision(click.Argument):
    """One of two that may be left out; in their names are the brackets of both."""

    def get_error_hint(self, ctx: click.Context | None) -> str:
        return super().get_error_hint(ctx).replace("[", "").replace("]", "")


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("key", metavar="KEY", shell_complete=complete_key)
@click.argument("old", cls=_Revision, metavar="[N", type=Number(min=1), required=False)
@click.argument("new", cls=_Revision, metavar="[M]]", type=Number(min=1), required=False)
@color_option
@index_option
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def diff(key: str, old: int | None, new: int | None, color: str, index_dir: str | None, quiet: bool) -> int:
    """Tell how revision N of the article KEY differs from revision M, as a unified diff of their texts.

    Revisions are numbered as `kbarchive show --revisions` lists them: 1 is the newest. Where M is not given it is 1;
    where N is not given either, the two newest are compared.

    \b
    Examples:
      kbarchive diff Q900131
      kbarchive diff Q900131 3
      kbarchive diff Q900131 3 2

    \b
    Exit codes:
      0  the texts are the same
      1  they differ
      2  there is no such article or revision, only one text of it, or no index
    """
    from kbarchive.render import to_text

    with opened(index_dir, "kbarchive", "looking in", quiet) as index:
        if old is None and len(revisions := index.revisions(key)) == 1:
            raise UnknownArticleError(f"there is one text of {revisions[0].key} in {index.name}: nothing to compare it with")
        numbers = (old or 2, new or 1)
        texts = [index.article(key, number) for number in numbers]
    older, newer = (to_text(text).splitlines() for text in texts)
    old_name, new_name = (f"{text.key} revision {number}" for text, number in zip(texts, numbers, strict=True))
    lines = list(difflib.unified_diff(older, newer, old_name, new_name, _where(texts[0]), _where(texts[1]), lineterm=""))
    for line in _styled(lines) if wants_color(color) else lines:
        click.echo(line, color=True)
    fields = differing(*texts)
    if fields and not lines and not quiet:
        say(f"no line of the texts differs, but something in their records: {', '.join(fields)}")
    return 1 if lines or fields else 0


def _where(text: Article) -> str:
    return visible(f"{text.modified or 'undated'} {place(text.source.file or '', text.source.member)}")


def _styled(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        # The first two lines are the names of the texts; a line of a text may look like one.
        mark = line[:3] if number < 2 else "@@" if line.startswith("@@") else line[:1]
        style = _STYLES.get(mark)
        yield f"{style}{line}{_PLAIN}" if style else line
