"""The JSON Schemas that are kept in docs/: `python -m tests.schemas` writes them anew."""

from kbarchive.resources import resource_folder
from kbarchive.schema import NAMES, schema_text

if __name__ == "__main__":
    for name in NAMES:
        (resource_folder("docs") / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8")
