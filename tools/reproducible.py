"""Builds with setuptools, and writes what comes of it so that the same sources give the same bytes, wherever and by whomever.

A PEP 517 backend. Files are in order and have one time, that of SOURCE_DATE_EPOCH (reproducible-builds.org) or 1980, one owner,
and no rights but reading, and running where that is needed.
"""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import time
import zipfile
from pathlib import Path

from setuptools import build_meta
from setuptools.build_meta import get_requires_for_build_editable as get_requires_for_build_editable
from setuptools.build_meta import get_requires_for_build_sdist as get_requires_for_build_sdist
from setuptools.build_meta import get_requires_for_build_wheel as get_requires_for_build_wheel
from setuptools.build_meta import prepare_metadata_for_build_editable as prepare_metadata_for_build_editable
from setuptools.build_meta import prepare_metadata_for_build_wheel as prepare_metadata_for_build_wheel

build_editable = build_meta.build_editable

_EARLIEST = 315532800  # the first day that a zip can tell


def build_sdist(sdist_directory: str, config_settings: dict[str, str] | None = None) -> str:
    name = build_meta.build_sdist(sdist_directory, config_settings)
    path = Path(sdist_directory, name)
    packed = io.BytesIO()
    with tarfile.open(path) as old, tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as new:
        for member in sorted(old.getmembers(), key=lambda member: member.name):
            content = old.extractfile(member) if member.isfile() else None
            plain = tarfile.TarInfo(member.name)
            plain.type, plain.size, plain.mtime = member.type, member.size, _time()
            plain.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            new.addfile(plain, content)
    path.write_bytes(gzip.compress(packed.getvalue(), mtime=_time()))
    return name


def build_wheel(
    wheel_directory: str, config_settings: dict[str, str] | None = None, metadata_directory: str | None = None
) -> str:
    os.environ.setdefault("SOURCE_DATE_EPOCH", str(_time()))
    name = build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)
    path = Path(wheel_directory, name)
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            plain = zipfile.ZipInfo(member.filename, time.gmtime(_time())[:6])
            plain.compress_type = zipfile.ZIP_DEFLATED
            plain.external_attr = (0o100755 if member.external_attr >> 16 & 0o100 else 0o100644) << 16
            new.writestr(plain, old.read(member))
    path.write_bytes(packed.getvalue())
    return name


def _time() -> int:
    return max(_EARLIEST, int(os.environ.get("SOURCE_DATE_EPOCH", _EARLIEST)))
