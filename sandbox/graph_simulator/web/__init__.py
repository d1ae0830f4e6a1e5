"""Serves Graph's API and the token service over HTTP, with the faults that tests inject."""
