"""Packages that only some people need: imported when they are asked for, and missed with the command that installs them."""

from __future__ import annotations

import importlib
from typing import Any

from kbarchive.errors import MissingExtraError


def pyarrow(module: str = "pyarrow") -> Any:
    """A module of pyarrow. Raises MissingExtraError where that is not installed."""
    return _module("Parquet", "parquet", module)


def zstd() -> Any:
    """Python's own module for zstd, or its backport. Raises MissingExtraError where there is neither."""
    return _module("zstd", "zstd", "compression.zstd", "backports.zstd")


def distributed() -> Any:
    """Dask's package for clusters. Raises MissingExtraError where it is not installed."""
    return _module("A cluster", "cluster", "distributed")


def fsspec(module: str = "fsspec") -> Any:
    """A module of fsspec. Raises MissingExtraError where that is not installed."""
    return _module("An address", "remote", module)


def warcio(module: str = "warcio") -> Any:
    """A module of warcio. Raises MissingExtraError where that is not installed."""
    return _module("WARC", "warc", module)


def matplotlib(module: str = "matplotlib") -> Any:
    """A module of matplotlib. Raises MissingExtraError where that is not installed."""
    return _module("A plot", "plot", module)


def pandas() -> Any:
    """pandas. Raises MissingExtraError where it is not installed."""
    return _module("A DataFrame", "data", "pandas")


def _module(purpose: str, extra: str, *names: str) -> Any:
    for name in names:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise MissingExtraError(f"{purpose} needs a package that is not installed: pip install 'kbarchive[{extra}]'")
