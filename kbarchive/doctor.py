"""What is installed, which indexes there are, and what of it can be removed: for people whom something puzzles."""

from __future__ import annotations

import os
import platform
import re
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import msgspec

from kbarchive._version import __version__
from kbarchive.errors import ResourceError, SearchIndexError
from kbarchive.index.folders import VARIABLE, default_folder, sample_folder
from kbarchive.index.publishing import leftovers
from kbarchive.index.store import current_generation, holds_index
from kbarchive.resources import resource_folder

_REQUIREMENT = re.compile(r"([\w.-]+)(?:\[[^\]]*\])?([^;]*)(?:;(.*))?")
_OF_EXTRA = re.compile(r"extra == ['\"]([\w-]+)['\"]")
_RESOURCES = ("grammar", "corpus", "docs")


class IndexState(msgspec.Struct, frozen=True):
    """An index: what asks for it, its folder, and how it is.

    `problem` is None where it is sound, or where there is none; `articles` and `bytes` are 0 where there is none.
    """

    role: str
    path: str
    articles: int
    bytes: int
    made_by: str | None
    problem: str | None


class Removable(msgspec.Struct, frozen=True):
    """What nobody would miss: a file or folder, its size, and why it is there."""

    path: str
    bytes: int
    reason: str


class Health(msgspec.Struct, frozen=True):
    """An installation. `resources` has the folders, `packages` the versions of what is needed, and `extras` those of what only
    some need; None is what is not there. `problems` say what to do.
    """

    version: str
    python: str
    system: str
    installed: str
    resources: dict[str, str | None]
    packages: dict[str, str | None]
    extras: dict[str, dict[str, str | None]]
    indexes: tuple[IndexState, ...]
    removable: tuple[Removable, ...]
    problems: tuple[str, ...]


def examine() -> Health:
    """Looks; changes nothing."""
    resources = {name: _resource(name) for name in _RESOURCES}
    packages, extras = _requirements()
    indexes = tuple(_index(role, folder) for role, folder in _folders())
    problems = [f"the folder {name}/ is missing: install kbarchive again" for name, path in resources.items() if path is None]
    problems += (f"{name} is missing: pip install {name}" for name, found in packages.items() if found is None)
    problems += (state.problem for state in indexes if state.problem)
    return Health(
        version=__version__,
        python=platform.python_version(),
        system=platform.platform(),
        installed=str(Path(__file__).resolve().parent),
        resources=resources,
        packages=packages,
        extras=extras,
        indexes=indexes,
        removable=tuple(_removable([Path(state.path) for state in indexes])),
        problems=tuple(problems),
    )


def _resource(name: str) -> str | None:
    try:
        return str(resource_folder(name))
    except ResourceError:
        return None


def _requirements() -> tuple[dict[str, str | None], dict[str, dict[str, str | None]]]:
    """The versions of what kbarchive requires, and of what its extras do; empty where it is used without being installed."""
    packages: dict[str, str | None] = {}
    extras: dict[str, dict[str, str | None]] = {}
    try:
        lines = requires("kbarchive") or []
    except PackageNotFoundError:
        lines = []
    for line in lines:
        match = _REQUIREMENT.match(line)
        if match is None or match[1] == "kbarchive" or not _is_for_this_python(match[3] or ""):
            continue
        extra = _OF_EXTRA.search(match[3] or "")
        (extras.setdefault(extra[1], {}) if extra else packages)[match[1]] = _version(match[1])
    return packages, dict(sorted(extras.items()))


def _is_for_this_python(marker: str) -> bool:
    below = re.search(r"python_version < ['\"](\d+)\.(\d+)['\"]", marker)
    return not below or sys.version_info[:2] < (int(below[1]), int(below[2]))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _folders() -> list[tuple[str, Path]]:
    """The indexes that are looked for where none is named, the first that is there counts."""
    named = os.environ.get(VARIABLE)
    first = [(f"${VARIABLE}", Path(named))] if named else [("default", default_folder())]
    return [*first, ("sample", sample_folder())]


def _index(role: str, folder: Path) -> IndexState:
    wanted = role.startswith("$")
    try:
        if not holds_index(folder):
            problem = f"{role} names {folder}, which holds no index: kbarchive index SOURCE..., or unset it" if wanted else None
            return IndexState(role, str(folder), 0, 0, None, problem)
        _, metadata = current_generation(folder)
    except SearchIndexError as error:
        return IndexState(role, str(folder), 0, _size(folder), None, str(error))
    except OSError as error:
        return IndexState(role, str(folder), 0, 0, None, f"cannot read the index {folder}: {error.strerror}")
    return IndexState(
        role, str(folder), metadata.articles, sum(length for length, _ in metadata.files.values()), metadata.made_by, None
    )


def _removable(folders: list[Path]) -> list[Removable]:
    sample = sample_folder()
    found = [
        Removable(str(other), _size(other), "the sample's index of another version")
        for other in sorted(sample.parent.glob("sample-*"))
        if other != sample
    ]
    if sample.exists():
        found.append(Removable(str(sample), _size(sample), "the sample's index; it is made anew when it is asked for"))
    for folder in folders:
        with suppress(OSError):  # one that cannot be read is told of among the indexes
            found += (
                Removable(str(path), _size(path), "left by a build that was killed, or runs") for path in leftovers(folder)
            )
    return found


def _size(path: Path) -> int:
    """The bytes of a file, or of all files of a folder."""
    if not path.is_dir():
        return path.stat().st_size
    return sum(inner.stat().st_size for inner in path.rglob("*") if inner.is_file())
