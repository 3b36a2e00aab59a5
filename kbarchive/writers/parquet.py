"""Parquet, through pyarrow: typed columns, lists as lists (https://parquet.apache.org/docs/file-format/)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from functools import cache
from typing import Any, BinaryIO, get_type_hints

from kbarchive.article import SCHEMA, Article
from kbarchive.extras import pyarrow
from kbarchive.report import Report
from kbarchive.writers.atomic import output_file, writing
from kbarchive.writers.flat import Row, flat_row

_GROUP_BYTES = 32 * 2**20  # of a row group, unpacked: enough for readers to work in bulk, and what one has to hold in memory


class ParquetWriter:
    """One file with a row an article, zstd inside."""

    def __init__(self) -> None:
        pyarrow()  # tells now, before the work begins, that it is missing

    def encode(self, articles: Sequence[Article]) -> bytes:
        schema = _schema()
        columns = zip(*map(flat_row, articles), strict=True)
        arrays = [pyarrow().array(column, kind) for column, kind in zip(columns, schema.types, strict=True)]
        batch: bytes = pyarrow().RecordBatch.from_arrays(arrays, schema=schema).serialize().to_pybytes()
        return batch

    @contextmanager
    def open(self, target: str, overwrite: bool, report: Report | None = None) -> Iterator[Callable[[bytes], object]]:  # noqa: ARG002 - a file is replaced
        with output_file(target) as stream:
            with writing(target):
                file = _File(stream)
            try:
                yield file.write
                with writing(target):
                    file.close(report)
            except BaseException:
                file.abandon()
                raise


class _File:
    """Collects batches to row groups."""

    def __init__(self, stream: BinaryIO) -> None:
        self._writer = pyarrow("pyarrow.parquet").ParquetWriter(stream, _schema(), compression="zstd")
        self._group: list[Any] = []
        self._size = 0

    def write(self, payload: bytes) -> None:
        batch = pyarrow("pyarrow.ipc").read_record_batch(payload, _schema())
        self._group.append(batch)
        self._size += batch.nbytes
        if self._size >= _GROUP_BYTES:
            self._write_group()

    def close(self, report: Report | None) -> None:
        if self._group:
            self._write_group()
        if report is not None:
            told = {"documents": report.documents, "bytes": report.bytes, "fingerprint": report.fingerprint}
            self._writer.add_key_value_metadata({f"kbarchive.{name}": str(value) for name, value in told.items()})
        self._writer.close()

    def abandon(self) -> None:
        with suppress(Exception):  # only so that it does not try when it is forgotten, and complain
            self._writer.close()

    def _write_group(self) -> None:
        table = pyarrow().Table.from_batches(self._group)
        self._group, self._size = [], 0
        self._writer.write_table(table, row_group_size=len(table))


@cache
def _schema() -> Any:
    arrow = pyarrow()
    text, number = arrow.string(), arrow.int32()
    kinds: dict[Any, Any] = {
        str: text,
        str | None: text,
        int: number,
        date | None: arrow.date32(),
        tuple[str, ...]: arrow.list_(text),
        tuple[int, ...]: arrow.list_(number),
    }
    fields = [
        arrow.field(name, kinds[hint], nullable=type(None) in getattr(hint, "__args__", ()))
        for name, hint in get_type_hints(Row).items()
    ]
    return arrow.schema(fields, metadata={"kbarchive.schema": str(SCHEMA)})
