"""Links out of docs/ to what else a checkout has: they say a path there, which must exist; on the site they are no links."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]


def unlink(app: Sphinx, document: nodes.document) -> None:
    """Puts the path in a checkout in the place of each link out of docs/; what leads nowhere stays, which is a warning."""
    here = Path(str(document["source"])).parent
    for node in list(document.findall(addnodes.pending_xref)) + list(document.findall(addnodes.download_reference)):
        path = (here / str(node["reftarget"])).resolve()
        if path.exists() and path.is_relative_to(ROOT) and not path.is_relative_to(app.srcdir):
            node.replace_self(nodes.literal(text=path.relative_to(ROOT).as_posix()))


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("doctree-read", unlink)
    return {"parallel_read_safe": True}
