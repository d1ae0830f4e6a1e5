"""People who are provisioned at once: the requests for them, and what became of each."""
