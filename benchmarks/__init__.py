"""Measures the published figures: `python -m benchmarks`."""
