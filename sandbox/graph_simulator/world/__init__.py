"""Holds the simulated tenants behind the API as pure state: callers pass times and seeds, and nothing does I/O."""
