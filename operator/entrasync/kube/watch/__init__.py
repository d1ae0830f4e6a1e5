"""Watches and lists of the API server's objects, with Kopf as their host."""
