"""The documentation: links lead somewhere, pictures are those that would be drawn, the site is built without a warning."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import xml.etree.ElementTree as ET  # our own pictures
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import pytest
import yaml

import kbarchive

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "grammar").glob("*.md"), *(ROOT / "corpus").glob("README.md")]
BUILDERS = ("sphinx", "furo", "myst_parser", "railroad", "sphinx_copybutton")

_CODE = re.compile(r"^(```+).*?^\1$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^()\s]+)\)|\{download\}`[^<`]*<([^>`]+)>`")


def links(page: Path) -> Iterator[str]:
    text = re.sub(r"\{download\}`([^`]*)`", r"](\1)", page.read_text(encoding="utf-8"))
    for first, second in _LINK.findall(_CODE.sub("", text)):
        yield first or second


def anchors(page: Path) -> set[str]:
    """What the headings of a page can be linked by."""
    headings = re.findall(r"^#+ (.+)$", _CODE.sub(lambda m: m[0].strip("`"), page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, anchor = unquote(link).partition("#")
        if path.startswith(("http:", "https:")):
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link}: there is no {target}"
        if anchor:
            assert anchor in anchors(target), f"{link}: {target} has no such heading"


def test_every_page_is_in_the_site() -> None:
    listed = set(re.findall(r"^[\w/-]+$", (DOCS / "index.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == {page.relative_to(DOCS).with_suffix("").as_posix() for page in DOCS.rglob("*.md")} - {"index"}


def test_every_public_name_is_in_the_reference() -> None:
    page = (DOCS / "reference" / "api.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\.\. auto(?:function|class):: (\w+)$", page, re.MULTILINE))
    modules = set(re.findall(r"^\.\. automodule:: (\S+)$", page, re.MULTILINE))
    public = {name for name in kbarchive.__all__ if not name.startswith("_")}
    public -= {"Block"}  # a union of those in the record
    assert told == {name for name in public if getattr(kbarchive, name).__module__ not in modules}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_that_are_named_are_there(page: Path) -> None:
    """`search/query.py` is one of the package; CHANGELOG.md tells of what was."""
    named = re.findall(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|lark|md))`", page.read_text(encoding="utf-8"))
    places = (ROOT, ROOT / "kbarchive", page.parent)
    lost = [name for name in named if not any((place / name).is_file() for place in places)]
    assert page.name == "CHANGELOG.md" or lost in ([], ["kbarchive/writers/titles.py"])  # the writer of an example


def test_chores_that_are_named_are_there() -> None:
    sessions = {
        node.name
        for node in ast.walk(ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    named = {name for page in PAGES for name in re.findall(r"nox -s (\w+)", page.read_text(encoding="utf-8"))}
    assert named == sessions


def test_citation_is_whole() -> None:
    """https://github.com/citation-file-format/citation-file-format/blob/main/schema-guide.md"""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert (citation["cff-version"], citation["type"], citation["license"]) == ("1.2.0", "software", "MIT")
    assert citation["version"] == kbarchive.__version__
    assert all(author["name"] for author in citation["authors"])


@pytest.mark.filterwarnings("ignore:.*make_default_short_help:DeprecationWarning")  # click-man's
def test_man_pages_are_made_of_every_command(tmp_path: Path) -> None:
    pytest.importorskip("click_man", reason="the extra dev is not installed here: man pages are not made")
    from tests.manuals import write
    from tests.reference import commands

    write(tmp_path)
    assert {path.stem for path in tmp_path.iterdir()} == {name.replace(" ", "-") for name in commands()}
    assert "title:relay" in (tmp_path / "kbsearch.1").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pictures() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pictures", DOCS / "sphinx" / "pictures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["record", "references"])
def test_pictures_are_up_to_date(name: str, pictures: ModuleType) -> None:
    kept = (DOCS / "pictures" / f"{name}.svg").read_text(encoding="utf-8")
    assert kept == getattr(pictures, f"{name}_picture")(), "draw it anew with: python docs/sphinx/pictures.py"


def test_pictures_are_small_and_whole() -> None:
    for path in (DOCS / "pictures").glob("*.svg"):
        assert path.stat().st_size < 200_000
        assert ET.parse(path).getroot().tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314


@pytest.mark.skipif(
    not all(map(importlib.util.find_spec, BUILDERS)), reason="the extra docs is not installed here: the site is not built"
)
def test_site_is_built_without_a_warning_and_asks_no_other_host(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", DOCS / "sphinx", DOCS, tmp_path / "site"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    written = {path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site").rglob("*")}
    assert {"index.html", "searchindex.js", "record.schema.json", "_images/record.svg", "reference/api.html"} <= written
    for path in (tmp_path / "site").rglob("*"):
        if path.suffix in (".html", ".css"):
            text = path.read_text(encoding="utf-8")
            asked = re.findall(r"<(?:script|img|link|iframe|source)\b[^>]*\b(?:src|href)=\"(?:https?:)?//[^\"]*\"", text)
            assert asked + re.findall(r"(?:url\(['\"]?|@import ['\"])(?:https?:)?//[^)'\"]*", text) == [], path
    grammar = (tmp_path / "site" / "explanation" / "grammar.html").read_text(encoding="utf-8")
    assert grammar.count('class="railroad-diagram"') >= 15
