"""Finds the grammars, the bundled corpus and the page about queries, installed or in a checkout.

Installed, `grammar/`, `corpus/` and `docs/` are packages such as ``kbarchive.grammar``. In a checkout, where
`kbarchive/` shadows the installed package, they are its sibling folders.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kbarchive._version import __version__
from kbarchive.errors import ResourceError

_PACKAGE = Path(__file__).resolve().parent
_CODE = (".py", ".lark", ".txt")


@cache
def resource_folder(name: str) -> Path:
    """The folder of a resource package, "grammar", "corpus" or "docs".

    Raises ResourceError where neither the installed sub-package nor the checkout's folder is there.
    """
    for folder in (_PACKAGE / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise ResourceError(
        f"the folder {name}/ is missing beside {_PACKAGE}: the installation is incomplete; install kbarchive again"
    )


@cache
def code_version() -> str:
    """Another one whenever the code is another, a dialect, a grammar or the thesaurus: what was made before is made again."""
    import hashlib  # only where something is made

    digest = hashlib.sha256(__version__.encode())
    for folder in (_PACKAGE, resource_folder("grammar")):
        for path in sorted(path for path in folder.rglob("*") if path.suffix in _CODE):
            digest.update(f"{path.relative_to(folder).as_posix()} ".encode() + path.read_bytes())
    return digest.hexdigest()


def grammar_text(name: str) -> str:
    """The text of a grammar file, e.g. "body.lark"."""
    return _text("grammar", name)


def query_help() -> str:
    """The page that explains queries, as Markdown."""
    return _text("docs", "query.md")


def _text(folder: str, name: str) -> str:
    path = resource_folder(folder) / name
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ResourceError(f"cannot read {path}: {error.strerror}; install kbarchive again") from error
