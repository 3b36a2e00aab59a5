"""Whole records of corpus articles, as they are meant to be; `python -m tests.golden` writes them anew."""
