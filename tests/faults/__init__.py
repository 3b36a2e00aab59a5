"""Faults made for real, in great number: `python -m tests.faults.kills`, `.flips`, `.readers`. The suite makes a few."""
