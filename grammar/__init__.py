"""The Lark grammars of kbarchive; see README.md in this folder."""
