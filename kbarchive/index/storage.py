"""The folder that a shard is written into, as Whoosh wants it."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage


class ShardStorage(FileStorage):  # type: ignore[misc]  # Whoosh has no types
    """A storage that can give up the files that are being written.

    A file that is left to Python to close, on a full disk, makes it complain on stderr (since 3.13).
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self._created: list[Any] = []

    def create_file(self, name: str, *arguments: Any, **settings: Any) -> Any:
        file = super().create_file(name, *arguments, **settings)
        self._created.append(file)
        return file

    def give_up(self) -> None:
        """Closes what is open; that cannot fail."""
        for file in self._created:
            if not file.is_closed:
                with contextlib.suppress(OSError):
                    file.close()
