"""The two commands, `kbsearch` and `kbarchive`: thin, each calls one public function."""
