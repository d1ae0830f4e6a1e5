"""Reads and writes the job's schema for `spec.schema`."""
