"""The documentation as a site: `nox -s docs`, or ``sphinx-build -W -c docs/sphinx docs build/docs``."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from kbarchive import __version__  # noqa: E402 - found by the line above

project = "kbarchive"
author = "the kbarchive project"
project_copyright = "the kbarchive project, MIT licence"
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton", "rules", "outside"]
exclude_patterns = ["sphinx", "notebooks"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
myst_enable_extensions = ["attrs_block"]

# Docstrings are plain prose with code in backticks, one or two.
default_role = "code"
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_default_options = {"undoc-members": True, "exclude-members": "__new__"}
python_display_short_literal_types = True

# Of a console the commands are copied, without their prompts and what they answer.
copybutton_prompt_text = "$ "

# Schemas are for programs; pages link to them.
html_extra_path = ["../record.schema.json", "../results.schema.json", "../chunks.schema.json"]

html_theme = "furo"
html_title = f"kbarchive {__version__}"
html_static_path = ["static"]
html_css_files = ["kbarchive.css"]
html_copy_source = False
html_show_sphinx = False

# A dark scheme does not change what a listing says.
pygments_style = "default"
pygments_dark_style = "native"
