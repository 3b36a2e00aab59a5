"""The FTP form after line ends became blanks, or after all of its header was lost but the title."""

from __future__ import annotations

from dataclasses import replace

from kbarchive.dialects.dialect import Dialect
from kbarchive.dialects.ftp import DIALECT as FTP

DIALECTS: tuple[Dialect, ...] = (
    replace(
        FTP,
        name="flattened",
        mark=r"\A\s*MARGINDOCUMENT[ \t]*:[ \t]*Q[0-9]+[^\n]* TITLE[ \t]*:[^\n]* PRODUCT[ \t]*:",
        each=None,
        folded=True,
    ),
    replace(
        FTP,
        name="flattened",
        word="TITLE",
        mark=r"\A\s*MARGINTITLE[ \t]+:[^\n]*\n\s*\n(?=[A-Z][A-Z ]+\n=+\n)",
        each=None,
        ruled=False,
    ),
)
