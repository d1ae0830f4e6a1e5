"""Measures every published figure: `python -m benchmarks`."""
