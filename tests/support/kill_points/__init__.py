"""The whole operator between Graph and an API server in memory, in a time that nobody waits for, ended at any call."""
