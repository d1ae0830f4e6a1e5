"""Thousands of resources in memory, with one process of the operator, while Graph throttles it."""
