"""Writes the golden records anew: look at the diff before you commit it."""

from tests.test_golden import GOLDEN, golden_files, record

for path in golden_files():
    (GOLDEN / f"{path.stem}.json").write_bytes(record(path))
