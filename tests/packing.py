"""Archives of made-up members, as bytes."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping

UNREADABLE = b"7z\xbc\xaf\x27\x1c"
"""An archive that fails where it is read, as `WHY_UNREADABLE`."""

WHY_UNREADABLE = "a 7z archive, which kbarchive cannot read; unpack it first"


def tar_of(members: Mapping[str, bytes], kind: str = "w") -> bytes:
    """A tar; `kind` is a mode of tarfile that tells its compression."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=kind) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def tgz_of(members: Mapping[str, bytes]) -> bytes:
    """A tar that gzip compressed."""
    return gzip.compress(tar_of(members))


def zip_of(members: Mapping[str, bytes]) -> bytes:
    """A zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()
