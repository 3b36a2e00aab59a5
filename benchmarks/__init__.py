"""Benchmarks of parsing and converting, each beside the least work that any program would do, in the same run.

``python -m benchmarks --help``
"""
