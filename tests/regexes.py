"""Every regular expression that the package compiles: `python -m tests.regexes` prints them, as JSON, with who compiles them.

Patterns are put together at import, or come from the grammars, so they are caught where Python compiles them.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import sys
from pathlib import Path
from typing import Any

_BETWEEN = ("/re/__init__.py", "/lark/")


def collect() -> list[dict[str, Any]]:
    """All patterns, by importing all modules and using what compiles later: the grammars. To be run in a process of its own."""
    found: dict[tuple[str, int], str] = {}
    compile_ = re._compile  # type: ignore[attr-defined]  # the one way of all functions of re
    package = str(Path(__file__).parent.parent / "kbarchive")

    def recording(pattern: Any, flags: Any) -> Any:
        compiled = compile_(pattern, flags)
        frame = sys._getframe(1)
        while any(between in frame.f_code.co_filename for between in _BETWEEN):
            frame = frame.f_back  # type: ignore[assignment]  # something is outside of both
        if frame.f_code.co_filename.startswith(package) and isinstance(compiled.pattern, str):
            place = f"{Path(frame.f_code.co_filename).relative_to(package)}:{frame.f_lineno}"
            found.setdefault((compiled.pattern, compiled.flags), place)
        return compiled

    re._compile = recording  # type: ignore[attr-defined]
    import kbarchive

    for module in pkgutil.walk_packages(kbarchive.__path__, "kbarchive."):
        if not module.name.startswith(("kbarchive.assistant", "kbarchive.cli.mcp")):
            importlib.import_module(module.name)
    from tests.corpus import corpus_files, dialect_files

    for path in (*corpus_files(), *dialect_files()):
        kbarchive.parse(path.read_bytes())
    with kbarchive.open_index("sample") as index:
        for query in ("relay -smtp", 'title:(a OR "b c") NEAR/3 d', "j*k rel?y relya~ modified:1999..2000 version:>=5.0"):
            index.search(query, facets=True, explain=True)
    return [{"pattern": pattern, "flags": flags, "where": where} for (pattern, flags), where in found.items()]


if __name__ == "__main__":
    json.dump(collect(), sys.stdout)
