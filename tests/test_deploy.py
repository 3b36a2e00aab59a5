"""The unit and the container file: they start what there is, as the service they say."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kbarchive.cli.serve import serve

DEPLOY = Path(__file__).parent.parent / "deploy"


def _unit() -> dict[str, str]:
    lines = (DEPLOY / "kbarchive.service").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def _container() -> list[str]:
    (line,) = [line for line in (DEPLOY / "Containerfile").read_text().splitlines() if line.startswith("ENTRYPOINT")]
    return [part.strip('[]", ') for part in line.removeprefix("ENTRYPOINT").split(",")]


@pytest.mark.parametrize("command", [shlex.split(_unit()["ExecStart"]), _container()], ids=["unit", "container"])
def test_what_is_started_is_understood(command: list[str]) -> None:
    program, verb, *arguments = command
    assert (Path(program).name, verb) == ("kbarchive", "serve")
    with serve.make_context("serve", arguments) as context:
        assert context.params["index_dir"] in ("/srv/kb.idx", "/index")
        assert context.params["port"] == 8380


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if not program:
        pytest.skip("a system without systemd")
    unit = (DEPLOY / "kbarchive.service").read_text().replace("/opt/kbarchive/bin/kbarchive", sys.executable)
    (tmp_path / "kbarchive.service").write_text(unit)
    command = [program, "verify", str(tmp_path / "kbarchive.service")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
