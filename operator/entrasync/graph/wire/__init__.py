"""HTTP and JSON as Graph speaks them: clouds, transport, responses and payloads."""
