"""Restarts of a job: when one is due."""
