"""`kbarchive completion`: the scripts by which shells complete both commands, and the answers to what they ask.

A script hands on the command line up to the cursor, and runs the command itself with the variable that click uses
(`_KBSEARCH_COMPLETE=bash_complete`). The answer is a line for each completion: what it is, the text, and help, parted by
tabs. It is of our own for one reason: a query has colons, quotes and commas, at which the scripts of click break.
"""

from __future__ import annotations

import contextlib
import os
from typing import Any

import click
from click.shell_completion import CompletionItem, ShellComplete, split_arg_string

from kbarchive.cli.console import CONTEXT_SETTINGS
from kbarchive.render.clean import printable

PROGRAMS = ("kbarchive", "kbsearch")

_LINE = "KBARCHIVE_COMPLETE_LINE"
_WORD = "KBARCHIVE_COMPLETE_WORD"

_BASH = """\
%(complete_func)s() {
    local kind value help
    COMPREPLY=()
    while IFS=$'\\t' read -r kind value help; do
        case $kind in
            dir) compopt -o dirnames 2>/dev/null ;;
            file) compopt -o default 2>/dev/null ;;
            open) compopt -o nospace 2>/dev/null; COMPREPLY+=("$value") ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(KBARCHIVE_COMPLETE_LINE="${COMP_LINE:0:COMP_POINT}" KBARCHIVE_COMPLETE_WORD="$2" \\
        %(complete_var)s=bash_complete "$1" 2>/dev/null)
}
complete -o nosort -F %(complete_func)s %(prog_name)s 2>/dev/null ||
    complete -o default -F %(complete_func)s %(prog_name)s  # bash before 4.4
"""

_ZSH = """\
%(complete_func)s() {
    local kind value help
    local -a values shown open
    while IFS=$'\\t' read -r kind value help; do
        case $kind in
            dir) compset -P '--*='; _path_files -/ ;;
            file) compset -P '--*='; _path_files ;;
            open) open+=("$value") ;;
            plain) values+=("$value"); shown+=("$value${help:+  -- $help}") ;;
        esac
    done < <(KBARCHIVE_COMPLETE_LINE="${(j: :)words[1,CURRENT]}" %(complete_var)s=zsh_complete "${words[1]}" 2>/dev/null)
    (( $#values )) && compadd -U -l -V values -d shown -a values
    (( $#open )) && compadd -U -S '' -V open -a open
}
compdef %(complete_func)s %(prog_name)s
"""

_FISH = """\
function %(complete_func)s
    set -lx KBARCHIVE_COMPLETE_LINE (commandline -cp | string collect)
    for line in (%(complete_var)s=fish_complete %(prog_name)s 2>/dev/null)
        set -l item (string split -m 2 \\t -- $line)
        switch $item[1]
            case dir
                __fish_complete_directories (commandline -ct)
            case file
                __fish_complete_path (commandline -ct)
            case plain open
                printf '%%s\\t%%s\\n' $item[2] $item[3]
        end
    end
end
complete --no-files --keep-order --command %(prog_name)s --arguments "(%(complete_func)s)"
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


class Shell(ShellComplete):
    """Answers any of the scripts."""

    def get_completion_args(self) -> tuple[list[str], str]:
        # A letter at the end tells a word that is begun from a blank behind one, quoted or not.
        *words, last = split_arg_string(os.environ[_LINE] + "x")
        return words[1:], last[:-1]

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[Any]]:
        name, equals, value = incomplete.partition("=")
        if not (equals and name.startswith("--")) or "--" in args:
            return super().get_completions(args, incomplete)
        items = super().get_completions([*args, name], value)
        return [CompletionItem(f"{name}={item.value}", item.type, item.help) for item in items]

    def format_completion(self, item: CompletionItem[Any]) -> str:
        kind = "open" if item.type == "plain" and item.value.endswith(":") else item.type
        return "\t".join(" ".join(printable(text).split("\t")) for text in (kind, self._kept(item.value), item.help or ""))

    def _kept(self, value: str) -> str:
        """What bash puts in: it parts words at colons and equals signs as well, and says where the last one begins."""
        _, incomplete = self.get_completion_args()
        word = os.environ.get(_WORD, incomplete)
        return value[len(incomplete) - len(word) :] if incomplete.endswith(word) else value


def complete(command: click.Command, name: str) -> None:
    """Answers the script of a shell, on stdout. It never raises; what cannot be told is not completed."""
    with contextlib.suppress(Exception):
        click.echo(Shell(command, {}, name, "").complete().encode(), nl=True)


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("shell", metavar="bash|zsh|fish", type=click.Choice(list(SCRIPTS)))
def completion(shell: str) -> None:
    """Print a script by which the shell completes kbarchive and kbsearch: options, files, ids, and inside queries the
    fields and their values, as the index has them.

    \b
    Examples:
      echo 'eval "$(kbarchive completion bash)"' >> ~/.bashrc
      echo 'eval "$(kbarchive completion zsh)"' >> ~/.zshrc     # below compinit
      kbarchive completion fish > ~/.config/fish/conf.d/kbarchive.fish

    \b
    Exit codes:
      0  printed
      2  no such shell
    """
    for name in PROGRAMS:
        facts = {"complete_func": f"_{name}_completion", "complete_var": f"_{name.upper()}_COMPLETE", "prog_name": name}
        click.echo(SCRIPTS[shell] % facts)
