"""Reads and writes the secrets of `spec.application`."""
