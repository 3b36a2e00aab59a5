"""The files of a shard that are our own: what was written comes back, and a changed byte is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh.filedb.filestore import FileStorage, RamStorage

from kbarchive.index import thesaurus
from kbarchive.index.dictionary import Dictionary, DictionaryWriter, Place
from kbarchive.index.files import DamagedFileError, Folder, OpenFile
from kbarchive.index.rows import Rows, RowsWriter

_TERMS = st.dictionaries(st.binary(max_size=300), st.integers(0, 2**40), max_size=200)


def _write_dictionary(storage: Any, fields: dict[str, dict[bytes, int]]) -> dict[str, dict[bytes, Place]]:
    writer = DictionaryWriter(storage)
    places: dict[str, dict[bytes, Place]] = {}
    offset = 0
    for field in sorted(fields):
        writer.start_field(field)
        places[field] = {}
        for term, length in sorted(fields[field].items()):
            writer.add([term], [length])
            places[field][term] = Place(offset, length)
            offset += length
    writer.close()
    return places


@given(st.dictionaries(st.sampled_from(["cites", "text", "spelling"]), _TERMS, max_size=3), st.binary(max_size=3))
def test_terms_come_back(fields: dict[str, dict[bytes, int]], start: bytes) -> None:
    storage = RamStorage()
    places = _write_dictionary(storage, fields)
    dictionary = Dictionary(storage)
    assert dictionary.fields == sorted(fields)
    for field, terms in places.items():
        assert {term: dictionary.find(field, term) for term in terms} == terms
        assert dictionary.find(field, b"\xff" * 301) is None
        assert list(dictionary.terms(field, start)) == [item for item in terms.items() if item[0] >= start]
    assert dictionary.find("title", b"relay") is None
    assert list(dictionary.terms("title")) == []


@given(st.lists(st.binary(max_size=50)), st.sets(st.integers(0, 20)))
def test_rows_come_back(rows: list[bytes], emptied: set[int]) -> None:
    storage = RamStorage()
    writer = RowsWriter(storage, "rows")
    for row in rows:
        writer.add(row)
    writer.close(emptied)
    read = Rows(storage, "rows")
    assert [read[number] for number in range(len(read))] == [
        b"" if number in emptied else row for number, row in enumerate(rows)
    ]
    assert list(storage.list()) == ["rows"]


def _read_dictionary(storage: Any) -> Any:
    return list(Dictionary(storage).terms("text"))


def _read_rows(storage: Any) -> Any:
    rows = Rows(storage, "rows")
    return [rows[number] for number in range(len(rows))]


def _read_thesaurus(storage: Any) -> Any:
    return thesaurus.read(thesaurus.open_file(storage))


@pytest.mark.parametrize(
    ("name", "read"), [("dictionary", _read_dictionary), ("rows", _read_rows), ("thesaurus", _read_thesaurus)]
)
def test_a_changed_byte_or_a_missing_end_is_told(tmp_path: Path, name: str, read: Callable[[Any], Any]) -> None:
    storage = FileStorage(str(tmp_path))
    _write_dictionary(storage, {"text": {f"term{number:03}".encode(): number for number in range(150)}})
    writer = RowsWriter(storage, "rows")
    for number in range(20):
        writer.add(b"row %d" % number)
    writer.close()
    thesaurus.write(storage)
    path = tmp_path / name
    data = path.read_bytes()
    whole = read(Folder(tmp_path))
    assert whole
    damaged = [data[:length] for length in (0, 5, len(data) // 2, len(data) - 1)]
    damaged += [data[:at] + bytes((data[at] ^ 0x10,)) + data[at + 1 :] for at in range(0, len(data), max(1, len(data) // 150))]
    for changed in damaged:
        path.write_bytes(changed)
        with pytest.raises(DamagedFileError):
            read(Folder(tmp_path))
    path.write_bytes(data)
    assert read(Folder(tmp_path)) == whole


def test_a_file_is_read_to_its_end_though_it_was_removed(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    file = OpenFile(Folder(tmp_path), "file")
    (tmp_path / "file").unlink()
    assert (file.size, file.read(), file.get(8, 5), file.get(20, 5), file.get(-1, 5)) == (10, b"0123456789", b"89", b"", b"")
    file.close()


def test_an_empty_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    file = OpenFile(Folder(tmp_path), "file")
    assert (file.size, file.read()) == (0, b"")
    file.close()


def test_no_more_is_read_than_a_file_has(tmp_path: Path) -> None:
    """A length that is damaged may be any: what is set apart for it is not."""
    (tmp_path / "a").write_bytes(b"abc")
    file = OpenFile(Folder(tmp_path), "a")
    assert [file.get(1, 2**60), file.get(3, 2**60), file.get(9, 1), file.get(-1, 1)] == [b"bc", b"", b"", b""]
    file.close()
