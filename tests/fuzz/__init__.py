"""Fuzzers: what must hold of any input, asked of a great many inputs. `python -m tests.fuzz --help` tells how they run."""
