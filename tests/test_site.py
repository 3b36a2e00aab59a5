"""A site of static files: its pages, its files, its search index, and what a second run does."""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from kbarchive.errors import TargetError
from kbarchive.index.reader import open_reader
from kbarchive.index.values import TEXT
from kbarchive.search import Index, open_index
from kbarchive.site import SiteReport, build_site
from kbarchive.site.links import links
from kbarchive.site.places import name, place, relative
from kbarchive.site.writing import Journal, journal_path
from kbarchive.web import addresses
from tests.commands import kbarchive
from tests.pages import Page, words, words_of
from tests.searching import ARTICLES, article, index_of
from tests.test_web_safety import planted

Built = tuple[Path, SiteReport]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("site") / "out"
    return folder, build_site("sample", folder)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The folder of an index of three articles."""
    index_of(tmp_path).close()
    return tmp_path / "index"


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_article_is_a_page_with_all_its_words(sample: Built) -> None:
    folder, report = sample
    with open_index("sample") as index:
        for key in index.dates():
            for number, text in enumerate(index.revisions(key), 1):
                page = Page((folder / place(addresses.revision(key, number))).read_text())
                assert words_of(text) <= words(" ".join(page.pieces)), key
        assert report.articles == len(index)


def test_pages_ask_nobody_else_and_lie_anywhere(sample: Built) -> None:
    folder, report = sample
    pages = [path for path in folder.rglob("*.html") if path.name == "index.html"]
    assert len(pages) > 400
    assert report.pages == len(pages) + 1  # that of what is missing has addresses from the top
    for path in pages:
        page = Page(path.read_text())
        assert len(page.all("h1")) == 1
        (policy,) = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert len(page.all("script")) == 1
        for _, attributes in page.elements:
            for where in ("href", "src", "action"):
                assert not re.match(r"/|[a-z]+:", attributes.get(where, "")), attributes
    assert not any(text in path.read_text() for path in pages for text in ("/random", "/openapi.json", ".json"))


def test_links_are_followed(sample: Built, tmp_path: Path) -> None:
    _, report = sample
    assert report.broken == []
    assert report.links > 5000
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "index.html").write_text(
        '<a href="../b/?q=1#x">b</a> <a href="#x">x</a> <a href="https://x/">y</a> <a href="../">z</a>'
    )
    assert links(tmp_path, ["a/index.html"]) == (2, {"b/index.html": "a/index.html", "index.html": "a/index.html"})


def test_names_that_every_system_takes() -> None:
    odd = [
        "Microsoft Word",
        "microsoft word",
        "MICROSOFT WORD",
        "a/b",
        "a:b",
        "a.",
        "a ",
        "aux",
        "AUX",
        "com1",
        "..",
        "é",
        "?",
        "page-2",
    ]
    odd += ["q206968", "x" * 200, "revision-2", "a\\b", 'a"b']
    named = [name(text) for text in odd]
    assert len({text.casefold() for text in named}) == len(odd)
    assert all(re.fullmatch(r"[a-z0-9-]{1,80}", text) for text in named)
    assert not {"aux", "com1", "page-2", "revision-2", "q206968"} & set(named)
    assert [name(text) for text in ("Q206968", "exchange", "1999", "mspl13_basic")] == [
        "Q206968",
        "exchange",
        "1999",
        "mspl13_basic",
    ]


@pytest.mark.parametrize(
    ("address", "file", "link"),
    [
        ("/", "index.html", "../../"),
        ("/kb/Q206968", "kb/Q206968/index.html", "../../kb/Q206968/"),
        ("/kb/Q206968?revision=2", "kb/Q206968/revision-2/index.html", "../../kb/Q206968/revision-2/"),
        ("/browse/year?page=2", "browse/year/page-2/index.html", "../../browse/year/page-2/"),
        ("/browse/year/1999", "browse/year/1999/index.html", "../../browse/year/1999/"),
        ("/search?q=a&f=b", "search/index.html", "../../search/?q=a&f=b"),
        ("/static/app.css?v=1", "static/app.css", "../../static/app.css?v=1"),
    ],
)
def test_where_an_address_lies(address: str, file: str, link: str) -> None:
    assert (place(address), relative(address, "kb/Q1/index.html")) == (file, link)


def test_it_does_not_depend_on_the_processes(small: Path, tmp_path: Path) -> None:
    for jobs in (1, 2):
        build_site(small, tmp_path / str(jobs), jobs)
    assert files(tmp_path / "1") == files(tmp_path / "2")


def test_what_has_not_changed_is_left_alone(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = build_site(small, out, 1)
    (out / "CNAME").write_text("kb.example.org\n")
    again = build_site(small, out, 1)
    assert (first.written, again.written, again.files, again.removed) == (first.files, 0, first.files, 0)
    changed = dict(ARTICLES) | {"Q910001": article(910001, "Another Title", {"CAUSE": "Another text."})}
    del changed["Q910003"]
    index_of(tmp_path / "changed", changed).close()
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.html")}
    third = build_site(tmp_path / "changed" / "index", out, 1)
    assert third.removed >= 2
    assert not (out / "kb" / "Q910003").exists()
    assert "Another Title" in (out / "kb" / "Q910001" / "index.html").read_text()
    assert (out / "source" / "Q910002" / "index.html").stat().st_mtime_ns == before[out / "source" / "Q910002" / "index.html"]
    assert (out / "CNAME").exists()
    fresh = tmp_path / "fresh"
    build_site(tmp_path / "changed" / "index", fresh, 1)
    assert files(fresh) == {file: data for file, data in files(out).items() if file != "CNAME"}


def test_a_run_that_was_killed_is_gone_on_with(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    whole = build_site(small, out, 1)
    before = files(out)
    journal = journal_path(out)
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[:10]) + lines[10][:20])
    (out / "kb" / "Q910001" / "index.html.unfinished").write_text("half a page")
    (out / "kb" / "Q910001" / "index.html").unlink()
    again = build_site(small, out, 1)
    assert again.written >= whole.files - 11
    assert files(out) == before


def test_with_an_address_there_are_sitemaps(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build_site(small, out, 1)
    assert not (out / "sitemap.xml").exists()
    assert "Sitemap" not in (out / "robots.txt").read_text()
    assert 'href="/browse/"' in (out / "404.html").read_text()
    build_site(small, out, 1, base_url="https://kb.example.org/old/")
    assert "<loc>https://kb.example.org/old/sitemap-1.xml</loc>" in (out / "sitemap.xml").read_text()
    assert "<loc>https://kb.example.org/old/kb/Q910001/</loc>" in (out / "sitemap-1.xml").read_text()
    assert "Sitemap: https://kb.example.org/old/sitemap.xml" in (out / "robots.txt").read_text()
    assert (
        'rel="canonical" href="https://kb.example.org/old/kb/Q910001/"' in (out / "kb" / "Q910001" / "index.html").read_text()
    )
    assert 'href="https://kb.example.org/old/browse/"' in (out / "404.html").read_text()


def test_what_articles_hold_is_text(tmp_path: Path) -> None:
    index_of(tmp_path, planted()).close()
    report = build_site(tmp_path / "index", tmp_path / "out", 1)
    assert report.broken == []
    for path in (tmp_path / "out").rglob("*.html"):
        page = Page(path.read_text())
        assert [script["src"].endswith("static/find.js") for script in page.all("script")] == [True]
        for element, attributes in page.elements:
            assert element not in {"iframe", "object", "embed", "base", "style", "img", "math", "b", "mi"}
            assert not any(attribute.startswith("on") or attribute == "style" for attribute in attributes)
            assert not re.match(r"[a-z]+:|//", attributes.get("href", ""))


@pytest.fixture(scope="module")
def read(sample: Built) -> tuple[Path, dict[str, object]]:
    folder = sample[0] / "search"
    return folder, json.loads(zlib.decompress((folder / "manifest.bin").read_bytes()))


def test_the_index_of_the_browser_has_the_postings_of_the_index(read: tuple[Path, dict[str, object]]) -> None:
    folder, manifest = read
    docs = json.loads(zlib.decompress((folder / "docs.bin").read_bytes()))
    names, number = [], 0
    for step in docs["names"]:
        number += step if isinstance(step, int) else 0
        names.append(f"Q{number}" if isinstance(step, int) else step)
    found = {term: postings for _, file in manifest["terms"] for term, postings in _terms(folder / file)}  # type: ignore[attr-defined]
    with open_index("sample") as index:
        assert index.location is not None
        reader = open_reader(index.location)
        terms = {term for shard in reader.shards for term in shard.vocabulary.terms.split("\n") if term}
        named = {term.decode() for _, term in reader.thesaurus.named}
        terms |= {term for term in named if any(shard.postings(TEXT, term.encode()) for shard in reader.shards)}
        assert terms & named
        assert set(found) == terms
        for term in sorted(terms)[::7]:
            expected = [
                (name(reader.key(shard.base + document)), impact)
                for shard in reader.shards
                if (postings := shard.postings(TEXT, term.encode()))
                for document, impact in zip(postings.documents, postings.impacts, strict=True)
            ]
            assert sorted((names[document], impact) for document, impact in found[term]) == sorted(expected), term
        reader.close()
    assert [start for start, _ in manifest["terms"]] == sorted(start for start, _ in manifest["terms"])  # type: ignore[attr-defined]


def _terms(path: Path) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    head, _, data = zlib.decompress(path.read_bytes()).partition(b"\n\n")
    at = 0
    for line in head.decode().split("\n"):
        term, _, size = line.rpartition(" ")
        end = at + int(size)
        document, postings = -1, []
        while at < end:
            step = shift = 0
            while data[at] & 128:
                step |= (data[at] & 127) << shift
                shift += 7
                at += 1
            step |= data[at] << shift
            document += step
            postings.append((document, data[at + 1]))
            at += 2
        yield term, postings


def test_facets_of_the_browser(read: tuple[Path, dict[str, object]]) -> None:
    folder, _ = read
    facet = json.loads(zlib.decompress((folder / "facets.bin").read_bytes()))["collection"]
    counts: dict[str, int] = {}
    for number in facet["documents"]:
        for value in facet["sets"][number]:
            counts[facet["values"][value]] = counts.get(facet["values"][value], 0) + 1
    with open_index("sample") as index:
        assert counts == index.facets()["collection"]


@pytest.mark.parametrize("what", ["a file", "another folder"])
def test_nothing_else_is_overwritten(small: Path, tmp_path: Path, what: str) -> None:
    out = tmp_path / "out"
    if what == "a file":
        out.write_text("mine")
    else:
        out.mkdir()
        (out / "mine.txt").write_text("mine")
    before = files(tmp_path)
    with pytest.raises(TargetError, match="name an"):
        build_site(small, out, 1)
    assert files(tmp_path) == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such locks")
def test_one_at_a_time(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build_site(small, out, 1)
    journal = Journal(out)
    with pytest.raises(TargetError, match="is writing it"):
        build_site(small, out, 1)
    journal.close()
    assert build_site(small, out, 1).written == 0


def test_articles_that_have_just_a_value(small: Path) -> None:
    with open_index(small) as index:
        assert isinstance(index, Index)
        results = index.having("collection", "exchange")
        dates = [hit.modified or "" for hit in results.hits]
        assert results.total == index.facets()["collection"]["exchange"] == len(dates)
        assert dates == sorted(dates, reverse=True)
        assert index.having("collection", "nonesuch").total == 0


def test_the_command(small: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    done = kbarchive("site", str(small), out, "--jobs", "1", "--base-url", "https://kb.example.org/")
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"3 articles" in done.stderr
    assert b" 0 lead nowhere" in done.stderr
    quiet = kbarchive("site", str(small), out, "--quiet")
    assert b"python -m http.server" in kbarchive("site", "--help").stdout
    assert (quiet.returncode, quiet.stderr) == (0, b"")
    for source, address in ((str(small), "elsewhere"), (str(tmp_path / "nothing"), "https://kb.example.org/")):
        done = kbarchive("site", source, str(tmp_path / "another"), "--base-url", address)
        assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert not (tmp_path / "another").exists()


def test_without_the_extra(small: Path, tmp_path: Path) -> None:
    (tmp_path / "jinja2.py").write_text("raise ModuleNotFoundError('no', name='jinja2')\n")
    done = kbarchive("site", str(small), str(tmp_path / "out"), PYTHONPATH=f"{tmp_path}{os.pathsep}")
    assert (done.returncode, b"pip install 'kbarchive[web]'" in done.stderr) == (2, True)
    assert not (tmp_path / "out").exists()
