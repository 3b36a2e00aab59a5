"""`kbarchive mcp`, asked by the client of the official SDK."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.commands import PATIENCE, kbarchive
from tests.searching import index_of

mcp = pytest.importorskip("mcp", reason="the extra mcp is not installed; .ci/run installs it")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = tmp_path_factory.mktemp("assistant")
    index_of(place).close()
    return str(place / "index")


@asynccontextmanager
async def asking(folder: str) -> AsyncIterator[Any]:
    arguments = ["mcp", "--index", folder, "--quiet"]
    command = mcp.StdioServerParameters(command=sys.executable, args=["-m", "kbarchive.cli.main", *arguments])
    async with mcp.Client(mcp.stdio_client(command), read_timeout_seconds=PATIENCE) as client:
        yield client


def ask(folder: str, tool: str, **arguments: object) -> Any:
    import anyio

    async def asked() -> Any:
        async with asking(folder) as client:
            return await client.call_tool(tool, arguments)

    return anyio.run(asked)


def test_the_tools(folder: str) -> None:
    import anyio

    async def listed() -> Any:
        async with asking(folder) as client:
            return (await client.list_tools()).tools

    tools = anyio.run(listed)
    assert [tool.name for tool in tools] == ["search", "article", "references"]
    assert all(tool.description and tool.annotations.read_only_hint for tool in tools)


def test_search(folder: str) -> None:
    found = ask(folder, "search", query="relay not allowed", limit=1).structured_content
    assert [hit["id"] for hit in found["hits"]] == ["Q910001"]
    assert ask(folder, "search", query="relay", limit=0).is_error


def test_article(folder: str) -> None:
    (text,) = ask(folder, "article", key="910001").content
    assert "## SYMPTOMS" in text.text
    missing = ask(folder, "article", key="Q1")
    assert (missing.is_error, "no article 'Q1'" in missing.content[0].text) == (True, True)


def test_references(folder: str) -> None:
    found = ask(folder, "references", key="Q910001").structured_content
    assert [cited["id"] for cited in found["cites"]] == ["Q910002"]
    assert [cited["id"] for cited in found["missing"]] == ["Q919999"]
    assert ask(folder, "references", key="Q1").is_error


def test_without_the_extra(tmp_path: Path, folder: str) -> None:
    (tmp_path / "mcp.py").write_text("raise ModuleNotFoundError('no', name='mcp')\n")
    done = kbarchive("mcp", "--index", folder, PYTHONPATH=str(tmp_path))
    assert (done.returncode, b"pip install 'kbarchive[mcp]'" in done.stderr) == (2, True)
