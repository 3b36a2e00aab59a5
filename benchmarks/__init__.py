"""Benchmarks of parsing and converting, each beside the least work that any program would do, and of relevance, beside others.

``python -m benchmarks --help``
"""
