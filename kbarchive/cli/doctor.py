"""`kbarchive doctor`: what is installed, which indexes there are, what can be removed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from kbarchive.cli.console import CONTEXT_SETTINGS, counted
from kbarchive.render.clean import visible

if TYPE_CHECKING:
    from kbarchive.doctor import Health, IndexState


@click.command(context_settings=CONTEXT_SETTINGS)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def doctor(as_json: bool) -> int:
    """Tell what is installed, with versions and extras, where things lie, how each index is, and what can be removed. It only
    looks. Send what it says along when you report a bug.

    \b
    Examples:
      kbarchive doctor
      kbarchive doctor --json | jq .indexes

    \b
    Exit codes:
      0  all is well
      1  something is not; the last lines say what to do
    """
    from kbarchive.doctor import examine

    health = examine()
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(health), indent=2))
    else:
        for line in _lines(health):
            click.echo(visible(line))
    return 1 if health.problems else 0


def _lines(health: Health) -> Iterator[str]:
    yield f"kbarchive {health.version}, Python {health.python}, {health.system}"
    yield f"installed in {health.installed}"
    for name, path in health.resources.items():
        yield f"  {name:<8} {path or 'missing'}"
    yield "packages:"
    yield from (f"  {name} {found or 'missing'}" for name, found in health.packages.items())
    yield "extras:"
    for extra, packages in health.extras.items():
        lacking = [name for name, found in packages.items() if found is None]
        there = ", ".join(f"{name} {found}" for name, found in packages.items())
        yield f"  {extra:<9} " + (f"without {', '.join(lacking)}: pip install 'kbarchive[{extra}]'" if lacking else there)
    yield "indexes, the first that is there is searched:"
    yield from map(_index, health.indexes)
    if health.removable:
        yield "can be removed:"
        yield from (f"  {_megabytes(entry.bytes):>9}  {entry.path}: {entry.reason}" for entry in health.removable)
    yield from (f"problem: {problem}" for problem in health.problems)


def _index(state: IndexState) -> str:
    if state.problem:
        return f"  {state.role:<9} {state.path}: see below"
    if not state.articles:
        return f"  {state.role:<9} {state.path}: none"
    size = f"{counted(state.articles, 'article')}, {_megabytes(state.bytes)}, by {state.made_by}"
    return f"  {state.role:<9} {state.path}: {size}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
