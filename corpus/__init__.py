"""The sample archive of kbarchive: original text in the archive's forms; see README.md in this folder."""
