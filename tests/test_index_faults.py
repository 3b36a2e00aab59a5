"""Kills, flipped bytes, readers beside a writer, two writers, full disks, other users: an index never lies and never dies."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from kbarchive.errors import DamagedIndexError, SearchIndexError
from kbarchive.index import build_index, lock, publishing
from kbarchive.index.store import Metadata
from kbarchive.index.verify import check_index
from kbarchive.search import open_index
from tests.commands import PATIENCE, kbarchive, kbsearch
from tests.faults.flips import flip_bytes
from tests.faults.kills import kill_builds
from tests.faults.readers import read_while_building
from tests.faults.states import made_up
from tests.searching import index_of, write_articles
from tests.test_faults import on_small_disk

NOBODY = 65534

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@linux
def test_killed_builds_leave_the_old_index_or_the_new_one(tmp_path: Path) -> None:
    found = kill_builds(tmp_path, made_up(tmp_path / "articles", 40), kills=4)
    assert sum(found.values()) == 4


def test_a_flipped_byte_is_told_or_harmless(tmp_path: Path) -> None:
    found = flip_bytes(tmp_path, made_up(tmp_path / "articles", 40), flips=150)
    assert sum(found.values()) == 150
    assert sum(number for (_, outcome), number in found.items() if outcome == "told") > 75


def test_readers_beside_a_writer_see_one_state_or_the_other(tmp_path: Path) -> None:
    opened, builds, met = read_while_building(tmp_path, made_up(tmp_path / "articles", 40), seconds=1, readers=3)
    assert opened >= 3
    assert builds >= 2
    assert met == {0, 1}


def test_two_writers_wait_for_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_articles(tmp_path / "articles")
    folder = tmp_path / "index"
    build_index(source, folder)
    monkeypatch.setattr(lock, "_SECONDS", 0.2)
    with publishing.writing(folder):
        with pytest.raises(SearchIndexError, match="another kbarchive is writing"):
            build_index(source, folder)
        monkeypatch.setattr(lock, "_SECONDS", PATIENCE)
        second = threading.Thread(target=partial(build_index, source, folder, rebuild=True))
        second.start()
        time.sleep(0.1)
        assert second.is_alive()
    second.join()
    assert sorted(os.listdir(folder)) == ["current", "generation-000002", "lock"]


@linux
def test_a_lock_ends_with_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    source = write_articles(tmp_path / "articles")
    script = (
        "import pathlib, sys; from kbarchive.index.publishing import writing\n"
        "with writing(pathlib.Path(sys.argv[1])): print('held', flush=True); input()\n"
    )
    command = [sys.executable, "-c", script, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"held\n"
        owner.kill()
    assert build_index(source, folder).indexed == 3


def test_a_clock_that_is_set_back_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_articles(tmp_path / "articles")
    folder = tmp_path / "index"
    build_index(source, folder)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - 86400)
    os.utime(folder / "generation-000001", (now + 86400, now + 86400))
    build_index(source, folder, rebuild=True)
    assert sorted(os.listdir(folder)) == ["current", "generation-000002", "lock"]
    monkeypatch.setattr(lock, "_SECONDS", 0.2)
    with publishing.writing(folder), pytest.raises(SearchIndexError, match="another kbarchive"):
        build_index(source, folder)
    assert check_index(folder).ok


def test_an_index_that_is_removed_is_read_to_the_end(tmp_path: Path) -> None:
    with index_of(tmp_path) as index:
        shutil.rmtree(tmp_path / "index")
        assert index.search("relay not allowed").total == 2
        assert index.article("Q910003").id == "Q910003"
    with pytest.raises(SearchIndexError, match="holds no index"):
        open_index(tmp_path / "index")


def test_a_closed_index_is_told_and_not_called_damaged(tmp_path: Path) -> None:
    index = index_of(tmp_path)
    index.close()
    for ask in (lambda: index.search("relay"), lambda: list(index.articles()), lambda: index.article("Q910003")):
        with pytest.raises(SearchIndexError, match="is closed") as told:
            ask()
        assert not isinstance(told.value, DamagedIndexError)


def test_an_error_of_ours_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with index_of(tmp_path) as index:
        monkeypatch.setattr("kbarchive.search.finding.plan", {}.__getitem__)
        with pytest.raises(SearchIndexError, match="error in kbarchive") as told:
            index.search("relay")
        assert not isinstance(told.value, DamagedIndexError)


@pytest.mark.parametrize("name", ["postings", "records", "dictionary", "vocabulary"])
def test_a_file_that_is_cut_while_it_is_open_is_told(tmp_path: Path, name: str) -> None:
    with index_of(tmp_path) as index:
        (path,) = (tmp_path / "index").glob(f"*/*/{name}")
        os.truncate(path, 0)
        with pytest.raises(DamagedIndexError):
            index.search("relay* not allowed")


def test_what_fails_behind_the_last_step_removes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index_of(tmp_path).close()
    folder = tmp_path / "index"
    sync = publishing._sync

    def fail(path: Path) -> None:
        if path == folder:
            raise OSError(5, "Input/output error")
        sync(path)

    monkeypatch.setattr(publishing, "_sync", fail)
    with pytest.raises(SearchIndexError, match="Input/output error"):
        build_index(tmp_path / "articles", folder, rebuild=True)
    monkeypatch.undo()
    assert check_index(folder).ok
    build_index(tmp_path / "articles", folder, rebuild=True)
    assert len(os.listdir(folder)) == 3


def test_what_cannot_be_read_back_is_not_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index_of(tmp_path).close()
    folder = tmp_path / "index"
    write = publishing.write_metadata

    def write_on_a_bad_disk(generation: Path, metadata: Metadata) -> None:
        (path,) = generation.glob("*/dictionary")
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        write(generation, metadata)

    monkeypatch.setattr(publishing, "write_metadata", write_on_a_bad_disk)
    with pytest.raises(SearchIndexError, match="is the disk sound"):
        build_index(tmp_path / "articles", folder, rebuild=True)
    assert sorted(os.listdir(folder)) == ["current", "generation-000001", "lock"]
    assert check_index(folder).ok


def test_a_full_disk_leaves_the_old_index(tmp_path: Path) -> None:
    made_up(tmp_path / "articles", 60)
    made_up(tmp_path / "more", 1500)
    script = (
        f"{sys.executable} -m kbarchive.cli.main index -q articles --index disk/index && "
        f"{sys.executable} -m kbarchive.cli.main index -q more --index disk/index; "
        f"echo $?; ls disk/index; {sys.executable} -m kbarchive.cli.main check -q --index disk/index"
    )
    done = on_small_disk(tmp_path, script)
    if "mount" in done.stderr or "unshare" in done.stderr:
        pytest.skip("a system without mounts for users")
    assert "No space left on device; make room" in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stdout.splitlines()[:4] == ["2", "current", "generation-000001", "lock"]
    assert "is sound: " in done.stdout


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give files away")
def test_an_index_of_another_user_is_read(tmp_path: Path) -> None:
    """One that cannot be written, in a folder that all may enter."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        folder = place / "index"
        build_index(write_articles(place / "articles"), folder)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
            os.chown(path, NOBODY - 1, NOBODY - 1)
        # All is done once as root: where this Python lies, nobody else may be let in, and so import.
        script = (
            "import os; from kbarchive.search import open_index; from kbarchive.index.verify import check_index\n"
            "from kbarchive.index import build_index; from kbarchive.errors import SearchIndexError\n"
            "def work(folder, other):\n"
            "    with open_index(folder) as index:\n"
            "        print(index.search('relay not allowed').total, check_index(folder).ok)\n"
            "    try: build_index('articles', other, jobs=1)\n"
            "    except SearchIndexError as error: print(error)\n"
            f"work('index', 'other'); os.setgid({NOBODY}); os.setuid({NOBODY}); work('index', 'index')\n"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=place, check=False)
        assert done.stdout.splitlines()[:2] == ["2 True", "2 True"], done.stderr
        assert done.stdout.splitlines()[2].startswith("cannot write the index index: Permission denied")


def test_a_copy_elsewhere_is_the_same_index(tmp_path: Path) -> None:
    index_of(tmp_path).close()
    shutil.copytree(tmp_path / "index", tmp_path / "copy")
    shutil.rmtree(tmp_path / "index")
    assert kbarchive("check", "--index", str(tmp_path / "copy")).returncode == 0
    assert kbsearch("--index", str(tmp_path / "copy"), "relay").returncode == 0


def test_no_pickle_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can write an index must not be able to run anything where it is read."""
    index_of(tmp_path).close()
    script = (
        "import sys, pickle\n"
        "def fail(*_): raise AssertionError('a pickle was loaded')\n"
        "pickle.load = pickle.loads = pickle.Unpickler = fail\n"
        "from kbarchive.search import open_index; from kbarchive.index.verify import check_index\n"
        f"index = open_index({str(tmp_path / 'index')!r})\n"
        "index.search('relay* not allowd', facets=True, fold=True, explain=True)\n"
        "print(check_index(index.location).ok, 'whoosh.filedb' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout == "True False\n", done.stderr
