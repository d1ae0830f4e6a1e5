"""The client of the API server: one session, one call, and what the server lets the operator do."""
