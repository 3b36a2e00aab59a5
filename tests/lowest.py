"""The lowest versions that setup.cfg allows, as constraints for pip: `python -m tests.lowest > lowest.txt`."""

from __future__ import annotations

import configparser
import re
import sys
from pathlib import Path

_REQUIREMENT = re.compile(r"([\w.-]+)(?:\[[^]]*\])?>=([\w.]+)")


def lowest() -> list[str]:
    """A constraint for each dependency, in order; raises ValueError where one has no lower bound, or several."""
    config = configparser.ConfigParser()
    config.read(Path(__file__).parent.parent / "setup.cfg", encoding="utf-8")
    named = config["options"]["install_requires"].splitlines()
    for extra in config["options.extras_require"].values():
        named += extra.splitlines()
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, named)):
        if line.startswith("kbarchive["):
            continue
        match = _REQUIREMENT.match(line)
        if not match:
            raise ValueError(f"no lower bound: {line}")
        if found.setdefault(match[1], match[2]) != match[2]:
            raise ValueError(f"another lower bound of {match[1]} is {found[match[1]]}: {line}")
    return sorted(f"{name}=={version}" for name, version in found.items())


if __name__ == "__main__":
    sys.stdout.write("\n".join(lowest()) + "\n")
