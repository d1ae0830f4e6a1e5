"""Simulates synchronization jobs: their cycles and outcomes, quarantines and restarts."""
