"""The API server's objects, one module for each kind."""
